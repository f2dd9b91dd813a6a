/* SPDX-License-Identifier: MIT */
/* RC4 as RFC 4757, section 7.3, uses it. For keys*.c alone: there are keys in it. */
#ifndef TOOLS_TOKEN_KEYS_RC4_H
#define TOOLS_TOKEN_KEYS_RC4_H

#include "tools/token/token.h"

#include <krb5.h>

struct keys_rc4;

/* NULL: there is no RC4 here, or no HMAC-MD5, or no memory. */
struct keys_rc4 *keys_rc4_new(void);
void keys_rc4_free(struct keys_rc4 *rc4);

/*
 * The plaintext, in the token; nothing: it could not be done. session: a key of 16 bytes; mask: what Klocal
 * differs by from it. of: what the key is made of, a checksum (Kseq) or a sequence number (Kcrypt).
 */
struct tr_bytes keys_rc4_decrypt(const struct keys_rc4 *rc4, struct token *token,
				 const krb5_keyblock *session, uint8_t mask, struct tr_bytes of,
				 struct tr_bytes cipher);

#endif
