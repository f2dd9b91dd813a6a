/* SPDX-License-Identifier: MIT */
/* Frames and READY as they pass between libzmq and the wire (shim/wire/frame.h). */
#include "shim/wire/frame.h"

#include <stdarg.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

static void heads_are_read_as_they_were_put(void **state)
{
	static const uint64_t sizes[] = {0, 1, 255, 256, 65535, (uint64_t)1 << 40};
	uint8_t head[FRAME_HEAD];

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		unsigned length = tap_frame_head(head, FRAME_COMMAND | FRAME_MORE, sizes[i]);
		struct frame frame = tap_frame_read(head, length);

		assert_int_equal(frame.head, length);
		assert_int_equal(frame.body, sizes[i]);
		assert_int_equal(frame.flags & ~FRAME_LONG, FRAME_COMMAND | FRAME_MORE);
		for (unsigned cut = 0; cut < length; cut++)
			assert_int_equal(tap_frame_read(head, cut).head, 0);
	}
}

static void a_subscription_whose_long_size_has_no_flag_is_read(void **state)
{
	static const uint8_t head[] = {FRAME_COMMAND, 0, 0, 0, 0, 0, 0, 1, 9};
	struct frame frame = tap_frame_read_own(head, sizeof(head));

	(void)state;
	assert_int_equal(frame.head, 9);
	assert_int_equal(frame.body, 265);
	assert_int_equal(tap_frame_read_own(head, 8).head, 0);
	/* From a peer it is what it says. */
	assert_int_equal(tap_frame_read(head, sizeof(head)).body, 0);
}

static void a_token_is_found_only_where_all_lengths_fit(void **state)
{
	struct wire_buffer out = {0};
	const uint8_t *body, *token;
	size_t length;

	(void)state;
	assert_true(tap_frame_put_initiate(&out, "abc", 3));
	body = wire_front(&out) + 2;
	assert_true(tap_frame_initiate(body, 16, &token, &length));
	assert_int_equal(length, 3);
	assert_memory_equal(token, "abc", 3);
	assert_false(tap_frame_message(body, 16, &token, &length));
	for (size_t cut = 0; cut < 16; cut++)
		assert_false(tap_frame_initiate(body, cut, &token, &length));
	tap_wire_drop(&out);
}

static void a_first_token_is_known_by_its_beginning(void **state)
{
	struct wire_buffer out = {0};
	char long_token[300] = {0};

	(void)state;
	for (size_t length = 3; length <= sizeof(long_token); length += sizeof(long_token) - 3) {
		size_t head = length > 200 ? FRAME_HEAD : 2;

		assert_true(tap_frame_put_initiate(&out, long_token, length));
		for (size_t cut = 0; cut < head + 9; cut++)
			assert_false(tap_frame_initiates(wire_front(&out), cut));
		assert_true(tap_frame_initiates(wire_front(&out), head + 9));
		assert_true(tap_frame_initiates(wire_front(&out), wire_left(&out)));
		tap_wire_drop(&out);
	}
	assert_true(tap_frame_put_message(&out, 0, 0));
	assert_false(tap_frame_initiates(wire_front(&out), wire_left(&out)));
	tap_wire_drop(&out);
}

static const struct wire_buffer none;
static const char ready[] = "\5READY\13Socket-Type\0\0\0\3SUB\7User-Id\0\0\0\4root\10Identity\0\0\0\2me";

static void a_ready_in_clear_is_known(void **state)
{
	(void)state;
	assert_true(tap_frame_in_clear((const uint8_t *)ready, sizeof(ready) - 1));
	for (size_t cut = 0; cut < 6; cut++)
		assert_false(tap_frame_in_clear((const uint8_t *)ready, cut));
	assert_false(tap_frame_in_clear((const uint8_t *)"\7MESSAGE", 8));
}

static void who_the_peer_is_is_not_for_the_peer_to_say(void **state)
{
	static const char wanted[] =
		"\4\71\5READY\7User-Id\0\0\0\5alice\13Socket-Type\0\0\0\3SUB\10Identity\0\0\0\2me";
	struct wire_buffer out = {0};
	bool subscriber = false;

	(void)state;
	assert_true(tap_frame_ready(&out, (const uint8_t *)ready, sizeof(ready) - 1, "alice", NULL, &none,
				    &subscriber));
	assert_true(subscriber);
	assert_int_equal(wire_left(&out), sizeof(wanted) - 1);
	assert_memory_equal(wire_front(&out), wanted, sizeof(wanted) - 1);
	tap_wire_drop(&out);
	assert_true(tap_frame_ready(&out, (const uint8_t *)ready, sizeof(ready) - 1, NULL, NULL, &none,
				    &subscriber));
	assert_null(memmem(wire_front(&out), wire_left(&out), "root", 4));
	tap_wire_drop(&out);
}

static void a_ready_that_is_cut_anywhere_is_none_or_shorter(void **state)
{
	bool subscriber;

	(void)state;
	for (size_t cut = 0; cut < sizeof(ready) - 1; cut++) {
		struct wire_buffer out = {0};
		bool whole = cut == 6 || cut == 25 || cut == 41; /* behind a property */

		assert_int_equal(
			tap_frame_ready(&out, (const uint8_t *)ready, cut, NULL, NULL, &none, &subscriber),
			whole);
		tap_wire_drop(&out);
	}
}

static void commands_that_libzmq_reads_beyond_are_known(void **state)
{
	(void)state;
	assert_true(tap_frame_command_short((const uint8_t *)"", 0));
	assert_true(tap_frame_command_short((const uint8_t *)"\4PIN", 4));
	assert_true(tap_frame_command_short((const uint8_t *)"\4PING\0", 6));
	assert_false(tap_frame_command_short((const uint8_t *)"\4PING\0\1", 7));
	assert_false(tap_frame_command_short((const uint8_t *)"\4PONG", 5));
	assert_false(tap_frame_command_short((const uint8_t *)"\11SUBSCRIBE", 10));
}

static void a_buffer_gives_back_what_was_put_while_it_grows_and_moves(void **state)
{
	struct wire_buffer b = {0};
	uint8_t put = 0, got = 0;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		uint8_t bytes[700];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = put++;
		assert_true(tap_wire_put(&b, bytes, sizeof(bytes)));
		for (size_t take = round % 3 ? 690 : 10; take && wire_left(&b); take--)
			assert_int_equal(b.bytes[b.at++], got++);
	}
	while (wire_left(&b))
		assert_int_equal(b.bytes[b.at++], got++);
	assert_int_equal(put, got);
	tap_wire_drop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_are_read_as_they_were_put),
		cmocka_unit_test(a_subscription_whose_long_size_has_no_flag_is_read),
		cmocka_unit_test(a_token_is_found_only_where_all_lengths_fit),
		cmocka_unit_test(a_first_token_is_known_by_its_beginning),
		cmocka_unit_test(a_ready_in_clear_is_known),
		cmocka_unit_test(who_the_peer_is_is_not_for_the_peer_to_say),
		cmocka_unit_test(a_ready_that_is_cut_anywhere_is_none_or_shorter),
		cmocka_unit_test(commands_that_libzmq_reads_beyond_are_known),
		cmocka_unit_test(a_buffer_gives_back_what_was_put_while_it_grows_and_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
