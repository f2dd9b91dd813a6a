/* SPDX-License-Identifier: MIT */
/*
 * What MIT's gss_export_sec_context gives: the mechanism's OID with its length, and what the mechanism needs
 * to go on, keys among it: of that only how long it is is told.
 */
#include "tools/names/names.h"
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"

#define HEAD 4

bool dec_exported_context(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes oid = bytes_at(bytes, HEAD, big_at(bytes, 0, 4)), rest;

	if (!oid.length || !name_oid(oid.at, oid.length))
		return false;
	rest = bytes_from(bytes, HEAD + oid.length);
	token_begin_message(token, "exported_context", "exported context", bytes);
	token_oid(token, "mech", oid);
	token_sealed(token, "state", rest, rest.length);
	token_end(token);
	return true;
}
