/* SPDX-License-Identifier: MIT */
/* Spare places of tables: each is empty when it is taken, and has one owner, however many threads take and
 * give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "shim/core/spare.h"

#define WORDS 12
#define MOST (2 * TAP_SPARES_AT_HAND) /* at once: from the store as well */
#define ROUNDS 50000

static struct tap_spares spares = {.size = WORDS * sizeof(uint64_t)};

static bool is_full_of(const uint64_t *place, uint64_t word)
{
	for (size_t i = 0; i < WORDS; i++)
		if (place[i] != word)
			return false;
	return true;
}

/* NULL: all were its own. */
static void *take_and_give(void *self)
{
	uint64_t *places[MOST], own = (uintptr_t)self;

	for (int round = 0; round < ROUNDS; round++) {
		size_t count = 1 + (size_t)round % MOST;

		for (size_t i = 0; i < count; i++) {
			places[i] = tap_spare_take(&spares);
			if (!places[i] || !is_full_of(places[i], 0))
				return self;
			for (size_t word = 0; word < WORDS; word++)
				places[i][word] = own;
		}
		for (size_t i = 0; i < count; i++) {
			if (!is_full_of(places[i], own))
				return self;
			tap_spare_give(&spares, places[i]);
		}
	}
	return NULL;
}

static void a_place_has_one_owner_and_is_empty_at_first(void **state)
{
	static char name[4];
	pthread_t threads[4];
	void *failed = NULL, *one;

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &name[i]), 0);
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], &one);
		failed = failed ? failed : one;
	}
	assert_null(failed);
}

static void *volatile handlers_own;

static void take_one(int signal)
{
	(void)signal;
	handlers_own = tap_spare_take(&spares);
}

/* Where one lies at hand a handler above the holder of the lock has it, too. */
static void a_signal_handler_takes_what_lies_at_hand(void **state)
{
	(void)state;
	tap_spare_give(&spares, tap_spare_take(&spares));
	signal(SIGUSR1, take_one);
	assert_true(tap_lock(&spares.lock.lock));
	raise(SIGUSR1);
	tap_unlock(&spares.lock.lock);
	assert_non_null(handlers_own);
	tap_spare_give(&spares, handlers_own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_place_has_one_owner_and_is_empty_at_first),
		cmocka_unit_test(a_signal_handler_takes_what_lies_at_hand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
