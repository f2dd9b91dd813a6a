/* SPDX-License-Identifier: MIT */
/* KRB-ERROR (RFC 4120, section 5.9): what went wrong at the acceptor, by the acceptor's clock. */
#include "tools/names/names.h"
#include "tools/token/bytes.h"
#include "tools/token/kdc.h"
#include "tools/token/kerberos.h"

enum { NT_STATUS = 3 }; /* KERB_ERR_TYPE_EXTENDED of MS-KILE, section 2.2.2 */

static void code(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, "an error's code", &number))
		token_signed(token, name, bytes, number, name_krb_error(number));
}

static void data_type(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, name, &number))
		token_signed(token, name, bytes, number,
			     number == NT_STATUS ? "KERB-ERR-TYPE-EXTENDED" : NULL);
	else
		token_bytes(token, name, bytes);
}

/* What Windows itself says is wrong. */
static void data_value(struct token *token, const char *name, struct tr_bytes bytes)
{
	const struct token_node *type = token_find(token, token->current, "data_type");
	struct tr_bytes rest = bytes;
	struct der der;

	if (type && type->number == NT_STATUS && der_is(bytes, DER_OCTET_STRING) &&
	    der_next(token, &rest, &der) && der.length == 12 && der.body.length == 12)
		token_unsigned(token, "nt_status", der.body, little_at(der.body, 0, 4),
			       token_print(token, "0x%08x", (unsigned)little_at(der.body, 0, 4)));
	else
		der_octets(token, name, bytes);
}

static const struct der_field windows[] = {
	{1, "data_type", data_type},
	{2, "data_value", data_value},
	{0},
};

/* From a KDC that wants proof first, which kinds it takes; from Windows a status; else whatever the code
 * wants. */
static void e_data(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der string, sequence;
	bool known = der_is(bytes, DER_OCTET_STRING) && der_peek(bytes, &string) &&
		     der_is(string.body, DER_SEQUENCE) && der_peek(string.body, &sequence);

	if (known && der_is(sequence.body, DER_SEQUENCE))
		kdc_padata(token, name, string.body);
	else if (known && der_is(sequence.body, DER_CONTEXT + 1))
		der_group(token, name, string.body, windows);
	else
		der_octets(token, name, bytes);
}

static const struct der_field krb_error[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "ctime", der_time},
	{3, "cusec", der_integer},
	{4, "stime", der_time},
	{5, "susec", der_integer},
	{6, "error_code", code},
	{7, "crealm", der_identity},
	{8, "cname", kerberos_principal},
	{9, "realm", der_identity},
	{10, "sname", kerberos_principal},
	{11, "e_text", der_identity},
	{12, "e_data", e_data},
	{0},
};

/* How far its clock is ahead of ours, to the second: the message needed some time to come here. */
static void clock_offset(struct token *token)
{
	const struct token_node *stime = token_find(token, token->current, "stime");

	if (stime && stime->type == TOKEN_TIME && token->time)
		token_signed(token, "clock_offset_s", (struct tr_bytes){0},
			     (int64_t)stime->number - (int64_t)(token->time / 1000000000), NULL);
}

void kerberos_error(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes body;

	token_begin_message(token, "krb_error", "KRB-ERROR", bytes);
	if (kerberos_body(token, bytes, KERBEROS_ERROR, "KRB-ERROR", &body)) {
		der_sequence(token, body, krb_error);
		clock_offset(token);
	}
	token_end(token);
}
