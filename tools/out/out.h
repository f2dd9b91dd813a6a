/* SPDX-License-Identifier: MIT */
/*
 * A buffer in front of a file, and the few things that are ever written to it. Whatever comes from a trace
 * leaves by out_text, out_quoted, out_words or out_safe: no byte of it can act on a terminal or break a line.
 */
#ifndef TOOLS_OUT_H
#define TOOLS_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#define OUT_BUFFER 65536

struct out {
	FILE *file;
	bool colour;
	bool failed; /* a write failed; errno of it below */
	int error;
	size_t used;
	time_t second; /* that `stamp` was made for */
	bool utc;
	char stamp[32]; /* "2026-01-02T21:03:04" */
	char data[OUT_BUFFER];
};

void out_init(struct out *out, FILE *file, bool colour, bool utc);
void out_flush(struct out *out);

void out_raw(struct out *out, const void *bytes, size_t length);
void out_str(struct out *out, const char *text);
void out_unsigned(struct out *out, uint64_t number);
void out_signed(struct out *out, int64_t number);
/* "0x" and hexadecimal digits. */
void out_hex(struct out *out, uint64_t number);
/* Two digits a byte. */
void out_bytes(struct out *out, const uint8_t *bytes, size_t length);
/* An SGR sequence such as "1;31" ("" ends it), where colour is wanted. */
void out_paint(struct out *out, const char *sgr);

static inline void out_char(struct out *out, char c)
{
	if (out->used == OUT_BUFFER)
		out_flush(out);
	out->data[out->used++] = c;
}

/* RFC 3339 with nanoseconds, UTC (out->utc must be set). */
void out_time_full(struct out *out, uint64_t ns);
/* Time of day with so many digits of a fraction. */
void out_time_of_day(struct out *out, uint64_t ns, int digits);
/* "2026-01-02T21:03:04"; made once a second, valid until the next call. */
const char *out_stamp(struct out *out, uint64_t ns);
/* Seconds with as many digits of a fraction: 6 or 9. */
void out_seconds(struct out *out, uint64_t ns, int digits);

/* A text as strace shows it: bare when it is plain, else in quotes with escapes. */
void out_text(struct out *out, const uint8_t *at, size_t length);
/* The same, always in quotes. */
void out_quoted(struct out *out, const uint8_t *at, size_t length);
/* A sentence of ours with names in it: harmless, and no quotes. */
void out_safe(struct out *out, const char *text);
/* A text that stands alone in a sentence: bare wherever that is harmless, else in quotes. */
void out_words(struct out *out, const uint8_t *at, size_t length);

#endif
