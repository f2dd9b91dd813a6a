/* SPDX-License-Identifier: MIT */
/*
 * What the MIC of an SSH login is about (RFC 4462, section 3.5, and with gssapi-keyex section 4): the
 * session's id, and the request it belongs to. Strings have their length, four bytes, before them.
 */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"

#include <string.h>

enum { SSH_MSG_USERAUTH_REQUEST = 50 };

/* A session's id is the hash of the key exchange. */
static bool is_hash(uint64_t length)
{
	return length == 20 || length == 32 || length == 48 || length == 64;
}

static bool string(struct token *token, const char *name, struct tr_bytes *rest)
{
	uint64_t length = big_at(*rest, 0, 4);
	struct tr_bytes text = bytes_at(*rest, 4, length);

	if (!bytes_have(*rest, 0, 4) || !bytes_have(*rest, 4, length)) {
		token_note(token, "ends before the end of the %s", name);
		return false;
	}
	token_text(token, name, text);
	*rest = bytes_from(*rest, 4 + length);
	return true;
}

bool dec_ssh_signed(struct token *token, struct tr_bytes bytes)
{
	uint64_t id = big_at(bytes, 0, 4);
	struct tr_bytes rest;

	if (!is_hash(id) || !bytes_have(bytes, 4 + id, 1) || bytes.at[4 + id] != SSH_MSG_USERAUTH_REQUEST)
		return false;
	rest = bytes_from(bytes, 5 + id);
	token_begin_message(token, "ssh_userauth_request", "SSH login", bytes);
	token_bytes(token, "session_id", bytes_at(bytes, 4, id));
	if (string(token, "user", &rest)) {
		token_mark(token, TOKEN_IDENTITY);
		if (string(token, "service", &rest))
			string(token, "method", &rest);
	}
	if (rest.length)
		token_bytes(token, "rest", rest);
	token_end(token);
	return true;
}
