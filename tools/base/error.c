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

void tool_error(const char *format, ...)
{
	va_list arguments;
	int saved = errno;
	char *text = NULL;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	fputs("gsstap: ", stderr);
	if (text)
		safe_put(text, strlen(text), stderr);
	else
		fputs("no memory", stderr);
	fputc('\n', stderr);
	free(text);
	errno = saved;
}

bool tool_colour(int fd)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(fd) && term && strcmp(term, "dumb") && !(no && *no);
}
