/* SPDX-License-Identifier: MIT */
/* The keys that tickets bring which a keytab opens: those of security contexts. As secret as keys.h says. */
#ifndef TOOLS_TOKEN_KEYS_SESSION_H
#define TOOLS_TOKEN_KEYS_SESSION_H

#include "tools/token/keys.h"

/* What a handshake has agreed on: the keys of one security context. */
struct keys_session;

enum keys_which { KEYS_SESSION, KEYS_INITIATOR, KEYS_ACCEPTOR, KEYS_OF_A_SESSION };

/* Key usages: RFC 4120, section 7.5.1; RFC 4121, section 2. */
enum keys_usage {
	KEYS_AP_REQ = 11,
	KEYS_AP_REP = 12,
	KEYS_CRED = 14,
	KEYS_ACCEPTOR_SEAL = 22,
	KEYS_ACCEPTOR_SIGN = 23,
	KEYS_INITIATOR_SEAL = 24,
	KEYS_INITIATOR_SIGN = 25,
};

/* To be freed before keys are. NULL: no memory. */
struct keys_session *keys_session_new(struct token_keys *keys);
void keys_session_free(struct token_keys *keys, struct keys_session *session);

/*
 * The sessions with keys that a message may be of: `own`, if it has any, then the last ones that were
 * learned, since a context can go from one process to another. Begins with NULL, and ends with it.
 */
struct keys_session *keys_session_next(const struct token_keys *keys, struct keys_session *own,
				       struct keys_session *last);
/* own is of the same context as other: it gets its keys. */
void keys_session_join(struct token_keys *keys, struct keys_session *own, const struct keys_session *other);

/* Whether it is another key than the one that was known. */
bool keys_learn(struct token_keys *keys, struct keys_session *session, enum keys_which which, int64_t enctype,
		struct tr_bytes value);
void keys_forget(struct token_keys *keys, struct keys_session *session, enum keys_which which);
bool keys_know(const struct keys_session *session, enum keys_which which);

/* What SPNEGO's initiator has offered, in DER: what the MICs within the negotiation are about. Nothing: not
 * known, or longer than anything real. */
void keys_session_offers(struct keys_session *session, struct tr_bytes mech_types);
struct tr_bytes keys_session_offered(const struct keys_session *session);

/* The plaintext, in the token; nothing, and libkrb5's reason. */
struct tr_bytes keys_decrypt(struct token_keys *keys, struct token *token, const struct keys_session *session,
			     enum keys_which which, enum keys_usage usage, struct tr_bytes cipher,
			     const char **why);
/* Is it the checksum, of the kind that goes with the key, of these bytes? */
bool keys_checksum_is(struct token_keys *keys, const struct keys_session *session, enum keys_which which,
		      enum keys_usage usage, struct tr_bytes of, struct tr_bytes checksum);

#endif
