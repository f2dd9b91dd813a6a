/* SPDX-License-Identifier: MIT */
/* The SIDs of a logon as a KDC of Windows writes them, and as they must not be. */
#include "shim/gss/sids.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t sample[528];
static char seen[1000];

static bool list(void *context, const char *sid, bool idle)
{
	size_t used = strlen(seen);

	snprintf(seen + used, sizeof(seen) - used, "%s%s ", sid, idle ? "!" : "");
	return context && !strcmp(sid, context);
}

static bool is_read(const void *bytes, size_t length)
{
	seen[0] = 0;
	return tap_sids(bytes, length, list, NULL);
}

static int take_sample(void **state)
{
	const char *top = getenv("TOP");
	char path[256];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/data/sids/logon", top ? top : ".");
	file = fopen(path, "rb");
	assert_non_null(file);
	assert_int_equal(fread(sample, 1, sizeof(sample), file), sizeof(sample));
	fclose(file);
	return 0;
}

static void all_of_a_logon_are_read(void **state)
{
	(void)state;
	assert_true(is_read(sample, sizeof(sample)));
	assert_string_equal(seen,
			    "S-1-5-21-1-2-3-1105 S-1-5-21-1-2-3-513 S-1-5-21-1-2-3-513 S-1-5-21-1-2-3-1110 "
			    "S-1-18-1 S-1-5-21-1-2-3-1234 ");
	seen[0] = 0;
	assert_true(tap_sids(sample, sizeof(sample), list, "S-1-5-21-1-2-3-513"));
	assert_string_equal(seen, "S-1-5-21-1-2-3-1105 S-1-5-21-1-2-3-513 ");
}

/* Where the sample has the attributes of group 1110: after its relative id. */
static uint8_t *attributes_of_1110(void)
{
	uint8_t *at = memmem(sample, sizeof(sample), "\x56\4\0\0", 4);

	assert_non_null(at);
	return at + 4;
}

static void a_group_that_is_not_enabled_is_idle(void **state)
{
	uint8_t *attributes = attributes_of_1110(), before = *attributes;

	(void)state;
	*attributes = 0x17; /* enabled, but for being denied */
	assert_true(is_read(sample, sizeof(sample)));
	assert_non_null(strstr(seen, "-1110! "));
	*attributes = 3;
	assert_true(is_read(sample, sizeof(sample)));
	assert_non_null(strstr(seen, "-1110! "));
	*attributes = before;
}

static void nothing_is_said_of_what_is_cut_off(void **state)
{
	(void)state;
	for (size_t length = 0; length < sizeof(sample); length++) {
		assert_false(is_read(sample, length));
		assert_string_equal(seen, "");
	}
	assert_false(is_read(NULL, 0));
}

static void a_count_that_does_not_fit_is_no_logon(void **state)
{
	/* In the head, of all bytes; in the structure of groups, extra SIDs and resource groups. */
	static const size_t counts[] = {8, 20 + 108, 20 + 196, 20 + 208};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		for (int by = -1; by <= 1; by += 2) {
			sample[counts[i]] = (uint8_t)(sample[counts[i]] + by);
			assert_false(is_read(sample, sizeof(sample)));
			sample[counts[i]] = (uint8_t)(sample[counts[i]] - by);
		}
		sample[counts[i] + 3] = 0xff;
		assert_false(is_read(sample, sizeof(sample)));
		sample[counts[i] + 3] = 0;
	}
	assert_true(is_read(sample, sizeof(sample)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_a_logon_are_read),
		cmocka_unit_test(a_group_that_is_not_enabled_is_idle),
		cmocka_unit_test(nothing_is_said_of_what_is_cut_off),
		cmocka_unit_test(a_count_that_does_not_fit_is_no_logon),
	};

	return cmocka_run_group_tests(tests, take_sample, NULL);
}
