/* SPDX-License-Identifier: MIT */
/* Values of single elements of DER; see der.h. */
#include "tools/token/der.h"

#include <string.h>
#include <time.h>

/* The one element of these kinds that `bytes` is, or the bytes as they are. */
static bool only(struct token *token, const char *name, struct tr_bytes bytes, unsigned first,
		 struct der *der)
{
	struct tr_bytes rest = bytes;

	if (der_is(rest, first) && der_next(token, &rest, der))
		return true;
	if (bytes.length)
		token_note(token, "%s is not what it should be: tag 0x%02x, not 0x%02x",
			   name ? name : "an element", bytes.at[0], first);
	token_bytes(token, name, bytes);
	return false;
}

bool der_get_integer(struct token *token, struct tr_bytes bytes, const char *what, int64_t *number)
{
	struct der der = {0};
	uint64_t value;

	if (!der_is(bytes, DER_INTEGER) && !der_is(bytes, DER_ENUMERATED)) {
		token_note(token, "%s is no number", what);
		return false;
	}
	if (!der_next(token, &bytes, &der) || der.length != der.body.length || !der.length ||
	    der.length > 8) {
		token_note(token, "%s is a number of %ju bytes", what, (uintmax_t)der.length);
		return false;
	}
	value = der.body.at[0] & 0x80 ? UINT64_MAX : 0;
	for (size_t i = 0; i < der.body.length; i++)
		value = value << 8 | der.body.at[i];
	*number = (int64_t)value;
	return true;
}

void der_integer(struct token *token, const char *name, struct tr_bytes bytes)
{
	int64_t number;

	if (der_get_integer(token, bytes, name ? name : "an element", &number))
		token_signed(token, name, bytes, number, NULL);
	else
		token_bytes(token, name, bytes);
}

void der_named(struct token *token, const char *name, struct tr_bytes bytes, const char *what,
	       const struct der_word *words)
{
	int64_t number;

	if (!der_get_integer(token, bytes, what, &number))
		return;
	while (words->word && words->number != number)
		words++;
	token_signed(token, name, bytes, number, words->word);
}

bool der_get_bits(struct token *token, struct tr_bytes bytes, const char *what, uint32_t *bits)
{
	struct der der;

	*bits = 0;
	if (!der_is(bytes, DER_BIT_STRING) || !der_next(token, &bytes, &der) || !der.body.length ||
	    der.length != der.body.length) {
		token_note(token, "%s are no bits", what);
		return false;
	}
	for (size_t i = 1; i < 5; i++)
		*bits = *bits << 8 | (i < der.body.length ? der.body.at[i] : 0);
	return true;
}

void der_octets(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der der;

	if (only(token, name, bytes, DER_OCTET_STRING, &der))
		token_bytes(token, name, der.body);
}

void der_sealed(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der der;

	if (only(token, name, bytes, DER_OCTET_STRING, &der))
		token_sealed(token, name, der.body, der.length);
}

void der_string(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct tr_bytes rest = bytes;
	struct der der;

	/* Any primitive of the universal class: implementations do not agree on which string they use. */
	if (bytes.length && !(bytes.at[0] & 0xe0) && der_next(token, &rest, &der))
		token_text(token, name, der.body);
	else
		token_bytes(token, name, bytes);
}

void der_identity(struct token *token, const char *name, struct tr_bytes bytes)
{
	der_string(token, name, bytes);
	token_mark(token, TOKEN_IDENTITY);
}

/* YYYYMMDDhhmmssZ (RFC 4120, section 5.2.3). */
static bool seconds_of(struct tr_bytes text, int64_t *seconds)
{
	char copy[16] = "";
	struct tm tm = {0};
	const char *end;

	if (text.length != 15)
		return false;
	memcpy(copy, text.at, 15);
	end = strptime(copy, "%Y%m%d%H%M%SZ", &tm);
	if (!end || *end)
		return false;
	*seconds = timegm(&tm);
	return true;
}

void der_time(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der der;
	int64_t seconds;

	if (!only(token, name, bytes, DER_GENERALIZED_TIME, &der))
		return;
	if (seconds_of(der.body, &seconds)) {
		token_time(token, name, bytes, seconds, 0);
	} else if (der.length > der.body.length) {
		token_bytes(token, name, der.body);
	} else {
		token_text(token, name, der.body);
		token_note(token, "%s is no time", name ? name : "an element");
	}
}

void der_oid(struct token *token, const char *name, struct tr_bytes bytes)
{
	struct der der;

	if (!only(token, name, bytes, DER_OBJECT_ID, &der))
		return;
	if (der.length == der.body.length) /* the beginning of one is another one */
		token_oid(token, name, der.body);
	else
		token_bytes(token, name, der.body);
}

void der_bytes(struct token *token, const char *name, struct tr_bytes bytes)
{
	token_bytes(token, name, bytes);
}
