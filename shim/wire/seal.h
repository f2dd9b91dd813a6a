/* SPDX-License-Identifier: MIT */
/*
 * Wrap tokens with confidentiality (RFC 4121, 4.2.4 and 4.2.6.2) of an established security context, as MIT's
 * gss_wrap makes and its gss_unwrap takes them, several times faster. The caller has the structure and the
 * buffers; who uses one is alone with it at a time.
 *
 *   0      16           32                          32 + n
 *   header | confounder | plaintext                 | the header again | MAC
 */
#ifndef SHIM_SEAL_H
#define SHIM_SEAL_H

#include "shim/wire/encrypt.h"
#include "shim/wire/sequence.h"

#include <gssapi/gssapi_krb5.h>

enum {
	SEAL_HEADER = 16,
	SEAL_HEAD = SEAL_HEADER + ENCRYPT_CONFOUNDER,
	SEAL_OVERHEAD = SEAL_HEAD + SEAL_HEADER + ENCRYPT_MAC, /* no token has more */
	SEAL_POOL = 64 * ENCRYPT_CONFOUNDER,
};

struct seal {
	const struct tap_crypto *crypto;     /* NULL: not begun */
	struct encrypt_key send, receive[2]; /* [1]: by the acceptor's subkey */
	uint8_t flags, peer; /* what the flags of our header are, and the sender's of the peer's */
	uint64_t number;     /* of the next message that is sent */
	struct sequence came;
	struct {
		uint8_t confounders[SEAL_POOL], seed[32];
	} pool; /* `used` bytes are; nothing in it is another process's */
	uint32_t used, process;
};

/*
 * From what gss_krb5_export_lucid_sec_context gave, which stays the caller's; `flags` are those of the
 * context. `received`: how many messages the context has unwrapped, all in order. The export has counted
 * those that were sent, and not those. False: this context is not one to be sealed here (RFC 1964's, another
 * encryption type, no libcrypto, a filter for system calls in force); nothing is held.
 */
bool tap_seal_begin(struct seal *seal, const gss_krb5_lucid_context_v1_t *lucid, OM_uint32 flags,
		    uint64_t received);
/* Wipes and frees; also what was never begun, if it is all zero. */
void tap_seal_end(struct seal *seal);

/* How much longer a token is than its plaintext. */
size_t tap_seal_overhead(const struct seal *seal);
/*
 * The plaintext lies at token + SEAL_HEAD, and there is room for a token. Returns its length; 0: it could not
 * be made, and nothing of the plaintext may leave.
 */
size_t tap_seal_wrap(struct seal *seal, uint8_t *token, size_t n);
/*
 * In place. Returns what gss_unwrap would: without an error bit *plain are *length bytes within the token,
 * also with GSS_S_DUPLICATE_TOKEN and its like. GSS_S_BAD_QOP: a token without confidentiality, which is not
 * taken here. A token in the framing of RFC 2743, 3.1, which RFC 4121 does not have, is defective here.
 */
OM_uint32 tap_seal_unwrap(struct seal *seal, uint8_t *token, size_t n, uint8_t **plain, size_t *length);

#endif
