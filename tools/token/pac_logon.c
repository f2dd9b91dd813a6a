/* SPDX-License-Identifier: MIT */
/*
 * KERB_VALIDATION_INFO (MS-PAC, section 2.5) in NDR (MS-RPCE, section 2.2.6): two headers, the structure, and
 * then what its pointers point to, in their order. What a count announces is read only as far as it is there,
 * and the key of the session, which stands there too, not at all.
 */
#include "tools/token/pac_logon.h"

#include "tools/token/little.h"
#include "tools/token/pac_value.h"
#include "tools/token/utf16.h"

#define GROUPS_MOST 2048 /* a token of Windows holds 1015 */

/* A pointer and the length that the structure has beside it. */
struct text {
	uint16_t length;
	uint32_t pointer;
};

static struct text text_head(struct little *in)
{
	struct text text = {.length = little_16(in)};

	little_16(in); /* the room it was given */
	text.pointer = little_32(in);
	return text;
}

/* A conformant varying array: how many could be there, from which on, how many are. */
static struct tr_bytes text_body(struct little *in, struct text text)
{
	uint32_t count;

	if (!text.pointer)
		return (struct tr_bytes){0};
	little_align(in, 4);
	little_32(in);
	little_32(in);
	count = little_32(in);
	return little_bytes(in, 2 * (size_t)count);
}

static void name(struct token *token, struct little *in, const char *called, struct text text)
{
	struct tr_bytes body = text_body(in, text);

	if (in->bad || !body.length)
		return;
	token_utf16(token, called, body);
	token_mark(token, TOKEN_IDENTITY);
}

/* A SID behind a pointer: its number of sub-authorities, then itself. */
static struct tr_bytes sid_body(struct little *in, uint32_t pointer)
{
	uint32_t count;

	if (!pointer)
		return (struct tr_bytes){0};
	little_align(in, 4);
	count = little_32(in);
	return little_bytes(in, 8 + 4 * (size_t)count);
}

static void sid_text(struct token *token, const char *called, struct tr_bytes sid, const uint32_t *rid)
{
	const char *text = pac_sid_text(token, sid, rid);

	if (!*text)
		return;
	token_made_text(token, called, (struct tr_bytes){0}, text);
	token_mark(token, TOKEN_IDENTITY);
}

/* Relative ids with attributes, eight bytes each. They are shown once the domain's SID is known. */
static struct tr_bytes rids_body(struct little *in, uint32_t pointer, uint32_t count)
{
	if (!pointer)
		return (struct tr_bytes){0};
	little_align(in, 4);
	in->bad |= little_32(in) != count;
	return little_bytes(in, 8 * (size_t)count);
}

static void rids(struct token *token, const char *called, struct tr_bytes body, struct tr_bytes domain)
{
	struct little in = {.all = body};

	if (!body.length)
		return;
	token_begin_list(token, called, (struct tr_bytes){0});
	for (size_t i = 0; i < body.length / 8 && i < GROUPS_MOST; i++) {
		uint32_t rid = little_32(&in);

		little_32(&in);
		if (domain.length)
			sid_text(token, NULL, domain, &rid);
		else
			token_unsigned(token, NULL, (struct tr_bytes){0}, rid, NULL);
	}
	if (body.length / 8 > GROUPS_MOST)
		token_note(token, "%zu groups: the rest is not shown", body.length / 8);
	token_end(token);
}

/* SIDs with attributes: pointers first, then what they point to. */
static void extra_sids(struct token *token, struct little *in, uint32_t pointer, uint32_t count)
{
	struct tr_bytes heads;

	if (!pointer)
		return;
	little_align(in, 4);
	in->bad |= little_32(in) != count;
	heads = little_bytes(in, 8 * (size_t)count);
	if (!heads.length)
		return;
	token_begin_list(token, "extra_sids", (struct tr_bytes){0});
	for (uint32_t i = 0; i < count && i < GROUPS_MOST && !in->bad; i++) {
		struct little head = {.all = heads, .at = 8 * (size_t)i};
		struct tr_bytes sid = sid_body(in, little_32(&head));

		if (!in->bad)
			sid_text(token, NULL, sid, NULL);
	}
	if (count > GROUPS_MOST) {
		token_note(token, "%u extra SIDs: neither the rest nor what follows is shown", count);
		in->bad = true;
	}
	token_end(token);
}

static void number(struct token *token, const char *called, uint64_t value, const struct little *in)
{
	if (!in->bad)
		token_unsigned(token, called, (struct tr_bytes){0}, value, NULL);
}

struct logon {
	struct text effective_name, full_name, script, profile, directory, drive, server, domain;
	uint32_t groups, group_pointer, domain_sid, sids, sid_pointer;
	uint32_t resource_domain, resources, resource_pointer;
};

/* The structure itself; what has no pointer is shown at once. */
static struct logon fixed(struct token *token, struct little *in)
{
	static const char *const times[] = {"logon_time",   "logoff_time",	   "kickoff_time",
					    "password_set", "password_can_change", "password_must_change"};
	struct logon logon = {0};

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		pac_filetime(token, times[i], little_number(in, 8));
	logon.effective_name = text_head(in);
	logon.full_name = text_head(in);
	logon.script = text_head(in);
	logon.profile = text_head(in);
	logon.directory = text_head(in);
	logon.drive = text_head(in);
	number(token, "logon_count", little_16(in), in);
	number(token, "bad_password_count", little_16(in), in);
	number(token, "user_rid", little_32(in), in);
	number(token, "primary_group_rid", little_32(in), in);
	logon.groups = little_32(in);
	logon.group_pointer = little_32(in);
	number(token, "user_flags", little_32(in), in);
	little_bytes(in, 16); /* the key of the session */
	logon.server = text_head(in);
	logon.domain = text_head(in);
	logon.domain_sid = little_32(in);
	little_bytes(in, 8);
	number(token, "user_account_control", little_32(in), in);
	little_bytes(in, 4 + 8 + 8 + 4 + 4); /* sub-authentication, failed logons, reserved */
	logon.sids = little_32(in);
	logon.sid_pointer = little_32(in);
	logon.resource_domain = little_32(in);
	logon.resources = little_32(in);
	logon.resource_pointer = little_32(in);
	return logon;
}

static void pointed_to(struct token *token, struct little *in, const struct logon *logon)
{
	struct tr_bytes groups, domain, resource_domain;

	name(token, in, "effective_name", logon->effective_name);
	name(token, in, "full_name", logon->full_name);
	name(token, in, "logon_script", logon->script);
	name(token, in, "profile_path", logon->profile);
	name(token, in, "home_directory", logon->directory);
	name(token, in, "home_drive", logon->drive);
	groups = rids_body(in, logon->group_pointer, logon->groups);
	name(token, in, "logon_server", logon->server);
	name(token, in, "logon_domain", logon->domain);
	domain = sid_body(in, logon->domain_sid);
	sid_text(token, "domain_sid", domain, NULL);
	rids(token, "groups", groups, domain);
	extra_sids(token, in, logon->sid_pointer, logon->sids);
	resource_domain = sid_body(in, logon->resource_domain);
	rids(token, "resource_groups", rids_body(in, logon->resource_pointer, logon->resources),
	     resource_domain);
}

void pac_logon(struct token *token, struct tr_bytes bytes)
{
	struct little head = {.all = bytes}, in;
	uint32_t first = little_32(&head);
	struct logon logon;

	/* Version 1, little endian, a head of 8 bytes; then the length, and the pointer to the structure. */
	little_bytes(&head, 12);
	if (head.bad || (first & 0xffff) != 0x1001) {
		token_note(token, "no NDR of version 1, little endian");
		return;
	}
	in = (struct little){.all = {bytes.at + head.at, bytes.length - head.at}};
	if (!little_32(&in)) {
		token_note(token, "an empty pointer in the place of what is said of the logon");
		return;
	}
	logon = fixed(token, &in);
	if (!in.bad)
		pointed_to(token, &in, &logon);
	if (in.bad)
		token_note(token, "ends, or holds something else, before all was read");
}
