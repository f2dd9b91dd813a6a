/* SPDX-License-Identifier: MIT */
/* Parts that Kerberos' messages share (RFC 4120, section 5.2): values of tables for der.h. */
#ifndef TOOLS_TOKEN_KERBEROS_H
#define TOOLS_TOKEN_KERBEROS_H

#include "tools/token/der.h"

/* [APPLICATION number] of RFC 4120, by their whole first octet. */
enum kerberos_message {
	KERBEROS_TICKET = DER_APPLICATION + 1,
	KERBEROS_AUTHENTICATOR = DER_APPLICATION + 2,
	KERBEROS_ENC_TICKET_PART = DER_APPLICATION + 3,
	KERBEROS_AS_REQ = DER_APPLICATION + 10,
	KERBEROS_AS_REP = DER_APPLICATION + 11,
	KERBEROS_TGS_REQ = DER_APPLICATION + 12,
	KERBEROS_TGS_REP = DER_APPLICATION + 13,
	KERBEROS_AP_REQ = DER_APPLICATION + 14,
	KERBEROS_AP_REP = DER_APPLICATION + 15,
	KERBEROS_CRED = DER_APPLICATION + 22,
	KERBEROS_ENC_AP_REP_PART = DER_APPLICATION + 27,
	KERBEROS_ERROR = DER_APPLICATION + 30,
};

/* A principal without its realm, as krb5_unparse_name(3) writes it; and NAME_type. */
void kerberos_principal(struct token *token, const char *name, struct tr_bytes bytes);
/* EncryptedData: etype, kvno, cipher. */
void kerberos_encrypted(struct token *token, const char *name, struct tr_bytes bytes);
void kerberos_enctype(struct token *token, const char *name, struct tr_bytes bytes);
void kerberos_enctypes(struct token *token, const char *name, struct tr_bytes bytes);
void kerberos_ticket(struct token *token, const char *name, struct tr_bytes bytes);
void kerberos_tickets(struct token *token, const char *name, struct tr_bytes bytes);
/* msg-type: a number with its name. */
void kerberos_message_type(struct token *token, const char *name, struct tr_bytes bytes);

/* A message that is [APPLICATION n] of these fields, as which it is begun and ended. */
void kerberos_message(struct token *token, const char *name, const char *title, struct tr_bytes bytes,
		      unsigned first, const struct der_field *fields);
/* The body of [APPLICATION n]; false with a note when it is something else. */
bool kerberos_body(struct token *token, struct tr_bytes bytes, unsigned first, const char *what,
		   struct tr_bytes *body);

void kerberos_ap_req(struct token *token, struct tr_bytes bytes);
void kerberos_ap_rep(struct token *token, struct tr_bytes bytes);
/* KRB-CRED: what can be read of it without its key. */
void kerberos_cred(struct token *token, struct tr_bytes bytes);
void kerberos_error(struct token *token, struct tr_bytes bytes);
/* RFC 1510bis user to user (draft-swift-win2k-krb-user2user): TGT-REQ, TGT-REP. */
void kerberos_tgt_req(struct token *token, struct tr_bytes bytes);
void kerberos_tgt_rep(struct token *token, struct tr_bytes bytes);
/* IAKERB-PROXY, after the token id (draft-ietf-kitten-iakerb, section 3): a header, and a message for the
 * KDC. */
void kerberos_iakerb(struct token *token, struct tr_bytes bytes);

#endif
