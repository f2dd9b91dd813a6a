/* SPDX-License-Identifier: MIT */
/*
 * The page is in the binary as it is (explain_page.S), so that what is explained is written once. Of mdoc(7)
 * the sections use paragraphs, displayed lines and a few macros for words, which are dropped.
 */
#include "tools/view/explain.h"

#include <stdbool.h>
#include <string.h>

extern const char explain_page[], explain_page_end[];

static const char *line_end(const char *at)
{
	const char *end = memchr(at, '\n', (size_t)(explain_page_end - at));

	return end ? end : explain_page_end;
}

static const char *section(unsigned id)
{
	char head[32];
	size_t length = (size_t)snprintf(head, sizeof(head), ".Ss GT%04u ", id);

	for (const char *at = explain_page; at < explain_page_end; at = line_end(at) + 1)
		if ((size_t)(explain_page_end - at) > length && !memcmp(at, head, length))
			return at + 4;
	return NULL;
}

static bool macro(const char *at, const char *end, const char *name)
{
	size_t length = strlen(name);

	return (size_t)(end - at) >= length && !memcmp(at, name, length) &&
	       ((size_t)(end - at) == length || at[length] == ' ');
}

/* Words of text; a macro's own name is dropped, and backslashes with what they escape. */
static void words(const char *at, const char *end, FILE *out)
{
	if (at < end && *at == '.') {
		at = memchr(at, ' ', (size_t)(end - at));
		at = at ? at + 1 : end;
	}
	for (; at < end; at++) {
		if (*at == '\\' && at + 1 < end && (at[1] == '&' || at[1] == '-' || at[1] == 'e')) {
			if (at[1] != '&')
				fputc(at[1] == 'e' ? '\\' : '-', out);
			at++;
		} else {
			fputc(*at, out);
		}
	}
}

int findings_explain(unsigned id, FILE *out)
{
	const char *at = section(id), *end;

	if (!at)
		return -1;
	end = line_end(at);
	words(at, end, out);
	fputs("\n\n", out);
	for (at = end + 1; at < explain_page_end; at = end + 1) {
		end = line_end(at);
		if (macro(at, end, ".Ss") || macro(at, end, ".Sh"))
			break;
		if (macro(at, end, ".Dl"))
			fputs("\n    ", out);
		if (!macro(at, end, ".Pp"))
			words(at, end, out);
		fputc('\n', out);
		if (macro(at, end, ".Dl"))
			fputc('\n', out);
	}
	return 0;
}
