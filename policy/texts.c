/* SPDX-License-Identifier: MIT */
/*
 * What one text of a policy stands for: {a,b} for each of them, names for the numbers that are judged, so
 * that nothing of it is left to be done in a host.
 */
#include "policy/draft.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define TEXTS_MOST 10000 /* that one item may stand for */
#define DEPTH_MOST 8	 /* of braces */

static const struct {
	const char *kind, *name, *number;
} names[] = {
#define NAME(kind, name, number) {kind, name, number},
#include "policy/names.def"
};

int64_t draft_seconds(const char *text, size_t len)
{
	static const char units[] = "smhdw";
	static const uint32_t seconds[] = {1, 60, 3600, 86400, 7 * 86400};
	uint64_t n = 0;
	size_t i = 0;
	const char *unit;

	for (; i < len && isdigit((unsigned char)text[i]); i++)
		if ((n = 10 * n + (unsigned)(text[i] - '0')) > UINT32_MAX)
			return -1;
	if (!i || len > i + 1)
		return -1;
	if (i < len) {
		unit = strchr(units, text[i]);
		if (!unit || !*unit)
			return -1;
		n *= seconds[unit - units];
	}
	return n > UINT32_MAX ? -1 : (int64_t)n;
}

/* One item under way. */
struct item {
	struct draft *draft;
	const struct pol_keyword *k;
	enum pol_kind kind;
	struct place at, rule;
	size_t count; /* of texts that it came to */
	unsigned depth;
};

static void add(struct item *item, const char *text)
{
	draft_add(item->draft, item->k, item->kind, item->rule)->text = strdup(text);
}

/* As numbers are written where they are judged: one with a zero before it would never be met. */
static bool is_of_numbers(const char *text)
{
	for (const char *at = text; *at; at++)
		if (*at == '0' && isdigit((unsigned char)at[1]) && (at == text || at[-1] == '.'))
			return false;
	return *text && !text[strspn(text, "0123456789.*")];
}

/* A name that stands for numbers; patterns of numbers stay. */
static void add_number(struct item *item, const char *text)
{
	const char *kind = item->k->values;
	size_t before = item->draft->count;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].kind, kind) && !strcasecmp(names[i].name, text))
			add(item, names[i].number);
	if (item->draft->count > before)
		return;
	if (is_of_numbers(text))
		add(item, text);
	else
		draft_error(item->draft, item->at, "%s: there is no %s %s; see gsstap-policy(5)",
			    item->k->path, kind, text);
}

/* All digits; the highest is nobody's: chown(2) has it for "leave it". */
static void add_user_number(struct item *item, const char *text)
{
	unsigned long long n;
	char number[24];

	errno = 0;
	n = strtoull(text, NULL, 10);
	if (errno || n >= UINT32_MAX) {
		draft_error(item->draft, item->at, "%s: no user can have the number %s", item->k->path, text);
		return;
	}
	snprintf(number, sizeof(number), "%llu", n);
	add(item, number);
}

static void add_user(struct item *item, const char *text)
{
	struct passwd *user;
	char number[24];

	if (!strcmp(text, "*")) {
		add(item, text);
		return;
	}
	if (!text[strspn(text, "0123456789")]) {
		add_user_number(item, text);
		return;
	}
	user = getpwnam(text);
	if (!user) {
		draft_error(item->draft, item->at,
			    "%s: there is no user %s here; for a policy of another machine write the number",
			    item->k->path, text);
		return;
	}
	snprintf(number, sizeof(number), "%u", (unsigned)user->pw_uid);
	add(item, number);
}

static void take(struct item *item, const char *text)
{
	unsigned errors = item->draft->errors;

	if (++item->count > TEXTS_MOST) {
		if (item->count == TEXTS_MOST + 1)
			draft_error(item->draft, item->at, "%s: one item stands for more than %d texts",
				    item->k->path, TEXTS_MOST);
		return;
	}
	draft_check_text(item->draft, item->k, text, strlen(text), item->at);
	if (errors != item->draft->errors)
		return;
	if (!strcmp(item->k->values, "mechanism") || !strcmp(item->k->values, "enctype"))
		add_number(item, text);
	else if (!strcmp(item->k->values, "user"))
		add_user(item, text);
	else
		add(item, text);
}

/* Past one character of a pattern, which may be escaped. */
static const char *past(const char *at)
{
	return at + (*at == '\\' && at[1] ? 2 : 1);
}

/* The end of the alternative that begins at `at`: its comma or brace; NULL: there is none. */
static const char *end_of(const char *at)
{
	size_t depth = 0;

	for (; *at; at = past(at)) {
		if (!depth && (*at == ',' || *at == '}'))
			return at;
		depth += *at == '{';
		depth -= *at == '}';
	}
	return NULL;
}

/* The first { that is not escaped, or the text's end. */
static const char *brace(const char *text)
{
	while (*text && *text != '{')
		text = past(text);
	return text;
}

static void expand(struct item *item, const char *text)
{
	const char *open = brace(text), *at, *end, *close;
	char *one;

	if (!*open || item->count > TEXTS_MOST) {
		take(item, text);
		return;
	}
	for (close = open + 1; (end = end_of(close)) && *end == ','; close = end + 1)
		;
	if (!end || item->depth == DEPTH_MOST) {
		draft_error(item->draft, item->at,
			    end ? "%s: too many { in one text"
				: "%s: a { has no }; write \\{ for the character itself",
			    item->k->path);
		item->count = TEXTS_MOST + 2;
		return;
	}
	item->depth++;
	for (at = open + 1; at <= end && item->count <= TEXTS_MOST; at = close + 1) {
		close = end_of(at);
		if (asprintf(&one, "%.*s%.*s%s", (int)(open - text), text, (int)(close - at), at, end + 1) <
		    0)
			abort(); /* a tool without memory has nothing left to say */
		expand(item, one);
		free(one);
	}
	item->depth--;
}

static bool takes_braces(const struct pol_keyword *k)
{
	return k->type == POL_T_PATTERNS && strcmp(k->values, "endpoint");
}

void draft_add_texts(struct draft *draft, const struct pol_keyword *k, enum pol_kind kind, const char *text,
		     size_t len, struct place at, struct place rule)
{
	struct item item = {.draft = draft, .k = k, .kind = kind, .at = at, .rule = rule};
	unsigned errors = draft->errors;
	bool whole = strlen(text) == len;

	/* A NUL in it is a control character, which is complained about as such. */
	if (!whole || !takes_braces(k)) {
		draft_check_text(draft, k, text, len, at);
		if (errors == draft->errors)
			add(&item, text);
		return;
	}
	expand(&item, text);
}
