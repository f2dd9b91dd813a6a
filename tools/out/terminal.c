/* SPDX-License-Identifier: MIT */
/* See terminal.h. How wide a character is, is Unicode's to say, by libunistring. */
#include "tools/out/terminal.h"

#include "tools/base/safe.h"

#include <langinfo.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <uniwidth.h>

#define NARROWEST 20 /* that is believed */
#define WIDEST 10000

unsigned terminal_columns(int fd)
{
	const char *said = getenv("COLUMNS");
	char *end;
	unsigned long number = said ? strtoul(said, &end, 10) : 0;
	struct winsize size;

	if (said && *said >= '0' && *said <= '9' && !*end && number >= NARROWEST && number <= WIDEST)
		return (unsigned)number;
	if (isatty(fd) && !ioctl(fd, TIOCGWINSZ, &size) && size.ws_col >= NARROWEST)
		return size.ws_col;
	return 0;
}

/* The rest of the program stays in the C locale, in which numbers are written. */
const char *terminal_ellipsis(void)
{
	static const char *ellipsis;
	locale_t locale;

	if (ellipsis)
		return ellipsis;
	locale = newlocale(LC_CTYPE_MASK, "", (locale_t)0);
	ellipsis = locale && !strcmp(nl_langinfo_l(CODESET, locale), "UTF-8") ? "\u2026" : "...";
	if (locale)
		freelocale(locale);
	return ellipsis;
}

size_t terminal_character(const char *at, size_t left, size_t *length)
{
	const char *end = *at == '\033' ? memchr(at, 'm', left) : NULL;
	uint32_t code;
	size_t used;
	int width;

	if (end) {
		*length = (size_t)(end - at) + 1;
		return 0;
	}
	used = safe_utf8((const uint8_t *)at, left, &code);
	width = used ? uc_width(code, "UTF-8") : 1;
	*length = used ? used : 1;
	return width > 0 ? (size_t)width : 0;
}

size_t terminal_width(const char *text, size_t length)
{
	size_t width = 0, one;

	for (; length; text += one, length -= one)
		width += terminal_character(text, length, &one);
	return width;
}
