/* SPDX-License-Identifier: MIT */
/*
 * Messages for a KDC as they are on the wire: over TCP with their length before them (RFC 4120,
 * section 7.2.2), and to a proxy over HTTPS (MS-KKDCP, section 2.2.2) within a message that names the realm.
 */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"
#include "tools/token/kerberos.h"

/* Of what is within: whatever Kerberos has. */
static void message(struct token *token, struct tr_bytes bytes)
{
	uint64_t length = big_at(bytes, 0, 4);
	struct tr_bytes inside = bytes_from(bytes, 4);

	if (!bytes_have(bytes, 0, 4)) {
		token_note(token, "ends within the length of a message");
		return;
	}
	if (length != inside.length)
		token_note(token, "a message of %ju bytes, of which %zu are there", (uintmax_t)length,
			   inside.length);
	if (inside.length)
		token_inner(token, "message", inside, TOKEN_IN_HANDSHAKE);
}

static void kerb_message(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct der der;

	if (der_expect(token, &rest, DER_OCTET_STRING, name, &der))
		message(token, der.body);
}

static const struct der_field proxied[] = {
	{0, "message", kerb_message},
	{1, "target_domain", der_identity},
	{2, "dclocator_hint", der_integer},
	{0},
};

/* SEQUENCE { [0] OCTET STRING { length, a message of Kerberos }. */
static bool is_proxied(struct tr_bytes bytes)
{
	struct der sequence, field, string;

	return der_is(bytes, DER_SEQUENCE) && der_peek(bytes, &sequence) &&
	       der_is(sequence.body, DER_CONTEXT) && der_peek(sequence.body, &field) &&
	       der_is(field.body, DER_OCTET_STRING) && der_peek(field.body, &string) &&
	       big_at(string.body, 0, 4) == string.length - 4 &&
	       (big_at(string.body, 4, 1) & 0xe0) == DER_APPLICATION;
}

static bool is_framed(struct tr_bytes bytes)
{
	struct der inside;

	return bytes.length > 4 && (bytes.at[4] & 0xe0) == DER_APPLICATION &&
	       der_peek(bytes_from(bytes, 4), &inside) && der_is(inside.body, DER_SEQUENCE) &&
	       big_at(bytes, 0, 4) == inside.whole.length - inside.body.length + inside.length;
}

bool dec_kdc_wire(struct token *token, struct tr_bytes bytes)
{
	if (is_framed(bytes)) {
		token_begin_message(token, "kdc_tcp", "KDC over TCP", bytes);
		message(token, bytes);
	} else if (is_proxied(bytes)) {
		token_begin_message(token, "kdc_proxy", "KDC proxy", bytes);
		der_sequence(token, bytes, proxied);
	} else {
		return false;
	}
	token_end(token);
	return true;
}
