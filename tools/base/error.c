/* SPDX-License-Identifier: MIT */
/*
 * How every command says what is wrong. Messages name files and what is in them, which may hold anything: the
 * whole message is made harmless, whoever calls, so that no caller has to think of it.
 */
#include "tools/base/safe.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *harmless(const char *format, va_list arguments)
{
	char *text = NULL, *safe = NULL;

	if (vasprintf(&text, format, arguments) >= 0)
		safe = safe_text(text, strlen(text));
	else
		text = NULL;
	free(text);
	return safe;
}

void tool_error(const char *format, ...)
{
	va_list arguments;
	int saved = errno;
	char *text;

	va_start(arguments, format);
	text = harmless(format, arguments);
	va_end(arguments);
	fprintf(stderr, "gsstap: %s\n", text ? text : "no memory");
	free(text);
	errno = saved;
}

void tool_usage_error(const struct argp_state *state, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = harmless(format, arguments);
	va_end(arguments);
	(argp_error)(state, "%s", text ? text : "no memory");
	free(text);
}

void tool_say(const char *line)
{
	safe_put(line, strlen(line), stderr);
	fputc('\n', stderr);
}

/* Line ends are left: what wrote the text meant them. */
static ssize_t write_harmless(void *to, const char *text, size_t size)
{
	for (size_t left = size; left;) {
		const char *end = memchr(text, '\n', left);
		size_t length = end ? (size_t)(end - text) : left;

		safe_put(text, length, to);
		if (end)
			putc('\n', to);
		length += end != NULL;
		text += length;
		left -= length;
	}
	return (ssize_t)size;
}

/* getopt, argp and libraries write there as well. */
void tool_errors_harmless(void)
{
	static char line[65536]; /* a character that is cut where it is full is shown by its bytes */
	FILE *safe = fopencookie(stderr, "w", (cookie_io_functions_t){.write = write_harmless});

	if (!safe)
		return;
	setvbuf(safe, line, _IOLBF, sizeof(line));
	stderr = safe;
}

bool tool_colour(int fd)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(fd) && term && strcmp(term, "dumb") && !(no && *no);
}
