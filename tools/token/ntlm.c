/* SPDX-License-Identifier: MIT */
/*
 * NTLM's three messages (MS-NLMP, section 2.2.1), little endian: a head, and values of it that stand anywhere
 * after it. Who says where a value is may lie. Responses are proofs of a password: of them only how long they
 * are is told.
 */
#include "tools/token/ntlm_target.h"

#include "tools/token/bytes.h"
#include "tools/token/decoders.h"
#include "tools/token/utf16.h"

#include <string.h>

enum { NEGOTIATE = 1, CHALLENGE, AUTHENTICATE };
enum { UNICODE = 0x1, VERSION = 0x02000000 };
#define SIGNATURE "NTLMSSP"
#define HEAD 12	       /* signature and type */
#define PROOF 16       /* of NTLMv2's response; what follows it can be read */
#define CLIENT_INFO 28 /* then, before the pairs: versions, time, challenge */
#define V1 24	       /* bytes of a response of NTLMv1 */

/* length, room, offset: 8 bytes at `at`. False, with a note, when it is not within the message. */
static bool payload(struct token *token, struct tr_bytes message, uint64_t at, const char *name,
		    struct tr_bytes *value)
{
	uint64_t length = little_at(message, at, 2), offset = little_at(message, at + 4, 4);

	*value = bytes_at(message, offset, length);
	if (!bytes_have(message, at, 8))
		return false;
	if (length && !bytes_have(message, offset, length)) {
		token_note(token, "%s: bytes %ju to %ju of a message of %zu", name, (uintmax_t)offset,
			   (uintmax_t)(offset + length), message.length);
		return false;
	}
	return true;
}

/* A name; none of them where it is empty. */
static bool text(struct token *token, struct tr_bytes message, uint64_t at, const char *name, bool unicode)
{
	struct tr_bytes value;

	if (!payload(token, message, at, name, &value))
		return false;
	if (!value.length)
		return true;
	if (unicode)
		token_utf16(token, name, value);
	else
		token_text(token, name, value);
	token_mark(token, TOKEN_IDENTITY);
	return true;
}

static void sealed(struct token *token, struct tr_bytes message, uint64_t at, const char *name)
{
	struct tr_bytes value;

	if (payload(token, message, at, name, &value) && value.length)
		token_sealed(token, name, value, value.length);
}

static uint32_t flags(struct token *token, struct tr_bytes message, uint64_t at)
{
	uint32_t value = (uint32_t)little_at(message, at, 4);

	if (bytes_have(message, at, 4))
		token_flags(token, "flags", bytes_at(message, at, 4), value, ntlm_flags);
	return value;
}

static void version(struct token *token, struct tr_bytes message, uint64_t at, uint32_t bits)
{
	if (bits & VERSION)
		ntlm_version(token, bytes_at(message, at, 8));
}

static void negotiate(struct token *token, struct tr_bytes message)
{
	uint32_t bits = flags(token, message, 12);

	text(token, message, 16, "domain", false);
	text(token, message, 24, "workstation", false);
	version(token, message, 32, bits);
}

static void challenge(struct token *token, struct tr_bytes message)
{
	uint32_t bits = (uint32_t)little_at(message, 20, 4);
	struct tr_bytes value;

	text(token, message, 12, "target", bits & UNICODE);
	flags(token, message, 20);
	if (bytes_have(message, 24, 8))
		token_bytes(token, "challenge", bytes_at(message, 24, 8));
	if (payload(token, message, 40, "target_info", &value) && value.length)
		ntlm_target_info(token, "target_info", value);
	version(token, message, 48, bits);
}

/* NTLMv2's response has its proof, and then what the client wants the server to know. */
static void response(struct token *token, struct tr_bytes message)
{
	struct tr_bytes value, client;

	if (!payload(token, message, 20, "nt_response", &value) || !value.length)
		return;
	token_sealed(token, "nt_response", value, value.length);
	if (value.length == V1 || !bytes_have(value, PROOF, CLIENT_INFO))
		return;
	client = bytes_from(value, PROOF);
	token_begin(token, "client_info", client);
	ntlm_time(token, "timestamp", bytes_at(client, 8, 8));
	ntlm_target_info(token, "target_info", bytes_from(client, CLIENT_INFO));
	token_end(token);
}

/* The MIC was added later: it is there when no value begins before its end. */
static bool has_mic(struct tr_bytes message)
{
	static const uint8_t fields[] = {12, 20, 28, 36, 44, 52};

	for (size_t i = 0; i < sizeof(fields); i++)
		if (little_at(message, fields[i], 2) && little_at(message, fields[i] + 4u, 4) < 88)
			return false;
	return bytes_have(message, 72, 16);
}

/* DOMAIN\user, as it is written everywhere. */
static void account(struct token *token, uint32_t group)
{
	const struct token_node *domain = token_find(token, group, "domain"),
				*user = token_find(token, group, "user");

	if (!user)
		return;
	token_made_text(
		token, "account", user->raw,
		domain ? token_print(token, "%.*s\\%.*s", (int)domain->text.length,
				     (const char *)domain->text.at, (int)user->text.length,
				     (const char *)user->text.at)
		       : token_print(token, "%.*s", (int)user->text.length, (const char *)user->text.at));
	token_mark(token, TOKEN_IDENTITY);
}

static void authenticate(struct token *token, struct tr_bytes message)
{
	uint32_t bits = (uint32_t)little_at(message, 60, 4), group = token->current;
	bool unicode = bits & UNICODE, domain;

	if (!bytes_have(message, 60, 4)) {
		token_note(token, "ends before its flags");
		return;
	}
	flags(token, message, 60);
	domain = text(token, message, 28, "domain", unicode);
	text(token, message, 36, "user", unicode);
	if (domain)
		account(token, group);
	text(token, message, 44, "workstation", unicode);
	sealed(token, message, 12, "lm_response");
	response(token, message);
	sealed(token, message, 52, "session_key");
	version(token, message, 64, bits);
	if (has_mic(message))
		token_sealed(token, "mic", bytes_at(message, 72, 16), 16);
}

static const struct {
	const char *name, *title;
	void (*decode)(struct token *token, struct tr_bytes message);
} messages[] = {
	[NEGOTIATE] = {"ntlm_negotiate", "NTLM NEGOTIATE", negotiate},
	[CHALLENGE] = {"ntlm_challenge", "NTLM CHALLENGE", challenge},
	[AUTHENTICATE] = {"ntlm_authenticate", "NTLM AUTHENTICATE", authenticate},
};

bool dec_ntlm(struct token *token, struct tr_bytes bytes)
{
	uint64_t type = little_at(bytes, 8, 4);

	if (bytes.length < HEAD || memcmp(bytes.at, SIGNATURE, sizeof(SIGNATURE)) || type < NEGOTIATE ||
	    type > AUTHENTICATE)
		return false;
	token_begin_message(token, messages[type].name, messages[type].title, bytes);
	messages[type].decode(token, bytes);
	token_end(token);
	return true;
}
