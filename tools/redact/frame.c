/* SPDX-License-Identifier: MIT */
/*
 * See frame.h. Of DER these are the tags and lengths; of NTLM (MS-NLMP, section 2.2.1) the head with its
 * offsets, and what stands ahead of each value that a server tells of itself; of Kerberos' messages (RFC
 * 4121, section 4.2) their head. Of what is none of these nothing is kept.
 */
#include "tools/redact/frame.h"

#include "tools/base/safe.h"
#include "tools/token/bytes.h"
#include "tools/token/der.h"

#include <string.h>

#define DEEPEST 32
#define MESSAGE_HEAD 16
#define NTLM "NTLMSSP"

enum { CONSTRUCTED = 0x20, CONTEXT = 0x80, APPLICATION = 0x40 };

/* What a walk over DER is for. */
struct walk {
	uint8_t *to; /* NULL: strings are wanted, not frames */
	void (*string)(void *context, struct tr_bytes body);
	void *context;
};

/* An element that holds others, from the first byte on. */
static bool is_der(struct tr_bytes bytes)
{
	struct der der;

	return bytes.length > 1 && (bytes.at[0] & CONSTRUCTED) &&
	       (bytes.at[0] == DER_SEQUENCE || (bytes.at[0] & (CONTEXT | APPLICATION))) &&
	       der_peek(bytes, &der);
}

/* UTF-16 can begin with the same byte. */
bool frame_is_sequence(struct tr_bytes bytes)
{
	struct der der;

	return bytes.length && bytes.at[0] == DER_SEQUENCE && der_peek(bytes, &der) &&
	       der.whole.length == bytes.length;
}

static bool is_string(unsigned tag)
{
	return (tag >= 0x12 && tag <= 0x16) || (tag >= 0x19 && tag <= 0x1e) || tag == 0x0c;
}

static void walk_der(const struct walk *walk, struct tr_bytes bytes, size_t offset, unsigned depth)
{
	struct der der;

	while (bytes.length && depth < DEEPEST && der_peek(bytes, &der)) {
		size_t head = (size_t)(der.body.at - bytes.at), whole = head + der.body.length;

		if (walk->to)
			memcpy(walk->to + offset, bytes.at, head);
		else if (is_string(der.first))
			walk->string(walk->context, der.body);
		if (der.first & CONSTRUCTED)
			walk_der(walk, der.body, offset + head, depth + 1);
		bytes = bytes_from(bytes, whole);
		offset += whole;
	}
}

void frame_strings(struct tr_bytes bytes, void (*string)(void *context, struct tr_bytes body), void *context)
{
	struct walk walk = {.string = string, .context = context};

	walk_der(&walk, bytes, 0, 0);
}

static bool is_ntlm(struct tr_bytes bytes)
{
	return bytes_have(bytes, 0, 12) && !memcmp(bytes.at, NTLM, sizeof(NTLM));
}

/* Length, room and offset of each value; not what has no meaning beyond. */
static void keep_ntlm(struct tr_bytes bytes, uint8_t *to)
{
	static const struct {
		uint8_t at[6];
	} of_type[] = {
		[1] = {{16, 24}},
		[2] = {{12, 40}},
		[3] = {{12, 20, 28, 36, 44, 52}},
	};
	uint32_t type = bytes.at[8];

	memcpy(to, bytes.at, 12);
	if (type >= sizeof(of_type) / sizeof(of_type[0]))
		return;
	for (size_t i = 0; i < 6 && of_type[type].at[i]; i++)
		if (bytes_have(bytes, of_type[type].at[i], 8))
			memcpy(to + of_type[type].at[i], bytes.at + of_type[type].at[i], 8);
}

void frame_keep_pairs(struct tr_bytes bytes, uint8_t *to)
{
	for (uint64_t at = 0; bytes_have(bytes, at, 4); at += 4 + little_at(bytes, at + 2, 2))
		memcpy(to + at, bytes.at + at, 4);
}

static bool is_message(struct tr_bytes bytes)
{
	return bytes.length >= MESSAGE_HEAD && (bytes.at[0] == 4 || bytes.at[0] == 5) &&
	       (bytes.at[1] == 4 || bytes.at[1] == 5);
}

void frame_keep(struct tr_bytes bytes, uint8_t *to)
{
	struct walk walk = {.to = to};

	if (is_der(bytes))
		walk_der(&walk, bytes, 0, 0);
	else if (is_ntlm(bytes))
		keep_ntlm(bytes, to);
	else if (is_message(bytes))
		memcpy(to, bytes.at, MESSAGE_HEAD);
}

void frame_utf16(struct tr_bytes text, uint8_t *to, size_t length)
{
	size_t units = 0, used;
	uint32_t code;

	/* Twice: to count, and to write. */
	for (int pass = 0; pass < 2; pass++, units = 0) {
		for (size_t i = 0; i < text.length; i += used) {
			used = safe_utf8(text.at + i, text.length - i, &code);
			if (!used)
				return;
			if (pass && code >= 0x10000) {
				uint32_t high = 0xd800 + ((code - 0x10000) >> 10),
					 low = 0xdc00 + (code & 0x3ff);

				memcpy(to + 2 * units, &(uint16_t[]){(uint16_t)high, (uint16_t)low}, 4);
			} else if (pass) {
				memcpy(to + 2 * units, &(uint16_t){(uint16_t)code}, 2);
			}
			units += code >= 0x10000 ? 2 : 1;
		}
		if (2 * units != length)
			return;
	}
}
