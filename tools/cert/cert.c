/* SPDX-License-Identifier: MIT */
/* See cert.h: certificates as text. */
#include "tools/cert/cert.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_MOST 65536 /* bytes; certificates have a few hundred */

enum section { NONE, METADATA, CURVE };

/* A text under way. */
struct parse {
	struct cert *cert;
	enum section section;
	unsigned line;
	char *why;
};

static int wrong(struct parse *parse, const char *what)
{
	snprintf(parse->why, CERT_WHY, "line %u: %s", parse->line, what);
	return -1;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static void trim(const char **at, const char **end)
{
	while (*at < *end && space(**at))
		(*at)++;
	while (*at < *end && space((*end)[-1]))
		(*end)--;
}

/*
 * A value: in quotes up to the next such one; else the whole rest, since pyzmq writes metadata so and a # is
 * a digit of keys, but for a comment of metadata.
 */
static int take_value(struct parse *parse, const char **at, const char **end, bool key)
{
	trim(at, end);
	if (*at < *end && (**at == '"' || **at == '\'')) {
		const char *close = memchr(*at + 1, **at, (size_t)(*end - *at - 1)),
			   *rest = close ? close + 1 : NULL;

		if (!close)
			return wrong(parse, "a quote is not closed");
		trim(&rest, end);
		if (rest < *end && *rest != '#')
			return wrong(parse, "something stands behind a quoted value");
		(*at)++;
		*end = close;
	} else if (!key) {
		const char *comment = memmem(*at, (size_t)(*end - *at), " #", 2);

		*end = comment ? comment : *end;
		trim(at, end);
	}
	return 0;
}

static int take_key(struct parse *parse, bool secret, const char *at, const char *end)
{
	struct cert *cert = parse->cert;
	bool *has = secret ? &cert->has_secret : &cert->has_public;

	if (take_value(parse, &at, &end, true))
		return -1;
	if (*has)
		return wrong(parse, "a key stands in it twice");
	if (!z85_decode(at, (size_t)(end - at), secret ? cert->secret_key : cert->public_key))
		return wrong(parse, secret ? "the secret key is no Z85 text of 40 characters"
					   : "the public key is no Z85 text of 40 characters");
	*has = true;
	if (!secret)
		memcpy(cert->public_text, at, Z85_KEY);
	return 0;
}

static bool is(const char *at, const char *end, const char *word)
{
	return strlen(word) == (size_t)(end - at) && !memcmp(at, word, (size_t)(end - at));
}

static int take_metadata(struct parse *parse, const char *name, size_t name_length, const char *at,
			 const char *end)
{
	struct cert *cert = parse->cert;

	if (take_value(parse, &at, &end, false))
		return -1;
	if (cert->count == CERT_METADATA)
		return wrong(parse, "more metadata than a certificate has");
	for (unsigned i = 0; i < cert->count; i++)
		if (is(name, name + name_length, cert->metadata[i].name))
			return wrong(parse, "a name of metadata stands in it twice");
	cert->metadata[cert->count].name = strndup(name, name_length);
	cert->metadata[cert->count].value = strndup(at, (size_t)(end - at));
	cert->count++;
	return 0;
}

/* A line without its spaces, and no comment. */
static int take_line(struct parse *parse, const char *at, const char *end, bool indented)
{
	const char *equals = memchr(at, '=', (size_t)(end - at)), *name_end = equals ? equals : end,
		   *name = at;

	trim(&name, &name_end);
	if (!indented) {
		parse->section = is(name, name_end, "metadata") ? METADATA
				 : is(name, name_end, "curve")	? CURVE
								: NONE;
		return 0;
	}
	if (!equals)
		return parse->section == NONE ? 0 : wrong(parse, "expected NAME = VALUE");
	if (parse->section == METADATA)
		return take_metadata(parse, name, (size_t)(name_end - name), equals + 1, end);
	if (parse->section == CURVE && is(name, name_end, "public-key"))
		return take_key(parse, false, equals + 1, end);
	if (parse->section == CURVE && is(name, name_end, "secret-key"))
		return take_key(parse, true, equals + 1, end);
	return 0;
}

int cert_parse(struct cert *cert, const char *text, size_t length, char why[CERT_WHY])
{
	struct parse parse = {.cert = cert, .why = why};
	const char *stop = text + length, *next;

	for (const char *at = text; at < stop; at = next) {
		const char *end = memchr(at, '\n', (size_t)(stop - at)), *first = at;

		end = end ? end : stop;
		next = end + 1;
		parse.line++;
		if (memchr(at, 0, (size_t)(end - at)))
			return wrong(&parse, "it is no text");
		trim(&first, &end);
		if (first < end && *first != '#' && take_line(&parse, first, end, first > at))
			return -1;
	}
	if (cert->has_public)
		return 0;
	snprintf(why, CERT_WHY,
		 "there is no public key in it: expected 'curve' and, indented below it, 'public-key = ...'");
	return -1;
}

/* Returns how many bytes, or -1 with why. */
static ssize_t read_text(const char *path, char text[FILE_MOST], mode_t *mode, char why[CERT_WHY])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *what = NULL;
	struct stat status;
	ssize_t n, used = 0;

	if (fd < 0 || fstat(fd, &status))
		what = strerror(errno);
	else if (!S_ISREG(status.st_mode))
		what = "it is not a regular file";
	while (!what && (n = read(fd, text + used, (size_t)(FILE_MOST - used)))) {
		if (n < 0 && errno != EINTR)
			what = strerror(errno);
		used += n > 0 ? n : 0;
		if (used == FILE_MOST)
			what = "it is larger than any certificate";
	}
	if (!what)
		*mode = status.st_mode;
	if (fd >= 0)
		close(fd);
	if (what)
		snprintf(why, CERT_WHY, "%s", what);
	return what ? -1 : used;
}

int cert_read(struct cert *cert, const char *path, char why[CERT_WHY])
{
	char text[FILE_MOST];
	ssize_t length;
	int status = -1;

	*cert = (struct cert){.has_public = false};
	length = read_text(path, text, &cert->mode, why);
	if (length >= 0)
		status = cert_parse(cert, text, (size_t)length, why);
	explicit_bzero(text, sizeof(text));
	if (status)
		cert_free(cert);
	return status;
}

void cert_free(struct cert *cert)
{
	for (unsigned i = 0; i < cert->count; i++) {
		free(cert->metadata[i].name);
		free(cert->metadata[i].value);
	}
	explicit_bzero(cert, sizeof(*cert));
}

/* The characters of ZPL's names. */
const char *cert_metadata_wrong(const char *name, const char *value)
{
	static const char more[] = "$-_@.&+/";

	if (!*name)
		return "a name is missing before the =";
	for (const char *at = name; *at; at++)
		if (!((*at | 32) >= 'a' && (*at | 32) <= 'z') && !(*at >= '0' && *at <= '9') &&
		    !strchr(more, *at))
			return "a name has letters, digits, and $-_@.&+/";
	for (const char *at = value; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			return "a value has no control characters";
	if (strchr(value, '"') && strchr(value, '\''))
		return "a value has not both kinds of quotes";
	return NULL;
}

bool cert_write(const struct cert *cert, bool secret, FILE *file)
{
	char text[Z85_KEY + 1];

	fprintf(file, "#   ZeroMQ CURVE %s Certificate\n", secret ? "*Secret*" : "Public");
	fputs(secret ? "#   DO NOT PROVIDE THIS FILE TO OTHER USERS nor change its permissions.\n"
		     : "#   Give it to others by a way that nobody can change it on, or let them compare "
		       "it.\n",
	      file);
	fputs("\nmetadata\n", file);
	for (unsigned i = 0; i < cert->count; i++) {
		char quote = strchr(cert->metadata[i].value, '"') ? '\'' : '"';

		fprintf(file, "    %s = %c%s%c\n", cert->metadata[i].name, quote, cert->metadata[i].value,
			quote);
	}
	fprintf(file, "curve\n    public-key = \"%s\"\n", cert->public_text);
	if (secret) {
		z85_encode(cert->secret_key, text);
		fprintf(file, "    secret-key = \"%s\"\n", text);
		explicit_bzero(text, sizeof(text));
	}
	return !fflush(file) && !ferror(file);
}
