/* SPDX-License-Identifier: MIT */
/*
 * Commands by name: those of RFC 23 and RFC 37, and of the mechanisms NULL, PLAIN (RFC 24), CURVE (RFC 26)
 * and GSSAPI (RFC 38). Two mechanisms use one name for different things: which it is the contents tell.
 */
#include "tools/token/zmtp_command.h"
#include "tools/token/zmtp_metadata.h"

#include "tools/token/bytes.h"

#include <string.h>

#define CURVE_HELLO 194 /* bytes after the name; RFC 26 */

/* What the four bytes at the beginning say, when that is all the rest: GSSAPI's tokens. */
static bool is_token(struct tr_bytes rest, uint64_t length)
{
	return rest.length > 4 && big_at(rest, 0, 4) == length - 4;
}

static void sealed(struct token *token, const char *name, struct tr_bytes rest)
{
	if (rest.length)
		token_sealed(token, name, rest, rest.length);
}

static void handshake(struct token *token, struct tr_bytes rest, uint64_t length)
{
	uint64_t name = big_at(rest, 0, 1);

	if (is_token(rest, length))
		token_inner(token, "token", bytes_from(rest, 4), TOKEN_IN_HANDSHAKE);
	else if (name && bytes_have(rest, 1, name + 4) && big_at(rest, 1 + name, 4) <= rest.length)
		zmtp_metadata(token, rest);
	else
		sealed(token, "box", rest);
}

/* A name and a password, each with its length in one byte; or CURVE's. */
static void hello(struct token *token, struct tr_bytes rest, uint64_t length)
{
	uint64_t user = big_at(rest, 0, 1), password = big_at(rest, 1 + user, 1);

	if (length == CURVE_HELLO) {
		sealed(token, "box", rest);
	} else if (bytes_have(rest, 1, user + 1) && length == 2 + user + password &&
		   bytes_have(rest, 2 + user, 0)) {
		token_text(token, "username", bytes_at(rest, 1, user));
		token_mark(token, TOKEN_IDENTITY);
		token_sealed(token, "password", bytes_from(rest, 2 + user), password);
	} else {
		sealed(token, "rest", rest);
	}
}

static void message(struct token *token, struct tr_bytes rest, uint64_t length)
{
	if (is_token(rest, length))
		token_inner(token, "token", bytes_from(rest, 4), TOKEN_IN_MESSAGE);
	else
		sealed(token, "box", rest);
}

static void error(struct token *token, struct tr_bytes rest, uint64_t length)
{
	struct tr_bytes reason = bytes_at(rest, 1, big_at(rest, 0, 1));

	(void)length;
	if (reason.length)
		token_text(token, "reason", reason);
	else if (rest.length)
		token_bytes(token, "rest", rest);
}

static void ping(struct token *token, struct tr_bytes rest, uint64_t length)
{
	(void)length;
	if (bytes_have(rest, 0, 2))
		token_unsigned(token, "ttl_ds", bytes_at(rest, 0, 2), big_at(rest, 0, 2), NULL);
	if (rest.length > 2)
		token_bytes(token, "context", bytes_from(rest, 2));
}

static void pong(struct token *token, struct tr_bytes rest, uint64_t length)
{
	(void)length;
	if (rest.length)
		token_bytes(token, "context", rest);
}

static void topic(struct token *token, struct tr_bytes rest, uint64_t length)
{
	(void)length;
	token_text(token, "topic", rest);
}

static const struct {
	const char *title, *name;
	void (*decode)(struct token *token, struct tr_bytes rest, uint64_t length);
} commands[] = {
	{"READY", "ready", handshake},
	{"INITIATE", "initiate", handshake},
	{"HELLO", "hello", hello},
	{"WELCOME", "welcome", handshake},
	{"MESSAGE", "message", message},
	{"ERROR", "error", error},
	{"PING", "ping", ping},
	{"PONG", "pong", pong},
	{"SUBSCRIBE", "subscribe", topic},
	{"CANCEL", "cancel", topic},
	{"JOIN", "join", topic},
	{"LEAVE", "leave", topic},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static size_t number_of(struct tr_bytes name)
{
	size_t i = 0;

	while (i < COMMANDS && !(name.length == strlen(commands[i].title) &&
				 !memcmp(name.at, commands[i].title, name.length)))
		i++;
	return i;
}

bool zmtp_command_known(struct tr_bytes name)
{
	return number_of(name) < COMMANDS;
}

void zmtp_command_decode(struct token *token, struct tr_bytes body, uint64_t length)
{
	struct tr_bytes name = bytes_at(body, 1, big_at(body, 0, 1));
	size_t i = number_of(name);

	if (!name.length) {
		if (body.length)
			token_bytes(token, "bytes", body);
	} else if (i < COMMANDS) {
		token_begin_message(token, commands[i].name, commands[i].title, body);
		commands[i].decode(token, bytes_from(body, 1 + name.length), length - 1 - name.length);
		token_end(token);
	} else {
		token_begin(token, "command", body);
		token_text(token, "name", name);
		token_bytes(token, "bytes", body);
		token_end(token);
	}
}
