/* SPDX-License-Identifier: MIT */
/* Which numbers of messages are told as replays, old ones, out of order, and gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "shim/wire/sequence.h"

#define BOTH (GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG)

static const uint64_t firsts[] = {0, 1000, ((uint64_t)1 << 32) - 100, 0 - (uint64_t)100, 0 - (uint64_t)1};

static void numbers_in_order_are_good_past_all_edges(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(firsts) / sizeof(*firsts); f++) {
		struct sequence s;

		tap_sequence_begin(&s, firsts[f], 0, BOTH);
		for (uint64_t i = 0; i < 300; i++)
			assert_int_equal(tap_sequence_check(&s, firsts[f] + i), GSS_S_COMPLETE);
	}
}

static void a_number_that_comes_again_is_told(void **state)
{
	(void)state;
	for (size_t f = 0; f < sizeof(firsts) / sizeof(*firsts); f++) {
		struct sequence order, replay, any;
		uint64_t first = firsts[f];

		tap_sequence_begin(&order, first, 200, BOTH);
		tap_sequence_begin(&replay, first, 200, GSS_C_REPLAY_FLAG);
		tap_sequence_begin(&any, first, 200, 0);
		for (uint64_t i = 0; i < 200; i++) {
			bool old = 200 - i > 64;

			assert_int_equal(tap_sequence_check(&order, first + i),
					 old ? GSS_S_UNSEQ_TOKEN : GSS_S_DUPLICATE_TOKEN);
			assert_int_equal(tap_sequence_check(&replay, first + i),
					 old ? GSS_S_OLD_TOKEN : GSS_S_DUPLICATE_TOKEN);
			assert_int_equal(tap_sequence_check(&any, first + i), GSS_S_COMPLETE);
		}
	}
}

/* Gaps of every size, also those by which a number of 64 bits cannot be shifted. */
static void what_was_left_out_is_a_gap_and_may_come_once(void **state)
{
	(void)state;
	for (uint64_t gap = 1; gap < 200; gap++) {
		struct sequence order, replay;

		tap_sequence_begin(&order, 5, 70, BOTH);
		tap_sequence_begin(&replay, 5, 70, GSS_C_REPLAY_FLAG);
		assert_int_equal(tap_sequence_check(&order, 75 + gap), GSS_S_GAP_TOKEN);
		assert_int_equal(tap_sequence_check(&replay, 75 + gap), GSS_S_COMPLETE);
		for (uint64_t i = 1; i <= gap; i++) {
			bool old = i >= 64;

			assert_int_equal(tap_sequence_check(&replay, 75 + gap - i),
					 old ? GSS_S_OLD_TOKEN : GSS_S_COMPLETE);
			assert_int_equal(tap_sequence_check(&replay, 75 + gap - i),
					 old ? GSS_S_OLD_TOKEN : GSS_S_DUPLICATE_TOKEN);
			assert_int_equal(tap_sequence_check(&order, 75 + gap - i), GSS_S_UNSEQ_TOKEN);
		}
		assert_int_equal(tap_sequence_check(&replay, 74),
				 gap >= 63 ? GSS_S_OLD_TOKEN : GSS_S_DUPLICATE_TOKEN);
		assert_int_equal(tap_sequence_check(&order, 76 + gap), GSS_S_COMPLETE);
	}
}

static void messages_that_were_received_before_count(void **state)
{
	(void)state;
	for (uint64_t before = 0; before < 70; before++) {
		struct sequence told, saw;

		tap_sequence_begin(&told, 9, before, BOTH);
		tap_sequence_begin(&saw, 9, 0, BOTH);
		for (uint64_t i = 0; i < before; i++)
			tap_sequence_check(&saw, 9 + i);
		assert_true(told.next == saw.next && told.came == saw.came);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_in_order_are_good_past_all_edges),
		cmocka_unit_test(a_number_that_comes_again_is_told),
		cmocka_unit_test(what_was_left_out_is_a_gap_and_may_come_once),
		cmocka_unit_test(messages_that_were_received_before_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
