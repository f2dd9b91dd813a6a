/* SPDX-License-Identifier: MIT */
/* Metadata of ZMTP and ZAP (RFC 23, section 2.4): a name's length in one byte, a value's in four. */
#include "tools/token/zmtp_metadata.h"

#include "tools/token/bytes.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *property, *name;
} known[] = {{"Socket-Type", "socket_type"}, {"Identity", "identity"}, {"Resource", "resource"}};
#define KNOWN (sizeof(known) / sizeof(known[0]))

/* Takes a property off. False: none is there as a whole. */
static bool property(struct tr_bytes *rest, struct tr_bytes *name, struct tr_bytes *value)
{
	uint64_t name_length = big_at(*rest, 0, 1), length = big_at(*rest, 1 + name_length, 4);

	if (!name_length || !bytes_have(*rest, 1, name_length + 4) ||
	    !bytes_have(*rest, 5 + name_length, length))
		return false;
	*name = bytes_at(*rest, 1, name_length);
	*value = bytes_at(*rest, 5 + name_length, length);
	*rest = bytes_from(*rest, 5 + name_length + length);
	return true;
}

static size_t number_of(struct tr_bytes name)
{
	size_t i = 0;

	while (i < KNOWN && !(name.length == strlen(known[i].property) &&
			      !strncasecmp((const char *)name.at, known[i].property, name.length)))
		i++;
	return i;
}

static void others(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes, name, value;
	unsigned seen = 0;

	token_begin_list(token, "properties", bytes);
	while (property(&rest, &name, &value)) {
		size_t i = number_of(name);

		if (i < KNOWN && !(seen & 1u << i)) {
			seen |= 1u << i;
			continue;
		}
		token_begin(token, NULL, name);
		token_text(token, "name", name);
		token_text(token, "value", value);
		token_end(token);
	}
	token_end(token);
}

void zmtp_metadata(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes, name, value;
	unsigned seen = 0;
	bool more = false;

	while (property(&rest, &name, &value)) {
		size_t i = number_of(name);

		if (i < KNOWN && !(seen & 1u << i)) {
			token_text(token, known[i].name, value);
			token_mark(token, i ? TOKEN_IDENTITY : TOKEN_PLAIN);
			seen |= 1u << i;
		} else {
			more = true;
		}
	}
	if (more)
		others(token, bytes);
	if (rest.length) {
		token_note(token, "ends within a property");
		token_bytes(token, "rest_of_the_metadata", rest);
	}
}
