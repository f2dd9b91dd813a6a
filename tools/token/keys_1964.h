/* SPDX-License-Identifier: MIT */
/* What RFC 1964 and RFC 4757 make of a session's keys, for messages under DES3 and RC4. As secret as keys.h
 * says. */
#ifndef TOOLS_TOKEN_KEYS_1964_H
#define TOOLS_TOKEN_KEYS_1964_H

#include "tools/token/keys_session.h"

/* SGN_ALG, in the order in which it stands. */
enum keys_1964_sign { KEYS_HMAC_MD5_RC4 = 0x1100, KEYS_HMAC_SHA1_DES3 = 0x0400 };

/* Is it a key of the kind that this algorithm takes? */
bool keys_1964_fits(const struct keys_session *session, enum keys_which which, enum keys_1964_sign sign);
/* Whether messages of this algorithm can be opened by the libraries that are here. False: why. */
bool keys_1964_able(struct token_keys *keys, enum keys_1964_sign sign, const char **why);

/* The plaintext, in the token. checksum: SGN_CKSUM, of which the key (RC4) or the first block (DES3) is made.
 */
struct tr_bytes keys_1964_sequence(struct token_keys *keys, struct token *token,
				   const struct keys_session *session, enum keys_which which,
				   struct tr_bytes checksum, struct tr_bytes cipher);
/* sequence: what keys_1964_sequence gave; RC4's key is made of it. */
struct tr_bytes keys_1964_unseal(struct token_keys *keys, struct token *token,
				 const struct keys_session *session, enum keys_which which,
				 struct tr_bytes sequence, struct tr_bytes cipher);
/* Is it the checksum of these bytes, or its beginning? */
bool keys_1964_checksum_is(struct token_keys *keys, const struct keys_session *session, enum keys_which which,
			   bool wrap, struct tr_bytes of, struct tr_bytes checksum);

#endif
