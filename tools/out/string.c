/* SPDX-License-Identifier: MIT */
/*
 * Texts out of a trace, in the forms in which they are printed. What may be shown as it is, base/safe.h says.
 */
#include "tools/base/safe.h"
#include "tools/out/out.h"

#include <string.h>

static bool plain_ascii(uint8_t c)
{
	return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* Writes what can go out as it is and returns its length; what must be escaped comes next. */
static size_t plain_run(struct out *out, const uint8_t *at, size_t length)
{
	size_t run = 0;

	while (run < length && plain_ascii(at[run]))
		run++;
	out_raw(out, at, run);
	return run;
}

void out_quoted(struct out *out, const uint8_t *at, size_t length)
{
	const uint8_t *end = at + length;
	char form[SAFE_FORM];
	size_t used;

	out_char(out, '"');
	while ((at += plain_run(out, at, (size_t)(end - at))) < end) {
		if (*at == '"' || *at == '\\')
			out_char(out, '\\');
		out_raw(out, form, safe_form(at, (size_t)(end - at), form, &used));
		at += used;
	}
	out_char(out, '"');
}

void out_words(struct out *out, const uint8_t *at, size_t length)
{
	if (length && safe_is(at, length) && !memchr(at, '\\', length) && !memchr(at, '"', length))
		out_raw(out, at, length);
	else
		out_quoted(out, at, length);
}

void out_safe(struct out *out, const char *text)
{
	const uint8_t *at = (const uint8_t *)text, *end = at + strlen(text);
	char form[SAFE_FORM];
	size_t used;

	for (; at < end; at += used)
		out_raw(out, form, safe_form(at, (size_t)(end - at), form, &used));
}

/* Would this text be mistaken for something else without quotes? */
static bool needs_quotes(const uint8_t *at, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!plain_ascii(at[i]) || strchr(" ,=|()<>'", at[i]))
			return true;
	return !length;
}

void out_text(struct out *out, const uint8_t *at, size_t length)
{
	if (needs_quotes(at, length))
		out_quoted(out, at, length);
	else
		out_raw(out, at, length);
}
