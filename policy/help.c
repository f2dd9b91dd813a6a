/* SPDX-License-Identifier: MIT */
/*
 * keywords.def for people: the list of all keywords, and the guess at what a misspelt one was meant to be.
 */
#include "policy/compile.h"
#include "policy/draft.h"

#include <string.h>

#define WORD_MAX 40 /* no part of a path is longer; a longer key gets no guess */

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t row[3][WORD_MAX + 1];

	for (size_t j = 0; j <= b_len; j++)
		row[0][j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return row[a_len % 3][b_len];
}

/* The child of parent on the way to path, as a path of its own; NULL when path is elsewhere. */
static const char *child_of(const char *parent, const char *path, char out[96])
{
	size_t n = strlen(parent), end;

	if (n && (strncmp(path, parent, n) || path[n] != '.'))
		return NULL;
	end = n + (n > 0);
	end += strcspn(path + end, ".");
	memcpy(out, path, end);
	out[end] = 0;
	return out + n + (n > 0);
}

static const char *nearest(const char *parent, const char *key)
{
	static char best[96];
	char path[96];
	size_t key_len = strlen(key), limit = key_len < 4 ? 1 : key_len / 3 + 1, best_distance = limit + 1;

	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		const char *child = child_of(parent, k->path, path);
		size_t d = child ? distance(key, key_len, child, strlen(child)) : best_distance;

		if (d < best_distance) {
			best_distance = d;
			strcpy(best, path);
		}
	}
	return best_distance <= limit ? best : NULL;
}

/* A right keyword in the wrong place: "peers" at the top, "capture" below zmq. */
static const char *elsewhere(const char *key)
{
	static char best[96];
	size_t n = strlen(key);

	for (const struct pol_keyword *k = pol_keywords; n && k->id; k++) {
		const char *at = strstr(k->path, key);

		if (!at || (at > k->path && at[-1] != '.') || (at[n] && at[n] != '.'))
			continue;
		memcpy(best, k->path, (size_t)(at - k->path) + n);
		best[(size_t)(at - k->path) + n] = 0;
		return best;
	}
	return NULL;
}

const char *draft_suggest(const char *parent, const char *key)
{
	const char *found = strlen(key) <= WORD_MAX ? nearest(parent, key) : NULL;

	return found ? found : elsewhere(key);
}

static void print_alternatives(FILE *out, const char *values, const char *between)
{
	for (const char *v = values; *v; v++)
		fputs(*v == '|' ? between : (char[]){*v, 0}, out);
}

static void print_values(FILE *out, const struct pol_keyword *k)
{
	switch (k->type) {
	case POL_T_PATTERNS:
		fprintf(out, "list of %s patterns", k->values);
		break;
	case POL_T_PATTERN:
		fprintf(out, "%s pattern", k->values);
		break;
	case POL_T_TEMPLATE:
		fprintf(out, "%s; %%h, %s, %%%%", k->values, strncmp(k->path, "zmq.", 4) ? "%{uid}" : "%H");
		break;
	case POL_T_PLACE:
		fprintf(out, "%s; %%principal, %%h, %%{uid}, %%%%", k->values);
		break;
	case POL_T_TEXT:
		fputs(k->values, out);
		break;
	case POL_T_RECORDS:
		fputs("list of mappings", out);
		break;
	case POL_T_SET:
		fputs("list of ", out);
		print_alternatives(out, k->values, ", ");
		break;
	case POL_T_DURATION:
		fputs("time: 90s, 15m, 8h, 7d", out);
		break;
	case POL_T_NUMBER:
		fprintf(out, "number, %s", k->values);
		break;
	default:
		print_alternatives(out, k->values, " | ");
	}
}

static void print_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	for (; *text; text += strspn(text, " ")) {
		size_t n = strcspn(text, " ");

		if (column + n > 70 || !column) {
			fputs(column ? "\n      " : "      ", out);
			column = 0;
		}
		column += (size_t)fprintf(out, "%s%.*s", column ? " " : "", (int)n, text);
		text += n;
	}
	fputc('\n', out);
}

void pol_list_keywords(FILE *out, int explain)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		fprintf(out, "%s  ", k->path);
		print_values(out, k);
		fputc('\n', out);
		if (explain)
			print_wrapped(out, k->doc);
	}
}
