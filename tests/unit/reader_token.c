/* SPDX-License-Identifier: MIT */
/*
 * The reader joins an input token, an event of its own, to the call it was given to, and only to that one.
 */
#include "tests/unit/build_trace.h"
#include "tests/unit/read_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static void assert_bytes(struct tr_bytes bytes, const char *text)
{
	assert_int_equal(bytes.length, strlen(text));
	assert_memory_equal(bytes.at, text, bytes.length);
}

static void an_input_token_joins_its_call(void **state)
{
	struct packet token = packet_input(5, 3, "hello"), call = packet_init_sec_context(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	struct tr_value value;
	size_t calls, tokens;

	(void)state;
	image_preamble(&image);
	/* The same time, and the call's extent first: the sequence number decides. */
	calls = image_extent(&image, 1, 512, 2);
	tokens = image_extent(&image, 1, 256, 2);
	image_slot(&image, calls, 0, &call);
	image_slot(&image, tokens, 0, &token);
	reader = reader_of(&image);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 4);
	assert_bytes(event.bytes[TR_WHERE_IN_TOKEN], "hello");
	assert_bytes(event.bytes[TR_WHERE_OUT_TOKEN], "answer");
	assert_true(tr_event_find(&event, TR_F_IN_TOKEN, &value));
	assert_bytes(tr_value_bytes(&event, &value), "hello");
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(tr_reader_stats(reader)->events, 1);
	tr_reader_free(reader);
	image_free(&image);
}

static void a_token_is_an_event_of_its_own_where_packets_are_handed_on(void **state)
{
	struct packet token = packet_input(5, 3, "hello"), call = packet_init_sec_context(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &token);
	image_packet(&image, &call);
	reader = reader_of(&image);
	tr_reader_keep_apart(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.event, TR_E_token);
	assert_bytes(event.bytes[TR_WHERE_IN_TOKEN], "hello");
	assert_memory_equal(event.packet.at + event.packet.length - 5, "hello", 5);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 4);
	assert_int_equal(event.bytes[TR_WHERE_IN_TOKEN].length, 0);
	assert_memory_equal(event.packet.at + event.packet.length - 6, "answer", 6);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	tr_reader_free(reader);
	image_free(&image);
}

static void a_token_of_another_thread_is_not_joined(void **state)
{
	struct packet token = packet_input(5, 3, "hello"), call = packet_init_sec_context(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	token.head.tid = 2;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &token);
	image_packet(&image, &call);
	reader = reader_of(&image);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.event, TR_E_call);
	assert_int_equal(event.bytes[TR_WHERE_IN_TOKEN].length, 0);
	/* Its call never came: it is not lost. */
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.event, TR_E_token);
	assert_bytes(event.bytes[TR_WHERE_IN_TOKEN], "hello");
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	tr_reader_free(reader);
	image_free(&image);
}

static void a_token_of_another_file_is_not_joined(void **state)
{
	struct packet token = packet_input(5, 3, "hello"), call = packet_init_sec_context(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	for (int file = 0; file < 2; file++) {
		image_section(&image);
		image_interface(&image, TR_LINKTYPE, 9);
		image_packet(&image, file ? &call : &token);
		image_write(&image, file ? other_file : trace_file);
		image_free(&image);
	}
	reader = reader_on(trace_file);
	assert_int_equal(tr_reader_add(reader, other_file), 0);
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.event, TR_E_call);
	assert_int_equal(event.bytes[TR_WHERE_IN_TOKEN].length, 0);
	tr_reader_free(reader);
}

static void tokens_without_calls_do_not_pile_up(void **state)
{
	struct image image = {0};
	uint64_t seqs[READ_MOST];

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	for (uint64_t i = 0; i < 1000; i++) {
		struct packet token = packet_input(i, 2 * i, "hello");

		image_packet(&image, &token);
	}
	image_write(&image, trace_file);
	assert_int_equal(read_all(trace_file, seqs), 1000);
	for (uint64_t i = 0; i < READ_MOST; i++)
		assert_int_equal(seqs[i], 2 * i);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_input_token_joins_its_call),
		cmocka_unit_test(a_token_is_an_event_of_its_own_where_packets_are_handed_on),
		cmocka_unit_test(a_token_of_another_thread_is_not_joined),
		cmocka_unit_test(a_token_of_another_file_is_not_joined),
		cmocka_unit_test(tokens_without_calls_do_not_pile_up),
	};

	return cmocka_run_group_tests(tests, trace_files_make, trace_files_remove);
}
