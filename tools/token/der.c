/* SPDX-License-Identifier: MIT */
/* Elements of DER, and messages by a table; see der.h. Nothing is read beyond what is there. */
#include "tools/token/der.h"

#include <libtasn1.h>
#include <limits.h>

/* The length that an element tells where it is more than there is: libtasn1 only says that it is. */
static uint64_t told_length(struct tr_bytes rest)
{
	uint64_t length = 0;
	unsigned octets = rest.at[0] & 0x7f;

	if (!(rest.at[0] & 0x80))
		return rest.at[0];
	for (unsigned i = 1; i <= octets && i < rest.length; i++)
		length = length >> 56 ? UINT64_MAX : length << 8 | rest.at[i];
	return length;
}

/* Takes the element at the beginning apart; otherwise why there is none. */
static const char *take(struct tr_bytes rest, struct der *der)
{
	unsigned char class;
	int head, octets = 0;
	unsigned long number;
	long length;

	if (rest.length > INT_MAX)
		return "longer than any token";
	if (asn1_get_tag_der(rest.at, (int)rest.length, &class, &head, &number) != ASN1_SUCCESS)
		return "ends within the tag of an element";
	if ((size_t)head >= rest.length)
		return "ends before the length of an element";
	*der = (struct der){.first = rest.at[0]};
	der->body = (struct tr_bytes){rest.at + head, rest.length - (size_t)head};
	length = asn1_get_length_der(der->body.at, (int)der->body.length, &octets);
	if (length == -1)
		return "an element of indefinite length, which DER does not have";
	der->length = length >= 0 ? (uint64_t)length : told_length(der->body);
	if (octets < 1 || (size_t)octets > der->body.length)
		return "ends within the length of an element";
	der->body.at += octets;
	der->body.length -= (size_t)octets;
	if (der->length < der->body.length)
		der->body.length = (size_t)der->length;
	der->whole = (struct tr_bytes){rest.at, (size_t)(der->body.at - rest.at) + der->body.length};
	return NULL;
}

bool der_peek(struct tr_bytes bytes, struct der *der)
{
	return bytes.length && !take(bytes, der);
}

bool der_next(struct token *token, struct tr_bytes *rest, struct der *der)
{
	const char *why;

	if (!rest->length)
		return false;
	why = take(*rest, der);
	if (why) {
		token_note(token, "%s", why);
		rest->length = 0;
		return false;
	}
	if (der->length > der->body.length)
		token_note(token, "an element of %ju bytes, of which %zu are there", (uintmax_t)der->length,
			   der->body.length);
	rest->at += der->whole.length;
	rest->length -= der->whole.length;
	return true;
}

bool der_is(struct tr_bytes bytes, unsigned first)
{
	return bytes.length && bytes.at[0] == first;
}

static uint64_t whole_length(const struct der *der)
{
	return der->whole.length - der->body.length + der->length;
}

bool der_is_frame(const struct der *der)
{
	bool gss = der->first == DER_APPLICATION;
	struct der inner;

	if (!gss && (der->first & 0xe0) != DER_APPLICATION && (der->first & 0xfe) != DER_CONTEXT)
		return false;
	if (!der->body.length)
		return true;
	if (!der_is(der->body, gss ? DER_OBJECT_ID : DER_SEQUENCE))
		return false;
	return gss || !der_peek(der->body, &inner) || whole_length(&inner) == der->length;
}

bool der_expect(struct token *token, struct tr_bytes *rest, unsigned first, const char *what, struct der *der)
{
	if (!rest->length) {
		token_note(token, "%s is missing", what);
		return false;
	}
	if (!der_is(*rest, first)) {
		token_note(token, "%s is not what it should be: tag 0x%02x, not 0x%02x", what, rest->at[0],
			   first);
		return false;
	}
	return der_next(token, rest, der);
}

static const struct der_field *field_of(const struct der_field *fields, unsigned first)
{
	for (; fields->name; fields++)
		if (DER_CONTEXT + fields->tag == first)
			return fields;
	return NULL;
}

void der_sequence(struct token *token, struct tr_bytes bytes, const struct der_field *fields)
{
	struct der sequence, element;
	uint64_t seen = 0;

	if (!der_expect(token, &bytes, DER_SEQUENCE, "a SEQUENCE", &sequence)) {
		if (bytes.length)
			token_unknown(token, "bytes", bytes);
		return;
	}
	while (der_next(token, &sequence.body, &element)) {
		const struct der_field *field = field_of(fields, element.first);
		uint64_t bit = (uint64_t)1 << (field ? (unsigned)(field - fields) & 63 : 63);

		if (field && !(seen & bit))
			field->decode(token, field->name, element.body);
		else /* unknown, or there twice: a name of its own */
			token_unknown(token,
				      token_print(token, "element_%02x_at_%zu", element.first,
						  (size_t)(element.whole.at - sequence.whole.at)),
				      element.whole);
		seen |= bit;
	}
	if (bytes.length)
		token_unknown(token, "after_the_sequence", bytes);
}

void der_group(struct token *token, const char *name, struct tr_bytes bytes, const struct der_field *fields)
{
	token_begin(token, name, bytes);
	der_sequence(token, bytes, fields);
	token_end(token);
}

void der_list(struct token *token, const char *name, struct tr_bytes bytes,
	      void (*decode)(struct token *token, const char *name, struct tr_bytes bytes))
{
	struct der sequence, element;

	token_begin_list(token, name, bytes);
	if (der_expect(token, &bytes, DER_SEQUENCE, "a SEQUENCE", &sequence))
		while (der_next(token, &sequence.body, &element))
			decode(token, NULL, element.whole);
	else if (bytes.length)
		token_unknown(token, NULL, bytes);
	token_end(token);
}
