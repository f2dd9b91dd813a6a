/* SPDX-License-Identifier: MIT */
/* KRB-CRED (RFC 4120, section 5.8): tickets that are handed on; their keys are in the encrypted part. */
#include "tools/token/kerberos.h"

static const struct der_field krb_cred[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "tickets", kerberos_tickets},
	{3, "enc_part", kerberos_encrypted},
	{0},
};

void kerberos_cred(struct token *token, struct tr_bytes bytes)
{
	kerberos_message(token, "krb_cred", "KRB-CRED", bytes, KERBEROS_CRED, krb_cred);
}
