/* SPDX-License-Identifier: MIT */
/* Bytes under way (shim/wire/buffer.h): an empty buffer has no memory, and its last is the next one's. */
#include "shim/wire/buffer.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void what_one_is_done_with_the_next_has(void **state)
{
	struct wire_buffer first = {0}, second = {0};
	uint8_t *bytes;

	(void)state;
	assert_true(tap_wire_put(&first, "abc", 3));
	bytes = first.bytes;
	tap_wire_rest(&first);
	assert_ptr_equal(first.bytes, bytes); /* something is left */
	first.at = first.end;
	errno = EAGAIN;
	tap_wire_rest(&first);
	assert_int_equal(errno, EAGAIN);
	assert_null(first.bytes);
	assert_int_equal(first.room, 0);
	assert_true(tap_wire_put(&second, "de", 2));
	assert_ptr_equal(second.bytes, bytes);
	assert_int_equal(wire_left(&second), 2);
	assert_memory_equal(wire_front(&second), "de", 2);
	tap_wire_drop(&second);
}

static void a_small_one_leaves_the_large_to_who_needs_it(void **state)
{
	struct wire_buffer small = {0}, large = {0}, next = {0};
	uint8_t *bytes;

	(void)state;
	assert_true(tap_wire_room(&large, 1 << 20));
	assert_true(tap_wire_room(&small, 1));
	bytes = large.bytes;
	tap_wire_drop(&large);
	tap_wire_drop(&small);
	assert_true(tap_wire_room(&small, 1));
	assert_ptr_not_equal(small.bytes, bytes);
	assert_true(tap_wire_room(&next, 1 << 20));
	assert_ptr_equal(next.bytes, bytes);
	/* It grows, with what it has. */
	assert_true(tap_wire_put(&next, "abc", 3));
	assert_true(tap_wire_room(&next, 4 << 20));
	assert_memory_equal(wire_front(&next), "abc", 3);
	tap_wire_drop(&next);
	tap_wire_drop(&small);
}

/* Each writes its own mark all over and finds it again: no two have the same memory. */
static void *alone(void *argument)
{
	uint8_t mark = (uint8_t)(uintptr_t)argument;
	uintptr_t good = 1;

	for (unsigned i = 0; i < 20000; i++) {
		struct wire_buffer b = {0};
		size_t size = 1000u << i % 5;

		good &= tap_wire_room(&b, size);
		memset(b.bytes, mark, size);
		for (size_t at = 0; at < size; at += 97)
			good &= b.bytes[at] == mark;
		tap_wire_drop(&b);
	}
	return (void *)good;
}

static void threads_do_not_share_one(void **state)
{
	pthread_t threads[4];
	void *good;

	(void)state;
	for (uintptr_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, alone, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < 4; i++) {
		pthread_join(threads[i], &good);
		assert_non_null(good);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_is_done_with_the_next_has),
		cmocka_unit_test(a_small_one_leaves_the_large_to_who_needs_it),
		cmocka_unit_test(threads_do_not_share_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
