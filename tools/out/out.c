/* SPDX-License-Identifier: MIT */
/*
 * The output buffer and the numbers and times written into it. Once a write has failed nothing more is
 * written, and the caller finds out by out->failed.
 */
#include "tools/out/out.h"

#include <errno.h>
#include <string.h>

void out_init(struct out *out, FILE *file, bool colour, bool utc)
{
	out->file = file;
	out->colour = colour;
	out->failed = false;
	out->error = 0;
	out->used = 0;
	out->second = -1;
	out->utc = utc;
	out->stamp[0] = 0;
}

void out_flush(struct out *out)
{
	if (!out->failed && (fwrite(out->data, 1, out->used, out->file) != out->used || fflush(out->file))) {
		out->failed = true;
		out->error = errno;
	}
	out->used = 0;
}

void out_raw(struct out *out, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		size_t part = OUT_BUFFER - out->used;

		if (!part) {
			out_flush(out);
			continue;
		}
		if (part > length)
			part = length;
		memcpy(out->data + out->used, at, part);
		out->used += part;
		at += part;
		length -= part;
	}
}

void out_str(struct out *out, const char *text)
{
	out_raw(out, text, strlen(text));
}

void out_unsigned(struct out *out, uint64_t number)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	out_raw(out, digits + at, sizeof(digits) - at);
}

void out_signed(struct out *out, int64_t number)
{
	if (number < 0)
		out_char(out, '-');
	out_unsigned(out, number < 0 ? -(uint64_t)number : (uint64_t)number);
}

static const char hexadecimal[] = "0123456789abcdef";

void out_hex(struct out *out, uint64_t number)
{
	char digits[18];
	size_t at = sizeof(digits);

	do
		digits[--at] = hexadecimal[number & 15];
	while (number >>= 4);
	digits[--at] = 'x';
	digits[--at] = '0';
	out_raw(out, digits + at, sizeof(digits) - at);
}

void out_bytes(struct out *out, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		out_char(out, hexadecimal[bytes[i] >> 4]);
		out_char(out, hexadecimal[bytes[i] & 15]);
	}
}

void out_paint(struct out *out, const char *sgr)
{
	if (!out->colour)
		return;
	out_str(out, "\033[");
	out_str(out, sgr);
	out_char(out, 'm');
}

const char *out_stamp(struct out *out, uint64_t ns)
{
	time_t second = (time_t)(ns / 1000000000);
	struct tm parts;

	if (second == out->second)
		return out->stamp;
	/* 2^64 ns end in the year 2554, so four digits are enough. */
	if (!(out->utc ? gmtime_r(&second, &parts) : localtime_r(&second, &parts)) ||
	    !strftime(out->stamp, sizeof(out->stamp), "%Y-%m-%dT%H:%M:%S", &parts))
		strcpy(out->stamp, "0000-00-00T00:00:00");
	out->second = second;
	return out->stamp;
}

static void fraction(struct out *out, uint64_t ns, int digits)
{
	char text[10];

	ns %= 1000000000;
	for (int i = 9; i > digits; i--)
		ns /= 10;
	for (int i = digits; i > 0; i--, ns /= 10)
		text[i] = (char)('0' + ns % 10);
	text[0] = '.';
	out_raw(out, text, (size_t)digits + 1);
}

void out_time_full(struct out *out, uint64_t ns)
{
	out_raw(out, out_stamp(out, ns), 19);
	fraction(out, ns, 9);
	out_char(out, 'Z');
}

void out_time_of_day(struct out *out, uint64_t ns, int digits)
{
	out_raw(out, out_stamp(out, ns) + 11, 8);
	fraction(out, ns, digits);
}

void out_seconds(struct out *out, uint64_t ns, int digits)
{
	out_unsigned(out, ns / 1000000000);
	fraction(out, ns, digits);
}
