/* SPDX-License-Identifier: MIT */
/*
 * See token.h. What is written begins as zeros; a group adds what frames its values, a value what it is, and
 * at last what is secret is wiped again, wherever it stands.
 */
#include "tools/redact/token.h"

#include "tools/redact/frame.h"
#include "tools/redact/text.h"
#include "tools/token/decode.h"

#include <stdlib.h>
#include <string.h>

#define LONGEST 64 /* bytes of a number, a time, an object identifier */

struct job {
	struct names *names;
	struct tr_bytes bytes;
	uint8_t *to;
	bool failed; /* no memory */
};

/* Where in what is written a part of the token belongs; NULL: it is no part of it. */
static uint8_t *place(const struct job *job, struct tr_bytes part)
{
	if (!part.at || part.at < job->bytes.at || part.length > job->bytes.length ||
	    (size_t)(part.at - job->bytes.at) > job->bytes.length - part.length)
		return NULL;
	return job->to + (part.at - job->bytes.at);
}

static void text(struct job *job, enum text_kind kind, struct tr_bytes part)
{
	uint8_t *to = place(job, part);

	if (to && !text_redact(job->names, kind, part, to))
		job->failed = true;
}

/* UTF-16 was made UTF-8 by the decoder; what stands for that has as many units again. */
static void wide(struct job *job, const struct token_node *node)
{
	uint8_t *to = place(job, node->raw), *copy = malloc(node->text.length + 1);

	if (!copy || !text_redact(job->names, TEXT_NAME, node->text, copy))
		job->failed = true;
	else if (to)
		frame_utf16((struct tr_bytes){copy, node->text.length}, to, node->raw.length);
	free(copy);
}

struct strings {
	struct job *job;
	enum text_kind kind;
};

static void string(void *context, struct tr_bytes body)
{
	const struct strings *strings = context;

	text(strings->job, strings->kind, body);
}

/* A text as it stands there, as strings in DER, or in UTF-16. */
static void words(struct job *job, const struct token_node *node)
{
	bool sentence = node->kind != TOKEN_IDENTITY || (node->name && !strcmp(node->name, "e_text"));
	struct strings strings = {job, sentence ? TEXT_SENTENCE : TEXT_NAME};

	if (node->raw.at == node->text.at)
		text(job, strings.kind, node->raw);
	else if (place(job, node->raw) && frame_is_sequence(node->raw))
		frame_strings(node->raw, string, &strings);
	else if (node->text.at && place(job, node->raw))
		wide(job, node);
}

static void value(struct job *job, const struct token_node *node)
{
	uint8_t *to = place(job, node->raw);

	if (!to || node->kind == TOKEN_SECRET)
		return;
	switch (node->type) {
	case TOKEN_MESSAGE:
	case TOKEN_GROUP:
	case TOKEN_LIST:
		if (node->name && !strcmp(node->name, "target_info"))
			frame_keep_pairs(node->raw, to);
		else
			frame_keep(node->raw, to);
		return;
	case TOKEN_TEXT:
		words(job, node);
		return;
	case TOKEN_UNSIGNED:
	case TOKEN_SIGNED:
	case TOKEN_BOOL:
	case TOKEN_FLAGS:
	case TOKEN_TIME:
	case TOKEN_OID:
		/* A number can be about a whole message, such as how long it is. */
		if (node->raw.length <= LONGEST)
			memcpy(to, node->raw.at, node->raw.length);
		return;
	case TOKEN_BYTES: /* nobody says what they are */
	case TOKEN_QUOTED:
	case TOKEN_SEALED:
		return;
	}
}

static void wipe(struct job *job, const struct token_node *node)
{
	uint8_t *to = place(job, node->raw);
	bool secret = node->kind == TOKEN_SECRET || node->type == TOKEN_BYTES;

	if (to && secret)
		memset(to, 0, node->raw.length);
}

enum token_redacted token_redact(struct names *names, struct tr_bytes bytes, uint64_t length, uint64_t time,
				 uint8_t *to)
{
	static struct token token; /* one tree is kept from token to token */
	struct job job = {names, bytes, to, false};

	memset(to, 0, bytes.length);
	if (!token_decode(&token, bytes, length, TOKEN_IN_HANDSHAKE | TOKEN_IN_MESSAGE, time))
		return TOKEN_NOT_KNOWN;
	if (token.failed)
		return TOKEN_NO_MEMORY;
	for (uint32_t i = 1; i < token.count; i++)
		value(&job, &token.nodes[i]);
	for (uint32_t i = 1; i < token.count; i++)
		wipe(&job, &token.nodes[i]);
	if (job.failed)
		memset(to, 0, bytes.length);
	return job.failed ? TOKEN_NO_MEMORY : TOKEN_REDACTED;
}
