/* SPDX-License-Identifier: MIT */
/*
 * Frames of a GSSAPI connection as a NULL peer takes them, and back, when they come in pieces: every split,
 * and little room for what is made of them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "shim/line/zmtp.h"
#include "tests/unit/zmtp_bytes.h"

/* A stream with a frame of each sort, as our end sends it, and as a NULL peer does. */
static void streams(struct bytes *ours, struct bytes *null)
{
	add_initiate(ours, 300);
	add_message(ours, COMMAND, 0, READY, READY_LENGTH);
	add_frame(null, COMMAND, READY, READY_LENGTH);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		add_message(ours, 0, i % 4, pattern(), lengths[i]);
		add_frame(null, (i & TOKEN_MORE ? MORE : 0) | (i & TOKEN_COMMAND ? COMMAND : 0), pattern(),
			  lengths[i]);
	}
	add_message(ours, 0, 0, "", 0);
	add_frame(null, 0, "", 0);
}

static void every_split_of_what_we_send_gives_the_same(void **state)
{
	struct bytes ours = {0}, null = {0}, made = {0};

	(void)state;
	streams(&ours, &null);
	becomes(&ours, &null);
	for (unsigned seed = 0; seed < 60; seed++) {
		size_t most = seed ? seed < 30 ? seed : seed * seed * 8 : 1;

		assert_true(all_to_null(&ours, most, seed, &made));
		same(&made, &null);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	drop(&ours, &null);
}

static void every_split_of_what_comes_gives_the_same_in_any_room(void **state)
{
	static const size_t rooms[] = {1, 2, 10, 33, 100, 8192 - ZMTP_HEAD, 100000};
	struct bytes ours = {0}, null = {0}, whole = {0}, made = {0};

	(void)state;
	streams(&ours, &null);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &whole));
	for (size_t room = 0; room < COUNT(rooms); room++) {
		for (unsigned seed = 0; seed < 20; seed++) {
			size_t most = seed ? seed < 10 ? seed : seed * seed * 20 : 1;

			assert_true(all_from_null(&null, most, rooms[room], seed, &made));
			same(&made, &whole);
			free(made.at);
			memset(&made, 0, sizeof(made));
		}
	}
	drop(&ours, &null);
	free(whole.at);
}

/* One split at each place of the handshake and the first frames, where the state is. */
static void two_pieces_are_as_good_as_one(void **state)
{
	struct bytes ours = {0}, null = {0}, back = {0}, made = {0};

	(void)state;
	add_handshake(&ours);
	add_message(&ours, 0, TOKEN_MORE, pattern(), 243);
	add_message(&ours, 0, TOKEN_SUBSCRIBE, "t", 1);
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_frame(&null, MORE, pattern(), 243);
	add_frame(&null, 0, "\1t", 2);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &back));
	for (size_t at = 0; at <= ours.length; at++) {
		struct zmtp_out z = {0};

		assert_true(to_null(&z, ours.at, at, &made) >= 0);
		assert_true(to_null(&z, ours.at + at, ours.length - at, &made) >= 0);
		same(&made, &null);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	for (size_t at = 0; at <= null.length; at++) {
		struct zmtp_in z = {0};
		size_t used;

		assert_true(from_null(&z, null.at, at, &used, 100000, &made) >= 0 && used == at);
		assert_true(from_null(&z, null.at + at, null.length - at, &used, 100000, &made) >= 0);
		assert_int_equal(used, null.length - at);
		same(&made, &back);
		free(made.at);
		memset(&made, 0, sizeof(made));
	}
	drop(&ours, &null);
	free(back.at);
}

static void what_came_from_the_peer_would_go_back_as_it_was(void **state)
{
	struct bytes ours = {0}, null = {0}, round = {0};

	(void)state;
	streams(&ours, &null);
	add_initiate(&round, 5);
	assert_true(all_from_null(&null, SIZE_MAX, 1000000, 0, &round));
	becomes(&round, &null);
	drop(&ours, &null);
	free(round.at);
}

static void a_frame_waits_for_room_and_is_not_lost(void **state)
{
	struct bytes null = {0}, ours = {0}, made = {0};
	struct zmtp_in z = {0};
	size_t used = 99;

	(void)state;
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	for (size_t room = 0; room < ZMTP_HEAD; room++) {
		assert_int_equal(from_null(&z, null.at, null.length, &used, room, &made), 0);
		assert_int_equal(used, 0);
	}
	/* Begun with room, and the room is gone when the rest comes: its last byte stays. */
	assert_int_equal(from_null(&z, null.at, 4, &used, ZMTP_HEAD, &made), 0);
	assert_int_equal(used, 4);
	assert_int_equal(from_null(&z, null.at + 4, null.length - 4, &used, ZMTP_HEAD - 1, &made), 0);
	assert_int_equal(used, 3);
	assert_int_equal(from_null(&z, null.at + 7, null.length - 7, &used, 0, &made), 0);
	assert_int_equal(used, 0);
	assert_true(from_null(&z, null.at + 7, null.length - 7, &used, 1000, &made) > 0);
	assert_int_equal(used, null.length - 7);
	same(&made, &ours);
	drop(&null, &ours);
	free(made.at);
}

static void a_body_goes_on_in_any_room(void **state)
{
	struct bytes null = {0}, ours = {0}, made = {0};
	struct zmtp_in z = {0};
	size_t used, done;

	(void)state;
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	assert_true(from_null(&z, null.at, null.length, &used, 8, &made) == 0 && !used);
	assert_true(from_null(&z, null.at, null.length, &done, ZMTP_HEAD, &made) > 0);
	for (; done < null.length; done += used) {
		assert_int_equal(from_null(&z, null.at + done, null.length - done, &used, 1, &made), 1);
		assert_int_equal(used, 1);
	}
	same(&made, &ours);
	drop(&null, &ours);
	free(made.at);
}

static void nothing_makes_nothing(void **state)
{
	struct bytes none = {0}, made = {0};
	struct zmtp_out out = {0};
	struct zmtp_in in = {0};
	size_t used = 99;

	(void)state;
	add(&none, "", 0);
	assert_int_equal(to_null(&out, none.at, 0, &made), 0);
	assert_int_equal(from_null(&in, none.at, 0, &used, 0, &made), 0);
	assert_int_equal(used, 0);
	drop(&none, &made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_split_of_what_we_send_gives_the_same),
		cmocka_unit_test(every_split_of_what_comes_gives_the_same_in_any_room),
		cmocka_unit_test(two_pieces_are_as_good_as_one),
		cmocka_unit_test(what_came_from_the_peer_would_go_back_as_it_was),
		cmocka_unit_test(a_frame_waits_for_room_and_is_not_lost),
		cmocka_unit_test(a_body_goes_on_in_any_room),
		cmocka_unit_test(nothing_makes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
