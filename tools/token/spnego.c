/* SPDX-License-Identifier: MIT */
/*
 * SPNEGO (RFC 4178, section 4.2): what the initiator offers, what the acceptor takes, and the tokens of the
 * mechanism within. With MS-SPNG, section 2.2.1: NegTokenInit2, by which a Windows acceptor speaks first.
 */
#include "tools/token/decoders.h"
#include "tools/token/der.h"

enum { INIT = DER_CONTEXT, RESP = DER_CONTEXT + 1 };

/* ContextFlags: what RFC 4178 asks not to use any more. */
static const struct token_flag req_flags[] = {
	{0x80000000, "deleg"}, {0x40000000, "mutual"}, {0x20000000, "replay"}, {0x10000000, "sequence"},
	{0x08000000, "anon"},  {0x04000000, "conf"},   {0x02000000, "integ"},  {0},
};

static void mech_types(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, der_oid);
}

static void flags(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint32_t bits;

	if (der_get_bits(token, bytes, "reqFlags", &bits))
		token_flags(token, name, bytes, bits, req_flags);
}

/* An OCTET STRING that holds a token. */
static void inner(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct der der;

	if (der_expect(token, &rest, DER_OCTET_STRING, name, &der))
		token_inner(token, name, der.body, TOKEN_IN_HANDSHAKE | TOKEN_IN_MESSAGE);
	else if (bytes.length)
		token_bytes(token, name, bytes);
}

static const struct der_field hints[] = {
	{0, "hint_name", der_string},
	{1, "hint_address", der_octets},
	{0},
};

/* [3] is the MIC, a string of octets, or in NegTokenInit2 the hints, a SEQUENCE: the MIC is then [4]. */
static void mic_or_hints(struct token *token, const char *name, struct tr_bytes bytes)
{
	if (der_is(bytes, DER_SEQUENCE))
		der_group(token, "neg_hints", bytes, hints);
	else
		inner(token, name, bytes);
}

static void late_mic(struct token *token, const char *name, struct tr_bytes bytes)
{
	inner(token, token_find(token, token->current, name) ? "mech_list_mic_2" : name, bytes);
}

static const struct der_field neg_token_init[] = {
	{0, "mech_types", mech_types},	    {1, "req_flags", flags},	    {2, "mech_token", inner},
	{3, "mech_list_mic", mic_or_hints}, {4, "mech_list_mic", late_mic}, {0},
};

static void state(struct token *token, const char *name, struct tr_bytes bytes)
{
	static const char *const names[] = {"accept-completed", "accept-incomplete", "reject", "request-mic"};
	int64_t number;

	if (der_get_integer(token, bytes, "negState", &number))
		token_signed(token, name, bytes, number, number >= 0 && number < 4 ? names[number] : NULL);
	else
		token_bytes(token, name, bytes);
}

static const struct der_field neg_token_resp[] = {
	{0, "neg_state", state},
	{1, "supported_mech", der_oid},
	{2, "response_token", inner},
	{3, "mech_list_mic", inner},
	{0},
};

bool dec_spnego(struct token *token, struct tr_bytes bytes)
{
	bool init = der_is(bytes, INIT);
	struct tr_bytes rest = bytes;
	struct der choice;

	if (!(init || der_is(bytes, RESP)) || !der_peek(bytes, &choice) || !der_is(choice.body, DER_SEQUENCE))
		return false;
	token_begin_message(token, init ? "neg_token_init" : "neg_token_resp",
			    init ? "SPNEGO init" : "SPNEGO", bytes);
	der_next(token, &rest, &choice);
	der_sequence(token, choice.body, init ? neg_token_init : neg_token_resp);
	if (rest.length)
		token_bytes(token, "after_the_token", rest);
	token_end(token);
	return true;
}
