/* SPDX-License-Identifier: MIT */
/*
 * The reader on files that are wrong: no traces, cut ones, damaged ones, and ones that shrink while they are
 * read. It says what is wrong and where, reads what stands before, and under ASan these tests say that it
 * reads no more.
 */
#include "tests/unit/build_trace.h"
#include "tests/unit/read_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void a_file_that_shrinks_does_not_kill_its_reader(void **state)
{
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	size_t extent;

	(void)state;
	image_preamble(&image);
	extent = image_extent(&image, 1, 256, 1000);
	for (uint32_t i = 0; i < 1000; i++)
		image_slot_call(&image, extent, i, i + 1, i);
	reader = reader_of(&image);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(truncate(trace_file, 4096), 0);
	while (tr_reader_next(reader, UINT64_MAX, &event))
		;
	tr_reader_free(reader);
	image_free(&image);
}

static void assert_refused(const struct image *image, const char *because)
{
	uint64_t seqs[READ_MOST];

	image_write(image, trace_file);
	assert_int_equal(read_all(trace_file, seqs), 0);
	assert_non_null(strstr(reader_told, trace_file));
	if (!strstr(reader_told, because))
		fail_msg("told '%s', not '%s'", reader_told, because);
}

static void what_is_no_trace_is_refused_with_the_reason(void **state)
{
	static const uint8_t big[28] = {0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	static const uint8_t pcap[28] = {0xd4, 0xc3, 0xb2, 0xa1};
	struct packet packet = packet_call(1, 1, 0);
	struct image image = {0};

	(void)state;
	assert_refused(&image, "is empty");
	image_add(&image, "#!/bin/sh\necho this is not a trace\n", 35);
	assert_refused(&image, "is not a gsstap trace");
	image_free(&image);
	image_add(&image, big, sizeof(big));
	assert_refused(&image, "big-endian");
	image_free(&image);
	image_add(&image, pcap, sizeof(pcap));
	assert_refused(&image, "pcap file, not pcapng");
	image_free(&image);
	packet.head.version = TR_VERSION + 1;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &packet);
	assert_refused(&image, "newer gsstap");
	image_free(&image);
}

static void what_is_no_file_is_refused_with_the_reason(void **state)
{
	struct tr_reader *reader = reader_on(trace_directory);

	(void)state;
	assert_non_null(strstr(reader_told, "is a directory"));
	unlink(other_file);
	assert_int_equal(tr_reader_add(reader, other_file), -1);
	assert_non_null(strstr(reader_told, "No such file"));
	assert_int_equal(mkfifo(other_file, 0600), 0);
	assert_int_equal(tr_reader_add(reader, other_file),
			 -1); /* and does not wait for somebody to write into it */
	assert_non_null(strstr(reader_told, "not a regular file"));
	unlink(other_file);
	tr_reader_free(reader);
}

static void what_can_be_read_before_a_damage_is_read(void **state)
{
	struct packet first = packet_call(1, 1, 1), second = packet_call(2, 1, 2);
	struct image image = {0};
	uint64_t seqs[READ_MOST];
	size_t damage;
	char where[32];

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &first);
	damage = image.length;
	image_packet(&image, &second);
	image.bytes[image.length - 4] ^= 4;
	image_write(&image, trace_file);
	assert_int_equal(read_all(trace_file, seqs), 1);
	assert_int_equal(seqs[0], 1);
	snprintf(where, sizeof(where), "offset %zu: ", damage);
	assert_non_null(strstr(reader_told, where));
	image_free(&image);
}

/* A native trace with a bit of everything: tokens, a group, a comment, two extents. */
static struct image sample(void)
{
	struct packet start = packet_new(TR_E_process, 1, 1, 0), group = packet_new(TR_E_process, 0, 0, 0);
	struct packet token = packet_input(5, 1, "hello"), call = packet_init_sec_context(5, 2);
	struct image image = {0};
	size_t extent;

	packet_text(&group, TR_F_SONAME, "libzmq.so.5");
	packet_u64(&group, TR_F_BASE, 0x7f0000000000);
	packet_u64(&group, TR_F_SIZE, 0x1000);
	packet_text(&start, TR_F_EXE, "/usr/bin/gss-client");
	packet_put(&start, TR_F_LIBRARIES, group.fields, group.used);
	call.comment = "gss_init_sec_context";
	image_preamble(&image);
	extent = image_extent(&image, 1, 256, 3);
	image_slot(&image, extent, 0, &start);
	image_slot(&image, extent, 1, &token);
	extent = image_extent(&image, 2, 320, 2);
	image_slot(&image, extent, 0, &call);
	return image;
}

static void every_prefix_of_a_trace_can_be_read(void **state)
{
	struct image image = sample();
	size_t whole = image.length, last = 0;
	uint64_t seqs[READ_MOST];

	(void)state;
	for (image.length = 0; image.length <= whole; image.length += 4) {
		size_t count;

		image_write(&image, trace_file);
		count = read_all(trace_file, seqs);
		assert_true(count >= last);
		/* Whole but for events: only the section, that and the interface, all of the preamble. */
		if (count < 2 && image.length != 28 && image.length != 60 && image.length != TR_PREAMBLE)
			assert_string_not_equal(reader_told, "");
		last = count;
	}
	assert_int_equal(last, 2);
	image_free(&image);
}

/* Looks at all there is of an event, as a printer would. */
static void touch(struct tr_cursor cursor, int depth)
{
	struct tr_value value;
	volatile uint8_t sink = 0;

	while (tr_cursor_next(&cursor, &value)) {
		assert_true(value.length <= cursor.end - value.at);
		for (size_t i = 0; i < value.length; i++)
			sink ^= value.at[i];
		if (depth && value.info && value.info->type == TR_TYPE_GROUP)
			touch(tr_cursor_into(&value), depth - 1);
	}
	(void)sink;
}

static void no_changed_byte_of_a_trace_harms(void **state)
{
	static const uint8_t changes[] = {0x01, 0x80, 0xff};
	struct image image = sample();
	struct tr_event event;

	(void)state;
	for (size_t i = 0; i < image.length; i++) {
		if (i > 64 && i < TR_PREAMBLE - 4)
			continue; /* nobody reads what fills the preamble */
		for (size_t c = 0; c < sizeof(changes); c++) {
			struct tr_reader *reader;

			image.bytes[i] ^= changes[c];
			image_write(&image, trace_file);
			image.bytes[i] ^= changes[c];
			reader = reader_on(trace_file);
			tr_reader_finish(reader);
			for (int n = 0; n < 100 && tr_reader_next(reader, UINT64_MAX, &event); n++)
				touch(event.fields, 3);
			tr_reader_free(reader);
		}
	}
	image_free(&image);
}

static void no_field_reaches_beyond_the_others(void **state)
{
	struct packet packet = packet_init_sec_context(1, 0), group = packet_call(1, 1, 0);

	(void)state;
	packet_put(&packet, TR_F_LIBRARIES, group.fields, group.used);
	packet_text(&packet, TR_F_NAME, "alice");
	for (size_t i = 0; i < packet.used; i++)
		for (int change = 1; change < 256; change++) {
			uint8_t *exact = malloc(packet.used);

			assert_non_null(exact);
			memcpy(exact, packet.fields, packet.used);
			exact[i] ^= (uint8_t)change;
			touch((struct tr_cursor){.at = exact, .end = exact + packet.used}, 3);
			free(exact);
		}
}

static void a_field_of_the_wrong_length_is_damage(void **state)
{
	struct packet packet = packet_call(1, 1, 0);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	struct tr_value value;

	(void)state;
	packet_put(&packet, TR_F_MINOR, "abc", 3);
	packet_text(&packet, TR_F_MINOR_TEXT, "not reached");
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &packet);
	reader = reader_of(&image);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_true(tr_event_find(&event, TR_F_MAJOR, &value));
	assert_false(tr_event_find(&event, TR_F_MINOR, &value));
	assert_false(tr_event_find(&event, TR_F_MINOR_TEXT, &value));
	assert_non_null(strstr(reader_told, "fields are damaged"));
	tr_reader_free(reader);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_that_shrinks_does_not_kill_its_reader),
		cmocka_unit_test(what_is_no_trace_is_refused_with_the_reason),
		cmocka_unit_test(what_is_no_file_is_refused_with_the_reason),
		cmocka_unit_test(what_can_be_read_before_a_damage_is_read),
		cmocka_unit_test(every_prefix_of_a_trace_can_be_read),
		cmocka_unit_test(no_changed_byte_of_a_trace_harms),
		cmocka_unit_test(no_field_reaches_beyond_the_others),
		cmocka_unit_test(a_field_of_the_wrong_length_is_damage),
	};

	return cmocka_run_group_tests(tests, trace_files_make, trace_files_remove);
}
