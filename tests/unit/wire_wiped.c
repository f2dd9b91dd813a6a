/* SPDX-License-Identifier: MIT */
/*
 * No key is left in memory when sealing has ended: not the context's, none that was derived, no beginning of
 * an HMAC. What is looked for is kept masked, so that it is not found here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shim/wire/derive.h"
#include "shim/wire/trusted.h"
#include "tests/seal_loader.h"
#include "tests/unit/wire_lucid.h"

enum { MASK = 0xa5, NEEDLE = 16, PIECE = 1 << 20 };
#define SHADOW 0xffffffff /* larger ones are a sanitizer's, of addresses and not of what is there */

/* Byte by byte: the loader leaves copies of vector registers on the stack when it binds a function. */
static void keep_masked(uint8_t *needle, const void *secret)
{
	const volatile uint8_t *from = secret;

	for (volatile uint8_t *to = needle; to < needle + NEEDLE; to++)
		*to = *from++ ^ MASK;
}

/* For ThreadSanitizer its own notes, hundreds of MB, would be looked through noting each byte. */
__attribute__((no_sanitize("thread"))) static size_t count_in(const uint8_t *bytes, size_t size,
							      const uint8_t *masked)
{
	size_t found = 0;

	for (size_t i = 0; i + NEEDLE <= size; i++) {
		size_t same = 0;

		while (same < NEEDLE && (bytes[i + same] ^ masked[same]) == MASK)
			same++;
		found += same == NEEDLE;
	}
	return found;
}

/* In all that this process can write to, but the buffer it is read to, which is shared and so a mapping by
 * itself. */
static size_t count(const uint8_t *masked)
{
	static uint8_t *buffer;
	FILE *maps = fopen("/proc/self/maps", "r");
	int memory = open("/proc/self/mem", O_RDONLY);
	unsigned long from, to;
	size_t found = 0, seen = 0;
	char line[500], may[5];

	if (!buffer)
		buffer =
			mmap(NULL, PIECE + NEEDLE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(buffer, MAP_FAILED);
	assert_non_null(maps);
	assert_true(memory >= 0);
	while (fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%lx-%lx %4s", &from, &to, may) != 3 || may[1] != 'w' || may[3] != 'p' ||
		    to - from > SHADOW)
			continue;
		for (; from < to; from += PIECE) {
			size_t want = to - from < PIECE + NEEDLE ? to - from : PIECE + NEEDLE;
			ssize_t got = pread(memory, buffer, want, (off_t)from);

			if (got <= 0)
				continue;
			seen += (size_t)got;
			found += count_in(buffer, (size_t)got, masked);
		}
	}
	fclose(maps);
	close(memory);
	memset(buffer, 0, PIECE + NEEDLE);
	assert_true(seen > 100000);
	return found;
}

static void no_key_is_left(void **state)
{
	static struct seal seal;
	static struct lucid lucid;
	static uint8_t token[100 + SEAL_OVERHEAD], base[NEEDLE], derived[32], inner[NEEDLE], outer[NEEDLE];

	(void)state;
	for (uint32_t enctype = FIRST_ENCTYPE; enctype <= LAST_ENCTYPE; enctype++) {
		lucid_make(&lucid, enctype, false, 7);
		struct derive_base from = {lucid.key, enctype % 2 ? 16 : 32,
					   enctype < 19	   ? NULL
					   : enctype == 19 ? "SHA256"
							   : "SHA384"};

		assert_non_null(tap_crypto());
		assert_true(tap_derive_usage(tap_crypto(), &from, 24, DERIVE_ENCRYPT, derived, from.size));
		keep_masked(derived, derived);
		explicit_bzero(derived + NEEDLE, sizeof(derived) - NEEDLE);
		keep_masked(base, lucid.key);
		assert_true(tap_seal_begin(&seal, &lucid.initiator, 0, 0));
		assert_true(tap_seal_wrap(&seal, token, 100) > 0);
		keep_masked(inner, &seal.send.inner);
		keep_masked(outer, &seal.send.outer);
		lucid_wipe(&lucid);
		assert_int_equal(count(base), 0);
		assert_true(count(derived) > 0);
		assert_true(count(inner) > 0);
		assert_true(count(outer) > 0);
		tap_seal_end(&seal);
		assert_int_equal(count(base), 0);
		assert_int_equal(count(derived), 0);
		assert_int_equal(count(inner), 0);
		assert_int_equal(count(outer), 0);
		assert_null(seal.crypto);
		tap_seal_end(&seal);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_key_is_left),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
