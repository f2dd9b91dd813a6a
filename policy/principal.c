/* SPDX-License-Identifier: MIT */
/*
 * Patterns of principals. In a name as krb5_unparse_name(3) writes it / and @ part the components, unless a
 * \ stands before them: then they belong to a component, and a pattern that means a separator does not match.
 * Linked into the shim.
 */
#include "policy/glob.h"
#include "policy/policy.h"

#include <stdbool.h>
#include <string.h>

/* One character of a name. */
struct letter {
	unsigned char byte;
	bool escaped;
};

static const char *letter(const char *at, struct letter *letter)
{
	letter->escaped = *at == '\\' && at[1];
	letter->byte = (unsigned char)at[letter->escaped];
	return at + (letter->escaped ? 2 : 1);
}

static bool separates(const struct letter *l)
{
	return !l->escaped && (l->byte == '/' || l->byte == '@');
}

/* What krb5_unparse_name escapes; before other characters a pattern's \ only takes away what they mean there.
 */
static bool names_escape(unsigned char c)
{
	return c && strchr("/@\\ntb0", c);
}

/* Does the part of the pattern that is written at `at` match this letter? */
static bool part_matches(const struct pol_part *part, const char *at, const struct letter *l)
{
	bool escapes = *at == '\\' && part->kind == POL_PART_CHAR && names_escape(part->byte);

	if (part->kind == POL_PART_ANY || part->kind == POL_PART_SET)
		return !separates(l) && pol_part_matches(part, l->byte);
	return part->kind != POL_PART_END && escapes == l->escaped && pol_part_matches(part, l->byte);
}

static bool has_separator(const char *text, const char *end)
{
	struct letter l;

	while (text < end) {
		text = letter(text, &l);
		if (separates(&l))
			return true;
	}
	return false;
}

/* From the pattern's `at` on, against the text up to end. A star takes no separator. */
static bool match(const char *pattern, const char *at, const char *text, const char *end)
{
	const char *after_star = NULL, *retry = NULL, *next, *rest;
	struct pol_part part;
	struct letter l;

	for (;;) {
		next = pol_part(pattern, at, &part);
		rest = text < end ? letter(text, &l) : text;
		if (part.kind == POL_PART_STAR) {
			if (!*next)
				return !has_separator(text, end);
			at = after_star = next;
			retry = text;
		} else if (text == end && part.kind == POL_PART_END) {
			return true;
		} else if (text < end && part_matches(&part, at, &l)) {
			at = next;
			text = rest;
		} else if (after_star && retry < end) {
			/* Only the last star needs another try: an earlier one cannot take more than this
			 * one. */
			text = retry = letter(retry, &l);
			if (separates(&l))
				return false;
			at = after_star;
		} else {
			return false;
		}
	}
}

/* The @ before the realm, or the end. */
static const char *realm_of(const char *name)
{
	struct letter l;
	const char *next;

	for (; *name; name = next) {
		next = letter(name, &l);
		if (!l.escaped && l.byte == '@')
			break;
	}
	return name;
}

/* Is a star the last part of it? */
static bool ends_in_star(const char *pattern)
{
	struct pol_part part = {POL_PART_END};
	enum pol_part_kind last;

	do {
		last = part.kind;
		pattern = pol_part(pattern, pattern, &part);
	} while (part.kind != POL_PART_END);
	return last == POL_PART_STAR;
}

/* Most patterns of a list differ from a name in their first letter. */
static bool begins_otherwise(const char *pattern, const char *name)
{
	return *pattern != *name && *pattern && !strchr("*?[\\", *pattern) && *name != '\\';
}

int pol_match_principal(const char *pattern, const char *name)
{
	const char *realm;

	if (begins_otherwise(pattern, name))
		return false;
	realm = realm_of(name);
	if (!*realm_of(pattern) && ends_in_star(pattern))
		return !strcmp(pattern, "*") || match(pattern, pattern, name, realm);
	if (pattern[0] == '*' && pattern[1] == '@')
		return *realm && match(pattern, pattern + 1, realm, realm + strlen(realm));
	return match(pattern, pattern, name, realm + strlen(realm));
}

int pol_match_service(const char *pattern, const char *name)
{
	const char *realm = realm_of(name);

	return *realm_of(pattern) || ends_in_star(pattern) ? pol_match_principal(pattern, name)
							   : match(pattern, pattern, name, realm);
}

void pol_drop_escapes(char *name)
{
	char *to = name;

	for (const char *at = name; *at;) {
		bool escapes = *at == '\\' && at[1];

		if (escapes && !names_escape((unsigned char)at[1]))
			at++, escapes = false;
		*to++ = *at++;
		if (escapes)
			*to++ = *at++;
	}
	*to = 0;
}

void pol_fold_host(char *name)
{
	char *host = strchr(name, '/'), *end;
	size_t n = host ? (size_t)(realm_of(host) - host) : 0;

	for (size_t i = 0; i < n; i++)
		if (host[i] >= 'A' && host[i] <= 'Z')
			host[i] += 'a' - 'A';
	end = n ? memchr(host, ':', n) : NULL; /* before a port, too */
	if (n && !end)
		end = host + n;
	if (end && end[-1] == '.')
		memmove(end - 1, end, strlen(end) + 1);
}
