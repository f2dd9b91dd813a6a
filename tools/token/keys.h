/* SPDX-License-Identifier: MIT */
/*
 * The keys of a keytab, and those that tickets bring which they open. Nobody else sees a key, and none leaves
 * here: plaintexts do, into the token they belong to, which wipes them.
 */
#ifndef TOOLS_TOKEN_KEYS_H
#define TOOLS_TOKEN_KEYS_H

#include "tools/token/token.h"

struct token_keys;

/* name: as KRB5_KTNAME has it. NULL: it cannot be used, and *error (to be freed) says why; or no memory. */
struct token_keys *keys_new(const char *name, char **error);
/* All sessions (keys_session.h) must be gone. */
void keys_free(struct token_keys *keys);

struct keys_ticket {
	const char *server; /* principal with realm */
	int64_t kvno;	    /* 0: not told */
	int64_t enctype;
	struct tr_bytes cipher;
};
/* The plaintext, in the token. Nothing: `why` is a text of the token. entry: which key it was. */
struct tr_bytes keys_open_ticket(struct token_keys *keys, struct token *token,
				 const struct keys_ticket *ticket, size_t *entry, const char **why);
/* Principal and version of an entry, as text of the token. */
const char *keys_entry(const struct token_keys *keys, struct token *token, size_t entry);
/* What libkrb5 says of a PAC's server signature and client: "" when both are right. */
const char *keys_check_pac(struct token_keys *keys, struct token *token, size_t entry, struct tr_bytes pac,
			   const char *client, int64_t authtime);

#endif
