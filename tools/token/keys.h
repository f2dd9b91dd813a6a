/* SPDX-License-Identifier: MIT */
/*
 * The keys of a keytab, and those that tickets bring which they open. Nobody else sees a key, and none leaves
 * here: plaintexts do, into the token they belong to, which wipes them.
 */
#ifndef TOOLS_TOKEN_KEYS_H
#define TOOLS_TOKEN_KEYS_H

#include "tools/token/token.h"

struct token_keys;

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

/* name: as KRB5_KTNAME has it. NULL: it cannot be used, and *error (to be freed) says why; or no memory. */
struct token_keys *keys_new(const char *name, char **error);
void keys_free(struct token_keys *keys);

/* Belongs to keys, which frees those that are left. NULL: no memory. */
struct keys_session *keys_session_new(struct token_keys *keys);
void keys_session_free(struct token_keys *keys, struct keys_session *session);

/*
 * The sessions with keys that a message may be of: `own`, if it has any, then the last ones that were learned,
 * since a context can go from one process to another. Begins with NULL, and ends with it.
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

struct keys_ticket {
	const char *server; /* principal with realm */
	int64_t kvno;	    /* 0: not told */
	int64_t enctype;
	struct tr_bytes cipher;
};
/* The plaintext, in the token. Nothing: `why` is a text of the token. entry: which key it was. */
struct tr_bytes keys_open_ticket(struct token_keys *keys, struct token *token, const struct keys_ticket *ticket,
				 size_t *entry, const char **why);
/* Principal and version of an entry, as text of the token. */
const char *keys_entry(const struct token_keys *keys, struct token *token, size_t entry);
/* What libkrb5 says of a PAC's server signature and client: "" when both are right. */
const char *keys_check_pac(struct token_keys *keys, struct token *token, size_t entry, struct tr_bytes pac,
			   const char *client, int64_t authtime);

/* The plaintext, in the token; nothing, and libkrb5's reason. */
struct tr_bytes keys_decrypt(struct token_keys *keys, struct token *token, const struct keys_session *session,
			     enum keys_which which, enum keys_usage usage, struct tr_bytes cipher,
			     const char **why);
/* Is it the checksum, of the kind that goes with the key, of these bytes? */
bool keys_checksum_is(struct token_keys *keys, const struct keys_session *session, enum keys_which which,
		      enum keys_usage usage, struct tr_bytes of, struct tr_bytes checksum);

#endif
