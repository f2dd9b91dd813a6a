/* SPDX-License-Identifier: MIT */
/* See damage.h. */
#include "tools/diagnose/damage.h"

#include "tools/token/der.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char NTLM[] = "NTLMSSP"; /* and the NUL: it has no frame, and tells no length */

#define FRAME_MOST 6 /* bytes of a tag and a length */
#define HEAD_MOST 8  /* bytes of what a protocol puts before a token */

/* As libgssapi: RFC 2743, section 3.1, what SPNEGO continues with, and AP-REQ and AP-REP without a frame. Of
 * a few bytes nothing but the tag may be there. */
static bool is_frame(const uint8_t *at, size_t length)
{
	struct der frame;

	if (!length || (*at != 0x60 && *at != 0xa0 && *at != 0xa1 && *at != 0x6e && *at != 0x6f))
		return false;
	return der_peek((struct tr_bytes){at, length}, &frame) ? der_is_frame(&frame) : length < FRAME_MOST;
}

static bool is_token(const uint8_t *at, size_t length)
{
	return is_frame(at, length) || (length >= sizeof(NTLM) && !memcmp(at, NTLM, sizeof(NTLM)));
}

static enum damage by_frame(struct damaged *damaged, struct tr_bytes bytes)
{
	struct der frame;

	if (!is_frame(bytes.at, bytes.length))
		return DAMAGE_NONE;
	damaged->came = bytes.length;
	if (!der_peek(bytes, &frame))
		return DAMAGE_CUT;
	damaged->says = (uint64_t)(frame.body.at - bytes.at) + frame.length;
	if (damaged->says == damaged->came)
		return DAMAGE_NONE;
	return damaged->says > damaged->came ? DAMAGE_CUT : DAMAGE_LONGER;
}

/* A protocol's own head, such as the token's length: what is behind it is a frame to its last byte. */
static void by_frame_behind(struct damaged *damaged, struct tr_bytes bytes)
{
	struct der frame;

	for (size_t i = 1; i <= HEAD_MOST && i + FRAME_MOST < bytes.length; i++) {
		struct tr_bytes rest = {bytes.at + i, bytes.length - i};

		if (!is_frame(rest.at, rest.length) || !der_peek(rest, &frame) ||
		    (uint64_t)(frame.body.at - rest.at) + frame.length != rest.length)
			continue;
		damaged->how = DAMAGE_BEFORE;
		damaged->before = i;
		damaged->came = bytes.length;
		damaged->says = rest.length;
		return;
	}
}

static void by_text(struct damaged *damaged, const char *text, size_t length)
{
	struct armour twice;

	if (!armour_undo(text, length, &damaged->sent)) {
		damaged->how = DAMAGE_UNKNOWN;
		return;
	}
	damaged->how = damaged->header ? DAMAGE_HEADER : DAMAGE_BASE64;
	if (!is_token(damaged->sent.at, damaged->sent.length) &&
	    armour_undo((char *)damaged->sent.at, damaged->sent.length, &twice)) {
		free(damaged->sent.at);
		damaged->sent = twice;
		damaged->how = DAMAGE_BASE64_TWICE;
	}
	if (!is_token(damaged->sent.at, damaged->sent.length))
		damaged->how = DAMAGE_UNKNOWN;
	else
		damaged->within =
			by_frame(damaged, (struct tr_bytes){damaged->sent.at, damaged->sent.length});
}

void damage_look(struct damaged *damaged, struct tr_bytes bytes)
{
	static const char *const words[] = {
		"Negotiate ", "Authorization: Negotiate ", "WWW-Authenticate: Negotiate ",
		"NTLM ",      "Authorization: NTLM ",	   "WWW-Authenticate: NTLM ",
		"GSSAPI "};
	const char *text = (const char *)bytes.at;

	if (is_token(bytes.at, bytes.length)) {
		damaged->how = by_frame(damaged, bytes);
		return;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t length = strlen(words[i]);

		if (bytes.length <= length || strncasecmp(text, words[i], length))
			continue;
		damaged->header = must_format("%.*s", (int)length - 1, words[i]);
		by_text(damaged, text + length, bytes.length - length);
		damaged->how = DAMAGE_HEADER;
		return;
	}
	by_text(damaged, text, bytes.length);
	if (!damaged->sent.at)
		by_frame_behind(damaged, bytes);
}

void damage_compared(struct damaged *damaged)
{
	const struct on_the_way *way = &damaged->way;
	enum damage *how = damaged->sent.at ? &damaged->within : &damaged->how;
	bool whole = *how == DAMAGE_NONE; /* a token in its own right, such as that within SPNEGO's */

	switch (way->how) {
	case ON_THE_WAY_SAME:
		*how = DAMAGE_NONE;
		return;
	case ON_THE_WAY_PART:
		*how = whole ? DAMAGE_NONE : way->from ? DAMAGE_PIECE : DAMAGE_CUT;
		damaged->came = way->came;
		damaged->says = way->made;
		return;
	case ON_THE_WAY_MORE:
		*how = whole ? DAMAGE_NONE : way->from ? DAMAGE_BEFORE : DAMAGE_LONGER;
		damaged->before = way->from;
		damaged->came = way->came;
		damaged->says = way->made;
		return;
	case ON_THE_WAY_LINE_ENDS:
		*how = DAMAGE_LINE_ENDS;
		return;
	case ON_THE_WAY_CHANGED:
		*how = DAMAGE_CHANGED;
	}
}

void damage_free(struct damaged *damaged)
{
	free(damaged->sent.at);
	free(damaged->header);
}
