/* SPDX-License-Identifier: MIT */
/* See invent.h. Randomness is drawn from the kernel by the block. */
#include "tools/redact/invent.h"

#include "tools/redact/letters.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* A number below `most`, which is at most 65536. There is randomness: names_new has seen to it. */
static uint32_t below(uint32_t most)
{
	static uint32_t drawn[64];
	static size_t left;

	if (!left) {
		if (getrandom(drawn, sizeof(drawn), 0) != sizeof(drawn))
			abort();
		left = sizeof(drawn) / sizeof(drawn[0]);
	}
	return (uint32_t)((uint64_t)drawn[--left] * most >> 32);
}

static bool is(const char *text, size_t length, int family, char copy[INET6_ADDRSTRLEN])
{
	uint8_t binary[16];

	if (length >= INET6_ADDRSTRLEN || memchr(text, 0, length))
		return false;
	memcpy(copy, text, length);
	copy[length] = 0;
	return inet_pton(family, copy, binary) == 1;
}

bool invent_is_ipv4(const char *text, size_t length)
{
	char copy[INET6_ADDRSTRLEN];

	return length >= 7 && is(text, length, AF_INET, copy);
}

bool invent_is_ipv6(const char *text, size_t length)
{
	char copy[INET6_ADDRSTRLEN];

	return length >= 2 && is(text, length, AF_INET6, copy);
}

bool invent_is_common(const char *address, size_t length)
{
	static const char *const common[] = {"0.0.0.0", "255.255.255.255", "::", "::1"};

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (length == strlen(common[i]) && !memcmp(address, common[i], length))
			return true;
	return length > 4 && !memcmp(address, "127.", 4);
}

/* Octets with as many digits each. */
static void invent_ipv4(const char *word, size_t length, char *to)
{
	for (size_t i = 0, digits; i < length; i += digits + 1) {
		uint32_t value;

		for (digits = 0; i + digits < length && word[i + digits] != '.';)
			digits++;
		value = digits == 3 ? 100 + below(156) : digits == 2 ? 10 + below(90) : 1 + below(9);
		for (size_t d = digits; d--; value /= 10)
			to[i + d] = (char)('0' + value % 10);
		if (i + digits < length)
			to[i + digits] = '.';
	}
}

/* Zeros stay where they are, so that what is shortened to :: stays that. What begins the addresses of a
 * link, and of IPv4, says what kind they are. */
static void invent_ipv6(const char *word, size_t length, char *to)
{
	static const char hex[] = "0123456789abcdef";
	size_t first = length >= 4 && !memcmp(word, "fe80", 4)	    ? 4
		       : length >= 7 && !memcmp(word, "::ffff:", 7) ? 7
								    : 0;
	const char *four = memchr(word, '.', length);
	size_t end = length;

	if (four) {
		while (four[-1] != ':')
			four--;
		end = (size_t)(four - word);
		invent_ipv4(four, length - end, to + end);
	}
	memcpy(to, word, end);
	for (size_t i = first; i < end; i++)
		if (isxdigit((unsigned char)word[i]) && word[i] != '0')
			to[i] = hex[1 + below(15)];
}

void invent_word(const char *word, size_t length, char *to)
{
	if (invent_is_ipv4(word, length)) {
		invent_ipv4(word, length, to);
		return;
	}
	if (invent_is_ipv6(word, length)) {
		invent_ipv6(word, length, to);
		return;
	}
	for (size_t i = 0, used = 1; i < length; i += used, used = 1) {
		if (word[i] >= '0' && word[i] <= '9')
			to[i] = (char)(i ? '0' + below(10) : '1' + below(9));
		else if (!(word[i] & 0x80))
			to[i] = (char)('a' + below(26));
		else
			used = letters_invent(word + i, length - i, to + i, below);
	}
	/* A user's number has to stay below 2^32. */
	if (length == 10 && strspn(word, "0123456789") >= 10)
		to[0] = '1';
}
