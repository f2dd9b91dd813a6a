/* SPDX-License-Identifier: MIT */
/*
 * What libkrb5 says of itself was made for a user's own eyes, and a trace is shown to others. It never says a
 * password or a key, but something against which passwords can be tried out: a timestamp encrypted in the
 * user's key, what SPAKE has computed, and of each key 16 bits of a hash. So no long string of hexadecimal
 * digits is kept, nothing that only the KDC can read, and of keys the hash of those alone that are known to
 * be made at random.
 */
#include "shim/krb5/trace_text.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS "0123456789"
#define HEX DIGITS "ABCDEF"
#define LONG_HEX 32 /* digits; an object identifier has fewer, and says nothing */
#define KEY_HASH 4

static const char hidden[] = "(hidden)";

struct text {
	char *out;
	size_t size, used;
};

static void put(struct text *t, const char *from, size_t length)
{
	if (length >= t->size - t->used)
		length = t->size - t->used - 1;
	memcpy(t->out + t->used, from, length);
	t->used += length;
}

/* A line of another shape is all text. */
static const char *behind_head(const char *line)
{
	const char *at = line;

	for (const char *shape = "[0] 0.0: "; *shape; shape++) {
		size_t digits = strspn(at, DIGITS);

		if (*shape == '0' ? !digits : *at != *shape)
			return line;
		at += *shape == '0' ? digits : 1;
	}
	return at;
}

static bool in_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool ends_in(const char *text, const char *end, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(end - text) >= length && !memcmp(end - length, with, length);
}

/* Session keys, and those of one message, come from nobody's password. */
static bool is_random_key(const char *text, const char *key)
{
	static const char *const before[] = {"session key ", "session key: ", "session key is: ",
					     "subkey ",	     "subkey: ",      "subkey for TGS request: "};

	for (size_t i = 0; i < sizeof(before) / sizeof(*before); i++)
		if (ends_in(text, key, before[i]))
			return true;
	return false;
}

/* "aes256-cts/1A2B", at its slash, and not a name's; an encryption type without a name is a number. */
static bool is_hash_of_lasting_key(const char *text, const char *at)
{
	const char *key = at;

	if (*at != '/' || strspn(at + 1, HEX) != KEY_HASH || !strchr(" ,)\n", at[1 + KEY_HASH]))
		return false;
	while (key > text && (key[-1] == '-' || (in_word(key[-1]) && (key[-1] < 'A' || key[-1] > 'Z'))))
		key--;
	return key < at && (key == text || key[-1] == ' ' || key[-1] == '(') && !is_random_key(text, key);
}

static size_t long_hex(const char *text, const char *at)
{
	size_t length = at == text || !in_word(at[-1]) ? strspn(at, HEX) : 0;

	return length >= LONG_HEX && !in_word(at[length]) ? length : 0;
}

size_t tap_krb5_text(const char *line, char *out, size_t size)
{
	static const char cookie[] = "Received cookie: ";
	struct text t = {.out = out, .size = size};
	const char *text = behind_head(line), *at = text, *end = text + strlen(text);
	size_t hex;

	if (end > text && end[-1] == '\n')
		end--;
	if (!strncmp(text, cookie, sizeof(cookie) - 1)) {
		put(&t, cookie, sizeof(cookie) - 1);
		put(&t, hidden, sizeof(hidden) - 1);
		at = end;
	}
	while (at < end) {
		if (is_hash_of_lasting_key(text, at)) {
			put(&t, "/", 1);
			put(&t, hidden, sizeof(hidden) - 1);
			at += 1 + KEY_HASH;
		} else if ((hex = long_hex(text, at))) {
			put(&t, hidden, sizeof(hidden) - 1);
			at += hex;
		} else {
			put(&t, at++, 1);
		}
	}
	out[t.used] = 0;
	return t.used;
}
