/* SPDX-License-Identifier: MIT */
/*
 * KERB_VALIDATION_INFO (MS-PAC, section 2.5) in NDR (MS-RPCE, section 2.2.6): two heads, the structure, and
 * then what its pointers point to, in their order. It is read twice, first to see that all of it is there:
 * what is not as it should be must not let anybody in, nor hide a group that is refused.
 */
#include "shim/gss/sids.h"
#include "policy/say.h"

#include <stdint.h>
#include <string.h>

#define PARTS_MOST 15 /* sub-authorities of a SID */
#define ENABLED 0x4u  /* SE_GROUP_ENABLED */
#define DENY_ONLY 0x10u

struct reading {
	const uint8_t *bytes;
	size_t length, at;
	bool bad, enough;
	bool (*visit)(void *context, const char *sid, bool idle); /* NULL: the first time */
	void *context;
};

/* NULL: they are not there. */
static const uint8_t *take(struct reading *r, uint64_t length)
{
	const uint8_t *at = r->bytes + r->at;

	r->bad |= length > r->length - r->at;
	if (r->bad)
		return NULL;
	r->at += (size_t)length;
	return at;
}

static uint32_t little(const uint8_t *at)
{
	return at ? (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24
		  : 0;
}

static uint32_t number(struct reading *r)
{
	return little(take(r, 4));
}

/* What a pointer points to begins at a multiple of four. */
static void align(struct reading *r)
{
	take(r, -r->at & 3);
}

/* The pointer of a text, behind its two lengths. */
static uint32_t text_pointer(struct reading *r)
{
	take(r, 4);
	return number(r);
}

/* A conformant varying array: how many could be there, from which on, how many are. */
static void skip_text(struct reading *r, uint32_t pointer)
{
	uint32_t most, from, count;

	if (!pointer)
		return;
	align(r);
	most = number(r);
	from = number(r);
	count = number(r);
	r->bad |= from || count > most;
	take(r, 2 * (uint64_t)count);
}

struct sid {
	const uint8_t *bytes; /* NULL: none */
	uint32_t parts;
};

static struct sid take_sid(struct reading *r, uint32_t pointer)
{
	struct sid sid = {NULL, 0};

	if (!pointer)
		return sid;
	align(r);
	sid.parts = number(r);
	sid.bytes = take(r, 8 + 4 * (uint64_t)sid.parts);
	/* Its revision, the number once more, and an authority, which no system has of more than 32 bits. */
	r->bad |= !sid.bytes || sid.parts > PARTS_MOST || sid.bytes[0] != 1 || sid.bytes[1] != sid.parts ||
		  sid.bytes[2] || sid.bytes[3];
	return sid;
}

static void put(struct reading *r, struct sid sid, const uint32_t *relative, uint32_t attributes)
{
	char text[TAP_SID_TEXT];
	struct pol_say say = pol_say_into(text, sizeof(text));

	r->bad |= !sid.bytes || sid.parts + (relative != NULL) > PARTS_MOST;
	if (r->bad || !r->visit || r->enough)
		return;
	pol_say(&say, "S-1-");
	pol_say_number(&say, (uint32_t)sid.bytes[4] << 24 | (uint32_t)sid.bytes[5] << 16 |
				     (uint32_t)sid.bytes[6] << 8 | sid.bytes[7]);
	for (uint32_t i = 0; i < sid.parts; i++) {
		pol_say(&say, "-");
		pol_say_number(&say, little(sid.bytes + 8 + 4 * i));
	}
	if (relative) {
		pol_say(&say, "-");
		pol_say_number(&say, *relative);
	}
	r->enough = r->visit(r->context, text, (attributes & (ENABLED | DENY_ONLY)) != ENABLED);
}

/* An array of pairs, of which the structure has the count as well. NULL: none. */
static const uint8_t *take_pairs(struct reading *r, uint32_t pointer, uint32_t count)
{
	r->bad |= count && !pointer;
	if (!pointer)
		return NULL;
	align(r);
	r->bad |= number(r) != count;
	return take(r, 8 * (uint64_t)count);
}

/* Groups of a domain: relative ids and attributes. */
static void put_groups(struct reading *r, struct sid domain, const uint8_t *pairs, uint32_t count)
{
	for (uint32_t i = 0; pairs && i < count && !r->bad && !r->enough; i++) {
		uint32_t relative = little(pairs + 8 * (size_t)i);

		put(r, domain, &relative, little(pairs + 8 * (size_t)i + 4));
	}
}

/* Pointers and attributes, and then the SIDs. */
static void put_extra(struct reading *r, const uint8_t *pairs, uint32_t count)
{
	for (uint32_t i = 0; pairs && i < count && !r->bad; i++) {
		const uint8_t *pair = pairs + 8 * (size_t)i;

		put(r, take_sid(r, little(pair)), NULL, little(pair + 4));
	}
}

/* Those of the account itself; 0: it is among the extra ones. */
static void put_own(struct reading *r, struct sid domain, uint32_t relative)
{
	if (relative)
		put(r, domain, &relative, ENABLED);
}

static void read_info(struct reading *r)
{
	uint32_t texts[8], user, primary, count, groups, domain_pointer, extra_count, extra, resource_pointer;
	uint32_t resource_count, resources;
	const uint8_t *pairs;
	struct sid domain;

	take(r, 6 * 8); /* times */
	for (int i = 0; i < 6; i++)
		texts[i] = text_pointer(r);
	take(r, 4); /* numbers of logons */
	user = number(r);
	primary = number(r);
	count = number(r);
	groups = number(r);
	take(r, 4 + 16); /* flags, and the session's key */
	texts[6] = text_pointer(r);
	texts[7] = text_pointer(r);
	domain_pointer = number(r);
	take(r, 8 + 4 + 4 + 8 + 8 + 4 + 4); /* reserved, the account's control, failed logons */
	extra_count = number(r);
	extra = number(r);
	resource_pointer = number(r);
	resource_count = number(r);
	resources = number(r);
	for (int i = 0; i < 6; i++)
		skip_text(r, texts[i]);
	pairs = take_pairs(r, groups, count);
	skip_text(r, texts[6]);
	skip_text(r, texts[7]);
	domain = take_sid(r, domain_pointer);
	put_own(r, domain, user);
	put_own(r, domain, primary);
	put_groups(r, domain, pairs, count);
	put_extra(r, take_pairs(r, extra, extra_count), extra_count);
	domain = take_sid(r, resource_pointer);
	put_groups(r, domain, take_pairs(r, resources, resource_count), resource_count);
}

/* Version 1, little endian, a head of 8 bytes; then how long it is, and the pointer to the structure. */
static bool enter(struct reading *r)
{
	const uint8_t *head = take(r, 16), *pointer = take(r, 4);

	if (!pointer || memcmp(head, "\x01\x10\x08\x00", 4) || !little(pointer))
		return false;
	r->bytes += 16;
	r->length -= 16;
	r->at = 4;
	if (little(head + 8) > r->length)
		return false;
	r->length = little(head + 8);
	return r->length >= r->at;
}

bool tap_sids(const void *bytes, size_t length, bool (*visit)(void *context, const char *sid, bool idle),
	      void *context)
{
	struct reading first = {.bytes = bytes, .length = length}, second;

	if (!bytes || !enter(&first))
		return false;
	second = first;
	read_info(&first);
	if (first.bad)
		return false;
	second.visit = visit;
	second.context = context;
	read_info(&second);
	return true;
}
