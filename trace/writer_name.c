/* SPDX-License-Identifier: MIT */
/*
 * The name of a trace: a template with %p, %n and %h, and a number where the name is taken.
 */
#include "trace/decimal.h"
#include "trace/writer_private.h"

#include <errno.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static char *put_string(char *at, const char *end, const char *s)
{
	for (; *s && at < end; s++)
		*at++ = *s == '/' ? '_' : *s;
	return at;
}

static char *put_number(char *at, const char *end, uint64_t number)
{
	char digits[TR_DECIMAL];

	return put_string(at, end, tr_decimal(digits, number));
}

bool tr_name(const char *t, int copy, char *out, size_t size)
{
	char *at = out, *const end = out + size - 1;
	struct utsname host;
	const char *dot = strrchr(t, '.'), *slash = strrchr(t, '/');
	bool counted = copy < 2;

	if (dot && slash && dot < slash)
		dot = NULL;
	for (; *t && at < end; t++) {
		if (t == dot && !counted) {
			*at++ = '-';
			at = put_number(at, end, (uint64_t)copy);
			counted = true;
		}
		if (*t != '%' || !t[1]) {
			if (at < end)
				*at++ = *t;
			continue;
		}
		switch (*++t) {
		case 'p':
			at = put_number(at, end, (uint64_t)getpid());
			break;
		case 'n':
			at = put_string(at, end, tr_program);
			break;
		case 'h':
			at = put_string(at, end, uname(&host) ? "host" : host.nodename);
			break;
		default:
			*at++ = *t;
		}
	}
	if (!counted && at < end) {
		*at++ = '-';
		at = put_number(at, end, (uint64_t)copy);
	}
	*at = 0;
	return !*t;
}
