/* SPDX-License-Identifier: MIT */
/*
 * See text.h. A text is cut into words, and into what stands between them, which stays. A sentence is cut
 * into pieces first: what looks like a name, a path or an address is taken for one, a word for harmless when
 * it is one that libraries say.
 */
#include "tools/redact/text.h"

#include "tools/redact/invent.h"
#include "tools/redact/words.h"

#include <string.h>

#define ADDRESS 45 /* characters */
#define NUMBER 4   /* digits from which on a number can be somebody's */

/* Letters, digits, and whatever is no ASCII. */
static bool is_word(uint8_t c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f');
}

static size_t word_length(struct tr_bytes text, size_t at)
{
	size_t end = at;

	while (end < text.length && is_word(text.at[end]))
		end++;
	return end - at;
}

static bool is_number(const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (at[i] < '0' || at[i] > '9')
			return false;
	return true;
}

/* How long the IP address is that begins here; 0: none does. */
static size_t address_length(struct tr_bytes text, size_t at)
{
	const char *begin = (const char *)text.at + at;
	size_t four = 0, six = 0;

	while (at + four < text.length && four <= ADDRESS &&
	       (is_number(text.at + at + four, 1) || text.at[at + four] == '.'))
		four++;
	while (four && begin[four - 1] == '.')
		four--;
	if (invent_is_ipv4(begin, four))
		return four;
	while (at + six < text.length && six <= ADDRESS &&
	       (is_hex(text.at[at + six]) || text.at[at + six] == ':' || text.at[at + six] == '.'))
		six++;
	for (; six > 2 && !is_hex((uint8_t)begin[six - 1]) && memcmp(begin + six - 2, "::", 2); six--)
		;
	return invent_is_ipv6(begin, six) ? six : 0;
}

/* Ports, versions and other short numbers name nobody, but where one is all of a component. */
static bool stays(struct tr_bytes text, size_t at, size_t length)
{
	uint8_t before = at ? text.at[at - 1] : 0,
		after = at + length < text.length ? text.at[at + length] : 0;

	if (!is_number(text.at + at, length) || after == '@' || length == text.length)
		return false;
	return length < NUMBER || (before == ':' && length <= 5 && (!after || after == '/'));
}

static bool address(struct names *names, const uint8_t *at, size_t length, uint8_t *to)
{
	if (!invent_is_common((const char *)at, length))
		return names_replace(names, NAMES_NAME, at, length, to);
	memcpy(to, at, length);
	return true;
}

/* The text is in `to` already. */
static bool name(struct names *names, enum names_use use, struct tr_bytes text, uint8_t *to)
{
	bool inside = false; /* of a word, or of what an address cannot follow */

	for (size_t i = 0, length; i < text.length; i += length) {
		length = inside ? 0 : address_length(text, i);
		if (length) {
			if (!address(names, text.at + i, length, to + i))
				return false;
			continue;
		}
		length = word_length(text, i);
		inside = text.at[i] == '.';
		if (!length)
			length = 1;
		else if (!stays(text, i, length) && !names_replace(names, use, text.at + i, length, to + i))
			return false;
	}
	return true;
}

/* Where the distribution has its files, /usr/local and /etc being somebody's; and what standards name. */
static bool is_system(struct tr_bytes path)
{
	static const char *const places[] = {"urn:mspac:", "urn:ietf:",	  "/usr/bin/",	   "/usr/sbin/",
					     "/usr/lib/",  "/usr/lib64/", "/usr/libexec/", "/usr/share/",
					     "/lib/",	   "/lib64/",	  "/bin/",	   "/sbin/"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (path.length > strlen(places[i]) && !memcmp(path.at, places[i], strlen(places[i])))
			return true;
	/* A name of a library without a path, as programs are linked with. */
	return !memchr(path.at, '/', path.length) && path.length > 3 && !memcmp(path.at, "lib", 3) &&
	       memmem(path.at, path.length, ".so", 3);
}

static enum names_use path_use(struct tr_bytes path)
{
	return is_system(path) ? NAMES_SYSTEM : NAMES_PATH;
}

/* In a sentence: what parts it into pieces. */
static bool parts(uint8_t c)
{
	return c <= ' ' || strchr("\"'`(),;<=>[]{|}!?*", c);
}

static bool all_said(struct tr_bytes text)
{
	for (size_t i = 0, length; i < text.length; i += length + 1) {
		length = word_length(text, i);
		if (length && !words_said((const char *)text.at + i, length))
			return false;
	}
	return true;
}

static bool begins(struct tr_bytes text, const char *with)
{
	return text.length > strlen(with) && !memcmp(text.at, with, strlen(with));
}

/* A keyword of a policy stays; it has dots as a host's name does. */
static bool is_keyword(struct tr_bytes piece)
{
	return (begins(piece, "gss.") || begins(piece, "zmq.")) && all_said(piece);
}

/* A name, a path or an address, and neither two words with a sign between them nor a number:
 * "-1765328243/Text of the error", "1764161943.488102". */
static bool is_name(struct tr_bytes piece)
{
	size_t sign = piece.length && piece.at[0] == '-', digits = sign, dots = 0;

	for (; digits < piece.length && (is_number(piece.at + digits, 1) || piece.at[digits] == '.');
	     digits++)
		dots += piece.at[digits] == '.';
	/* Without digits a '/' begins a path. */
	if (digits > sign && dots < 2 && (digits == piece.length || piece.at[digits] == '/') &&
	    !memchr(piece.at, '@', piece.length))
		return false;
	for (size_t i = 0; i < piece.length; i++)
		if (strchr("@/\\.:", piece.at[i]) && piece.at[i])
			return true;
	return false;
}

static bool is_said(const uint8_t *at, size_t length)
{
	char lower[32];

	if (length > sizeof(lower))
		return false;
	for (size_t i = 0; i < length; i++)
		lower[i] = (char)(at[i] >= 'A' && at[i] <= 'Z' ? at[i] + 'a' - 'A' : at[i]);
	return words_said(lower, length) || words_known(lower, length);
}

/* A number that nothing else is known to be called. */
static bool is_figure(const struct names *names, const uint8_t *at, size_t length)
{
	return is_number(at, length) && (length < NUMBER || !names_hold(names, at, length));
}

/* One that no library says: all that is joined to it is part of a name, as "realm" is in "realm-a9x". */
static bool has_strange_word(const struct names *names, struct tr_bytes piece)
{
	for (size_t i = 0, length; i < piece.length; i += length ? length : 1) {
		length = word_length(piece, i);
		if (length && !is_figure(names, piece.at + i, length) && !is_said(piece.at + i, length))
			return true;
	}
	return false;
}

static bool words(struct names *names, struct tr_bytes piece, uint8_t *to)
{
	if (!has_strange_word(names, piece))
		return true;
	for (size_t i = 0, length; i < piece.length; i += length ? length : 1) {
		const uint8_t *at = piece.at + i;

		length = word_length(piece, i);
		if (!length || is_figure(names, at, length))
			continue;
		if (!names_replace(names, NAMES_PATH, at, length, to + i))
			return false;
	}
	return true;
}

static bool piece_of(struct names *names, struct tr_bytes piece, uint8_t *to)
{
	/* What ends a sentence is no part of a name. */
	while (piece.length && strchr(".:", piece.at[piece.length - 1]))
		piece.length--;
	if (is_keyword(piece))
		return true;
	if (!is_name(piece))
		return words(names, piece, to);
	return name(names, memchr(piece.at, '@', piece.length) ? NAMES_NAME : path_use(piece), piece, to);
}

static bool sentence(struct names *names, struct tr_bytes text, uint8_t *to)
{
	size_t end;

	for (size_t at = 0; at < text.length; at = end + 1) {
		for (end = at; end < text.length && !parts(text.at[end]);)
			end++;
		if (end > at && !piece_of(names, (struct tr_bytes){text.at + at, end - at}, to + at))
			return false;
	}
	return true;
}

/* Where libzmq asks who is let in: RFC 27 names it, and without it a trace tells of no ZAP handler. */
static bool is_zap(struct tr_bytes text)
{
	static const char zap[] = "inproc://zeromq.zap.01";

	return text.length == sizeof(zap) - 1 && !memcmp(text.at, zap, text.length);
}

bool text_redact(struct names *names, enum text_kind kind, struct tr_bytes text, uint8_t *to)
{
	if (!text.length)
		return true;
	memcpy(to, text.at, text.length);
	if (is_zap(text))
		return true;
	if (kind == TEXT_SENTENCE)
		return sentence(names, text, to);
	if (kind == TEXT_NAME)
		return name(names, NAMES_NAME, text, to);
	return name(names, path_use(text), text, to);
}
