/* SPDX-License-Identifier: MIT */
/* See cred.h. The encrypted part, which has the keys, is opened elsewhere. */
#include "tools/token/cred.h"

static void tickets(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_list(token, name, bytes, kerberos_ticket);
}

static const struct der_field cred[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "tickets", tickets},
	{3, "enc_part", kerberos_encrypted},
	{0},
};

void cred_group(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct tr_bytes body;

	token_begin(token, name, (struct tr_bytes){0});
	if (kerberos_body(token, bytes, KERBEROS_CRED, "KRB-CRED", &body))
		der_sequence(token, body, cred);
	token_end(token);
}
