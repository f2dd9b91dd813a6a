/* SPDX-License-Identifier: MIT */
/* What Kerberos' client and server say to each other first: AP-REQ, AP-REP (RFC 4120, section 5.5). */
#include "tools/token/kerberos.h"

static const struct token_flag ap_options[] = {
	{0x80000000, "reserved"},
	{0x40000000, "use-session-key"},
	{0x20000000, "mutual-required"},
	{0},
};

static void options(struct token *token, const char *name, struct tr_bytes bytes)
{
	uint32_t bits;

	if (der_get_bits(token, bytes, "AP-REQ's options", &bits))
		token_flags(token, name, bytes, bits, ap_options);
}

static const struct der_field ap_req[] = {
	{0, "pvno", der_integer},	{1, "msg_type", kerberos_message_type},	  {2, "ap_options", options},
	{3, "ticket", kerberos_ticket}, {4, "authenticator", kerberos_encrypted}, {0},
};

void kerberos_ap_req(struct token *token, struct tr_bytes bytes)
{
	kerberos_message(token, "ap_req", "AP-REQ", bytes, KERBEROS_AP_REQ, ap_req);
}

static const struct der_field ap_rep[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "enc_part", kerberos_encrypted},
	{0},
};

void kerberos_ap_rep(struct token *token, struct tr_bytes bytes)
{
	kerberos_message(token, "ap_rep", "AP-REP", bytes, KERBEROS_AP_REP, ap_rep);
}
