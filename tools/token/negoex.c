/* SPDX-License-Identifier: MIT */
/*
 * NegoEx (MS-NEGOEX, section 2.2): messages after each other, little endian, by which two ends agree on a
 * mechanism of the many that SPNEGO does not know. Offsets count from the beginning of their message.
 */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"

#include <string.h>

enum {
	INITIATOR_NEGO,
	ACCEPTOR_NEGO,
	INITIATOR_META_DATA,
	ACCEPTOR_META_DATA,
	CHALLENGE,
	AP_REQUEST,
	VERIFY,
	ALERT
};
#define SIGNATURE "NEGOEXTS"
#define HEAD 40
#define GUID 16

static const struct {
	const char *name, *title;
} messages[] = {
	[INITIATOR_NEGO] = {"initiator_nego", "INITIATOR_NEGO"},
	[ACCEPTOR_NEGO] = {"acceptor_nego", "ACCEPTOR_NEGO"},
	[INITIATOR_META_DATA] = {"initiator_meta_data", "INITIATOR_META_DATA"},
	[ACCEPTOR_META_DATA] = {"acceptor_meta_data", "ACCEPTOR_META_DATA"},
	[CHALLENGE] = {"challenge", "CHALLENGE"},
	[AP_REQUEST] = {"ap_request", "AP_REQUEST"},
	[VERIFY] = {"verify", "VERIFY"},
	[ALERT] = {"alert", "ALERT"},
};

/* As Windows writes them: the first three parts are little endian. */
static void guid(struct token *token, const char *name, struct tr_bytes at)
{
	const uint8_t *b = at.at;

	if (at.length != GUID)
		return;
	token_made_text(token, name, at,
			token_print(token, "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x",
				    (unsigned)little_at(at, 0, 4), (unsigned)little_at(at, 4, 2),
				    (unsigned)little_at(at, 6, 2), b[8], b[9], b[10], b[11], b[12], b[13],
				    b[14], b[15]));
}

static void number(struct token *token, const char *name, struct tr_bytes message, uint64_t at)
{
	if (bytes_have(message, at, 4))
		token_unsigned(token, name, bytes_at(message, at, 4), little_at(message, at, 4), NULL);
}

/* What an offset and a length (or count) at `at` point to; a note when they point out of the message. */
static struct tr_bytes vector(struct token *token, const char *name, struct tr_bytes message, uint64_t at,
			      unsigned count_size, uint64_t each)
{
	uint64_t offset = little_at(message, at, 4), length = little_at(message, at + 4, count_size) * each;

	if (length && !bytes_have(message, offset, length))
		token_note(token, "%s: bytes %ju to %ju of a message of %zu", name, (uintmax_t)offset,
			   (uintmax_t)(offset + length), message.length);
	return bytes_at(message, offset, length);
}

static void nego(struct token *token, struct tr_bytes message)
{
	struct tr_bytes schemes;

	if (bytes_have(message, HEAD, 32))
		token_bytes(token, "random", bytes_at(message, HEAD, 32));
	if (bytes_have(message, HEAD + 32, 8))
		token_unsigned(token, "protocol_version", bytes_at(message, HEAD + 32, 8),
			       little_at(message, HEAD + 32, 8), NULL);
	if (!bytes_have(message, HEAD + 40, 8))
		return;
	schemes = vector(token, "auth_schemes", message, HEAD + 40, 2, GUID);
	token_begin_list(token, "auth_schemes", schemes);
	for (uint64_t at = 0; at < schemes.length; at += GUID)
		guid(token, NULL, bytes_at(schemes, at, GUID));
	token_end(token);
}

static void exchange(struct token *token, struct tr_bytes message)
{
	struct tr_bytes inner;

	guid(token, "auth_scheme", bytes_at(message, HEAD, GUID));
	if (!bytes_have(message, HEAD + GUID, 8))
		return;
	inner = vector(token, "exchange", message, HEAD + GUID, 4, 1);
	if (inner.length)
		token_inner(token, "exchange", inner, TOKEN_IN_HANDSHAKE);
}

static void verify(struct token *token, struct tr_bytes message)
{
	struct tr_bytes value;

	guid(token, "auth_scheme", bytes_at(message, HEAD, GUID));
	number(token, "checksum_scheme", message, HEAD + GUID + 4);
	number(token, "checksum_type", message, HEAD + GUID + 8);
	if (!bytes_have(message, HEAD + GUID + 12, 8))
		return;
	value = vector(token, "checksum", message, HEAD + GUID + 12, 4, 1);
	if (value.length)
		token_sealed(token, "checksum", value, value.length);
}

static void alert(struct token *token, struct tr_bytes message)
{
	unsigned status = (unsigned)little_at(message, HEAD + GUID, 4);

	guid(token, "auth_scheme", bytes_at(message, HEAD, GUID));
	if (bytes_have(message, HEAD + GUID, 4))
		token_unsigned(token, "nt_status", bytes_at(message, HEAD + GUID, 4), status,
			       token_print(token, "0x%08x", status));
}

static void contents(struct token *token, struct tr_bytes message, uint64_t type)
{
	number(token, "sequence", message, 12);
	guid(token, "conversation_id", bytes_at(message, 24, GUID));
	switch (type) {
	case INITIATOR_NEGO:
	case ACCEPTOR_NEGO:
		nego(token, message);
		break;
	case VERIFY:
		verify(token, message);
		break;
	case ALERT:
		alert(token, message);
		break;
	default:
		exchange(token, message);
	}
}

/* One message; false: the rest is none. */
static bool one(struct token *token, struct tr_bytes *rest)
{
	uint64_t type = little_at(*rest, 8, 4), length = little_at(*rest, 20, 4);
	struct tr_bytes message = *rest;

	if (!bytes_have(*rest, 0, 24) || memcmp(rest->at, SIGNATURE, 8) || type > ALERT || length < HEAD) {
		if (rest->length)
			token_bytes(token, NULL, *rest);
		token_note(token, "ends within a message's head, or goes on with something else");
		return false;
	}
	if (length < message.length)
		message.length = (size_t)length;
	token_begin(token, NULL, message);
	token_begin_message(token, messages[type].name, messages[type].title, message);
	if (length > message.length)
		token_note(token, "a message of %ju bytes, of which %zu are there", (uintmax_t)length,
			   message.length);
	contents(token, message, type);
	token_end(token);
	token_end(token);
	*rest = bytes_from(*rest, message.length);
	return true;
}

bool dec_negoex(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;

	if (bytes.length < 12 || memcmp(bytes.at, SIGNATURE, 8) || little_at(bytes, 8, 4) > ALERT)
		return false;
	token_begin_message(token, "negoex", "NegoEx", bytes);
	token_begin_list(token, "messages", bytes);
	while (rest.length && one(token, &rest))
		;
	token_end(token);
	token_end(token);
	return true;
}
