/* SPDX-License-Identifier: MIT */
/* See letters.h. What case a letter has is Unicode's to say, by libunistring. */
#include "tools/redact/letters.h"

#include "tools/base/safe.h"

#include <string.h>
#include <unicase.h>
#include <unistr.h>

struct alphabet {
	uint32_t first, step, count;
};

/* By the bytes of a character: Latin, and Deseret, one of the few that have case among those of four. */
static const struct alphabet cased[] = {
	[1] = {'a', 1, 26},
	[2] = {0xe0, 1, 23},
	[3] = {0x1e01, 2, 75},
	[4] = {0x10428, 1, 40},
};
/* Latin, Chinese, and rarer Chinese: all of these have their character. */
static const struct alphabet uncased[] = {
	[2] = {0xe0, 1, 23},
	[3] = {0x4e00, 1, 0x5000},
	[4] = {0x20000, 1, 0xa000},
};

/* The character, or the byte that is none; how many bytes it is. */
static size_t next(const uint8_t *at, size_t left, uint32_t *code)
{
	size_t used = safe_utf8(at, left, code);

	if (used)
		return used;
	*code = *at;
	return 1;
}

/* The i of Turkish, without a dot and with one, are no i to Unicode's folding. */
static uint32_t fold(uint32_t code)
{
	return code == 0x130 || code == 0x131 ? code : uc_tolower(uc_toupper(code));
}

static bool is_upper(uint32_t code)
{
	return uc_tolower(code) != code;
}

static bool has_case(uint32_t code)
{
	return is_upper(code) || uc_toupper(code) != code;
}

static void put(char *to, size_t bytes, uint32_t code)
{
	u8_uctomb((uint8_t *)to, code, (ptrdiff_t)bytes);
}

size_t letters_fold(const uint8_t *at, size_t length, char *to)
{
	size_t written = 0;

	for (size_t i = 0, used; i < length; i += used) {
		uint32_t code;

		used = safe_utf8(at + i, length - i, &code);
		if (used) {
			written += (size_t)u8_uctomb((uint8_t *)to + written, fold(code),
						     (ptrdiff_t)(2 * length - written));
		} else {
			used = 1;
			to[written++] = (char)at[i];
		}
	}
	return written;
}

size_t letters_invent(const char *at, size_t left, char *to, uint32_t (*chance)(uint32_t most))
{
	uint32_t code;
	size_t used = safe_utf8((const uint8_t *)at, left, &code);
	const struct alphabet *alphabet =
		used < 2 || has_case(code) ? &cased[used ? used : 1] : &uncased[used];

	put(to, used ? used : 1, alphabet->first + alphabet->step * chance(alphabet->count));
	return used ? used : 1;
}

void letters_unfold(const char *invented, size_t invented_length, const uint8_t *like, size_t length,
		    uint8_t *to)
{
	uint32_t code, was;

	for (size_t i = 0, j = 0, used, had; i < length && j < invented_length; i += used, j += had) {
		const struct alphabet *alphabet;

		used = next(like + i, length - i, &was);
		had = next((const uint8_t *)invented + j, invented_length - j, &code);
		alphabet = &cased[used];
		if (used != had)
			code = alphabet->first + alphabet->step * (code % alphabet->count);
		/* A digit can stand where a letter was: those of addresses are hexadecimal. */
		put((char *)to + i, used, is_upper(was) ? uc_toupper(code) : code);
	}
}
