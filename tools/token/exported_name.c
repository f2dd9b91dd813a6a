/* SPDX-License-Identifier: MIT */
/*
 * A name as gss_export_name gives it (RFC 2743, section 3.2): 04 01, and 04 02 with attributes (RFC 6680):
 * the mechanism's OID, and the name in the mechanism's own terms.
 */
#include "tools/names/names.h"
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"
#include "tools/token/der.h"

#define HEAD 4 /* id, length of the OID's DER */

/* Of Kerberos it is the principal. */
static void name_text(struct token *token, struct tr_bytes name, uint64_t length)
{
	if (length > name.length)
		token_note(token, "a name of %ju bytes, of which %zu are there", (uintmax_t)length,
			   name.length);
	token_text(token, "name", name);
	token_mark(token, TOKEN_IDENTITY);
}

static void after_the_mech(struct token *token, struct tr_bytes rest, bool composite)
{
	uint64_t length = big_at(rest, 0, 4);
	struct tr_bytes name;

	if (!bytes_have(rest, 0, 4)) {
		token_note(token, "ends before the name's length");
		return;
	}
	name = bytes_from(rest, 4);
	rest = bytes_from(name, length);
	if (length < name.length)
		name.length = (size_t)length;
	name_text(token, name, length);
	if (rest.length)
		token_bytes(token, composite ? "attributes" : "after_the_name", rest);
}

bool dec_exported_name(struct token *token, struct tr_bytes bytes)
{
	uint64_t oid_length = big_at(bytes, 2, 2);
	struct tr_bytes oid = bytes_at(bytes, HEAD, oid_length);
	bool composite = bytes.length > 1 && bytes.at[1] == 2;

	if (bytes.length <= HEAD || bytes.at[0] != 4 || bytes.at[1] < 1 || bytes.at[1] > 2 ||
	    oid_length > 64 || bytes.at[HEAD] != DER_OBJECT_ID)
		return false;
	token_begin_message(token, "exported_name",
			    composite ? "exported name with attributes" : "exported name", bytes);
	if (oid.length) {
		der_oid(token, "mech", oid);
		after_the_mech(token, bytes_from(bytes, HEAD + oid_length), composite);
	} else {
		token_note(token, "ends within the mechanism's OID");
	}
	token_end(token);
	return true;
}
