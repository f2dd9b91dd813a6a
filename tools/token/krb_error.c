/* SPDX-License-Identifier: MIT */
/* KRB-ERROR (RFC 4120, section 5.9): what went wrong at the acceptor, by the acceptor's clock. */
#include "tools/names/names.h"
#include "tools/token/kerberos.h"

static void code(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, "an error's code", &number))
		token_signed(token, name, bytes, number, name_krb_error(number));
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
	{12, "e_data", der_octets},
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
