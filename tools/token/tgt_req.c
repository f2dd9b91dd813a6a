/* SPDX-License-Identifier: MIT */
/*
 * User to user: the initiator asks the acceptor for its TGT (TGT-REQ), and gets it (TGT-REP), since the
 * acceptor has no key of its own. draft-swift-win2k-krb-user2user-03, sections 3 and 4.
 */
#include "tools/token/kerberos.h"

static const struct der_field tgt_req[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "server_name", kerberos_principal},
	{3, "realm", der_identity},
	{0},
};

void kerberos_tgt_req(struct token *token, struct tr_bytes bytes)
{
	token_begin_message(token, "tgt_req", "TGT-REQ", bytes);
	der_sequence(token, bytes, tgt_req);
	token_end(token);
}

static const struct der_field tgt_rep[] = {
	{0, "pvno", der_integer},
	{1, "msg_type", kerberos_message_type},
	{2, "ticket", kerberos_ticket},
	{0},
};

void kerberos_tgt_rep(struct token *token, struct tr_bytes bytes)
{
	token_begin_message(token, "tgt_rep", "TGT-REP", bytes);
	der_sequence(token, bytes, tgt_rep);
	token_end(token);
}
