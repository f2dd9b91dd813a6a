/* SPDX-License-Identifier: MIT */
/*
 * What lies in the encrypted parts of Kerberos' messages (RFC 4120, section 5), once somebody has decrypted
 * it. Of a key only its encryption type becomes a value: its bytes are never in a token.
 */
#ifndef TOOLS_TOKEN_OPENED_H
#define TOOLS_TOKEN_OPENED_H

#include "tools/token/kerberos.h"

/* [APPLICATION n], as the members of enum kerberos_message are. */
enum opened_part {
	OPENED_AUTHENTICATOR = DER_APPLICATION + 2,
	OPENED_TICKET = DER_APPLICATION + 3,
	OPENED_AP_REP = DER_APPLICATION + 27,
	OPENED_CRED = DER_APPLICATION + 29,
};

extern const struct token_flag opened_ticket_flags[];

/* Such a part as a group of this name. */
void opened_part(struct token *token, const char *name, struct tr_bytes bytes, enum opened_part part);

/* The key within it (of a ticket: of the session; else the sub-key), as it stands in the plaintext: for
 * keys.c alone. False: there is none. */
bool opened_key(struct tr_bytes bytes, enum opened_part part, int64_t *enctype, struct tr_bytes *value);

#endif
