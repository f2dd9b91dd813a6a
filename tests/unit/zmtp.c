/* SPDX-License-Identifier: MIT */
/*
 * Frames of a GSSAPI connection as a NULL peer takes them, and back: every form that a frame can have.
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

/* Written out, so that the helpers above are not alone in saying what a frame is. */
static void the_bytes_are_those_of_zmtp(void **state)
{
	static const uint8_t ours[] = "\4\20\10INITIATE\0\0\0\3abc"
				      "\4\25\7MESSAGE\0\0\0\11\0\5READY\1\2"
				      "\0\20\7MESSAGE\0\0\0\4\1abc"
				      "\0\15\7MESSAGE\0\0\0\1\0";
	static const uint8_t sent[] = "\4\10\5READY\1\2\1\3abc\0\0";
	static const uint8_t got[] = "\0\25\7MESSAGE\0\0\0\11\0\5READY\1\2"
				     "\0\20\7MESSAGE\0\0\0\4\1abc"
				     "\0\15\7MESSAGE\0\0\0\1\0";
	struct bytes in = {.at = (uint8_t *)(uintptr_t)ours, .length = sizeof(ours) - 1};
	struct bytes null = {.at = (uint8_t *)(uintptr_t)sent, .length = sizeof(sent) - 1};
	struct bytes back = {.at = (uint8_t *)(uintptr_t)got, .length = sizeof(got) - 1};

	(void)state;
	becomes(&in, &null);
	comes_as(&null, &back);
}

static void an_INITIATE_of_any_length_vanishes(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		add_initiate(&ours, lengths[i]);
		becomes(&ours, &null);
		add_message(&ours, COMMAND, 0, READY, READY_LENGTH);
		add_frame(&null, COMMAND, READY, READY_LENGTH);
		becomes(&ours, &null);
		drop(&ours, &null);
	}
}

static void a_READY_of_any_length_is_a_command_without_a_token_that_says_so(void **state)
{
	struct bytes ours = {0}, null = {0};
	static uint8_t ready[70000];

	(void)state;
	memcpy(ready, pattern(), sizeof(ready));
	memcpy(ready, READY, READY_LENGTH);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		if (lengths[i] < 6)
			continue;
		add_frame(&null, COMMAND, ready, lengths[i]);
		add_message(&ours, 0, 0, ready, lengths[i]);
		comes_as(&null, &ours);
		drop(&ours, &null);
		add_frame(&null, COMMAND, ready, lengths[i]);
		add_initiate(&ours, 1);
		add_message(&ours, COMMAND, 0, ready, lengths[i]);
		becomes(&ours, &null);
		drop(&ours, &null);
	}
}

static void flags_and_lengths_survive_in_both_directions(void **state)
{
	static const struct {
		int token, flags;
	} cases[] = {{0, 0},
		     {TOKEN_MORE, MORE},
		     {TOKEN_COMMAND, COMMAND},
		     {TOKEN_MORE | TOKEN_COMMAND, MORE | COMMAND}};
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t c = 0; c < COUNT(cases); c++) {
		for (size_t i = 0; i < COUNT(lengths); i++) {
			add_handshake(&ours);
			add_message(&ours, 0, cases[c].token, pattern(), lengths[i]);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, cases[c].flags, pattern(), lengths[i]);
			becomes(&ours, &null);
			drop(&ours, &null);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, cases[c].flags, pattern(), lengths[i]);
			add_message(&ours, 0, 0, READY, READY_LENGTH);
			add_message(&ours, 0, cases[c].token, pattern(), lengths[i]);
			comes_as(&null, &ours);
			drop(&ours, &null);
		}
	}
}

/* RFC 23 lets a peer use the long form for any length; what we make of it is the short one where that does.
 */
static void a_long_form_where_the_short_one_would_do_is_understood(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	add_number(&null, COMMAND | LARGE, 1);
	add_number(&null, READY_LENGTH, 8);
	add(&null, READY, READY_LENGTH);
	add_number(&null, MORE | LARGE, 1);
	add_number(&null, 3, 8);
	add(&null, "abc", 3);
	add_message(&ours, 0, 0, READY, READY_LENGTH);
	add_message(&ours, 0, TOKEN_MORE, "abc", 3);
	comes_as(&null, &ours);
	drop(&ours, &null);
	add_handshake(&ours);
	add_number(&ours, LARGE, 1);
	add_number(&ours, 16, 8);
	add(&ours, "\7MESSAGE\0\0\0\4\1abc", 16);
	add_frame(&null, COMMAND, READY, READY_LENGTH);
	add_frame(&null, MORE, "abc", 3);
	becomes(&ours, &null);
	drop(&ours, &null);
}

static void subscriptions_of_a_later_libzmq_are_messages_as_before(void **state)
{
	struct bytes ours = {0}, null = {0};

	(void)state;
	for (size_t i = 0; i < COUNT(lengths); i++) {
		for (int subscribe = 0; subscribe < 2; subscribe++) {
			uint8_t *topic = malloc(1 + lengths[i]);

			topic[0] = (uint8_t)subscribe;
			memcpy(topic + 1, pattern(), lengths[i]);
			add_handshake(&ours);
			add_message(&ours, 0, subscribe ? TOKEN_SUBSCRIBE : TOKEN_CANCEL, pattern(),
				    lengths[i]);
			add_frame(&null, COMMAND, READY, READY_LENGTH);
			add_frame(&null, 0, topic, 1 + lengths[i]);
			becomes(&ours, &null);
			drop(&ours, &null);
			free(topic);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_are_those_of_zmtp),
		cmocka_unit_test(an_INITIATE_of_any_length_vanishes),
		cmocka_unit_test(a_READY_of_any_length_is_a_command_without_a_token_that_says_so),
		cmocka_unit_test(flags_and_lengths_survive_in_both_directions),
		cmocka_unit_test(a_long_form_where_the_short_one_would_do_is_understood),
		cmocka_unit_test(subscriptions_of_a_later_libzmq_are_messages_as_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
