/* SPDX-License-Identifier: MIT */
/*
 * Object identifiers in DER: one, or one after the other; and as SSH's gssapi-with-mic sends them (RFC 4462,
 * sections 3.2 and 3.3): each with its length, four bytes, and before them how many they are, where the
 * client offers them.
 */
#include "tools/token/bytes.h"
#include "tools/token/decoders.h"
#include "tools/token/der.h"

#define MOST 64 /* that somebody offers */

static bool is_oid(struct tr_bytes bytes)
{
	struct der der;

	return der_is(bytes, DER_OBJECT_ID) && der_peek(bytes, &der) && der.length && der.length < 128;
}

/* One that is all there and ends with the end of a number, and nothing or another one behind it. */
static bool are_oids(struct tr_bytes bytes)
{
	struct der der;

	return is_oid(bytes) && der_peek(bytes, &der) && der.length == der.body.length &&
	       der.body.at[der.length - 1] < 0x80 &&
	       (der.whole.length == bytes.length ||
		der_is(bytes_from(bytes, der.whole.length), DER_OBJECT_ID));
}

static void in_der(struct token *token, struct tr_bytes bytes)
{
	struct der der;

	while (bytes.length && is_oid(bytes) && der_next(token, &bytes, &der))
		der_oid(token, NULL, der.whole);
	if (bytes.length) {
		token_note(token, "goes on with something else");
		token_bytes(token, NULL, bytes);
	}
}

static void in_strings(struct token *token, struct tr_bytes bytes, uint64_t count)
{
	for (; count && bytes.length; count--) {
		uint64_t length = big_at(bytes, 0, 4);
		struct tr_bytes string = bytes_at(bytes, 4, length);

		if (!string.length || !is_oid(string)) {
			token_bytes(token, NULL, bytes);
			break;
		}
		der_oid(token, NULL, string);
		bytes = bytes_from(bytes, 4 + length);
	}
	if (count)
		token_note(token, "ends before the last of them");
}

/* How many are to come, where these are strings: by the first of them. 0: they are none. */
static uint64_t strings_at(struct tr_bytes bytes, struct tr_bytes *strings)
{
	uint64_t first = big_at(bytes, 0, 4);

	*strings = bytes;
	if (first > 2 && first < 64 && is_oid(bytes_at(bytes, 4, first)) && bytes.length == 4 + first)
		return 1;
	*strings = bytes_from(bytes, 4);
	return first && first <= MOST && is_oid(bytes_from(bytes, 8)) ? first : 0;
}

bool dec_oids(struct token *token, struct tr_bytes bytes)
{
	struct tr_bytes strings;
	uint64_t count = strings_at(bytes, &strings);

	if (!count && !are_oids(bytes))
		return false;
	token_begin_message(token, "oids", "object identifiers", bytes);
	token_begin_list(token, "list", bytes);
	if (count)
		in_strings(token, strings, count);
	else
		in_der(token, bytes);
	token_end(token);
	token_end(token);
	return true;
}
