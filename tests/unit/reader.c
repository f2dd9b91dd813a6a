/* SPDX-License-Identifier: MIT */
/*
 * The reader: order, joining of tokens, files of every make, and files that are wrong. Built under ASan these
 * tests also say that no byte outside a file is read.
 */
#include "tests/unit/build_trace.h"
#include "trace/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND 1000000000ull
#define MOST 64

static char directory[] = "/tmp/gsstap-reader-XXXXXX";
static char path[64], other[64];
static char told[512]; /* the last report */

static void keep_report(void *context, const char *text)
{
	(void)context;
	snprintf(told, sizeof(told), "%s", text);
}

static struct tr_reader *reader_on(const char *file)
{
	struct tr_reader *reader = tr_reader_new(keep_report, NULL);

	told[0] = 0;
	assert_non_null(reader);
	tr_reader_add(reader, file);
	return reader;
}

/* Reads all of one file: the seq of each event. Returns how many. */
static size_t read_all(const char *file, uint64_t seqs[MOST])
{
	struct tr_reader *reader = reader_on(file);
	struct tr_event event;
	size_t count = 0;

	tr_reader_finish(reader);
	while (tr_reader_next(reader, UINT64_MAX, &event)) {
		if (count < MOST)
			seqs[count] = event.head.seq;
		count++;
	}
	tr_reader_free(reader);
	return count;
}

static void assert_reads(const struct image *image, const uint64_t *expected, size_t count)
{
	uint64_t seqs[MOST] = {0};

	image_write(image, path);
	assert_int_equal(read_all(path, seqs), count);
	assert_string_equal(told, "");
	assert_memory_equal(seqs, expected, count * sizeof(*expected));
}

static struct packet call_at(uint64_t time, uint32_t tid, uint64_t seq)
{
	struct packet packet = packet_new(TR_E_call, time, tid, seq);

	packet.head.call = TR_gss_wrap;
	packet_u64(&packet, TR_F_CONTEXT, 0x1000);
	packet_u32(&packet, TR_F_MAJOR, 0);
	return packet;
}

static void slot_call(struct image *image, size_t extent, uint32_t slot, uint64_t time, uint64_t seq)
{
	struct packet packet = call_at(time, 1, seq);

	image_slot(image, extent, slot, &packet);
}

static void extents_are_merged_by_time(void **state)
{
	struct image image = {0};
	size_t a, b, c;

	(void)state;
	image_preamble(&image);
	a = image_extent(&image, 10, 256, 4);
	b = image_extent(&image, 15, 288, 4);
	c = image_extent(&image, 40, 256, 4);
	slot_call(&image, a, 0, 10, 0);
	slot_call(&image, a, 1, 30, 2);
	slot_call(&image, a, 2, 50, 5);
	slot_call(&image, b, 0, 20, 1);
	slot_call(&image, b, 1, 41, 4);
	slot_call(&image, c, 0, 40, 3);
	slot_call(&image, c, 1, 60, 6);
	assert_reads(&image, (uint64_t[]){0, 1, 2, 3, 4, 5, 6}, 7);
	image_free(&image);
}

static void a_free_slot_ends_an_extent(void **state)
{
	struct image image = {0};
	size_t a;

	(void)state;
	image_preamble(&image);
	a = image_extent(&image, 1, 256, 4);
	slot_call(&image, a, 0, 1, 0);
	slot_call(&image, a, 2, 2, 1); /* not there yet, whatever follows */
	assert_reads(&image, (uint64_t[]){0}, 1);
	image_free(&image);
}

static void zeros_at_the_end_are_space_not_used_yet(void **state)
{
	struct image image = {0};
	size_t a;

	(void)state;
	image_preamble(&image);
	a = image_extent(&image, 1, 256, 1);
	slot_call(&image, a, 0, 1, 7);
	image_add(&image, NULL, 8192);
	assert_reads(&image, (uint64_t[]){7}, 1);
	image_add(&image, "x\0\0", 4);
	image_write(&image, path);
	assert_int_equal(read_all(path, (uint64_t[MOST]){0}), 1);
	assert_non_null(strstr(told, "what follows is lost"));
	image_free(&image);
}

static struct packet token_for(uint64_t time, uint64_t seq, const char *bytes)
{
	struct packet packet = packet_new(TR_E_token, time, 1, seq);

	packet_u64(&packet, TR_F_OF_SEQ, seq + 1);
	packet.head.where = TR_WHERE_IN_TOKEN;
	packet.payload = bytes;
	packet.payload_length = strlen(bytes);
	return packet;
}

static struct packet call_with_tokens(uint64_t time, uint64_t seq)
{
	struct packet packet = packet_new(TR_E_call, time, 1, seq);

	packet.head.call = TR_gss_init_sec_context;
	packet.head.where = TR_WHERE_OUT_TOKEN;
	packet_token(&packet, TR_F_IN_TOKEN, 5, TR_TOKEN_IN_EVENT, 1);
	packet_token(&packet, TR_F_OUT_TOKEN, 6, 0, 2);
	packet.payload = "answer";
	packet.payload_length = 6;
	return packet;
}

static void assert_bytes(struct tr_bytes bytes, const char *text)
{
	assert_int_equal(bytes.length, strlen(text));
	assert_memory_equal(bytes.at, text, bytes.length);
}

static void an_input_token_joins_its_call(void **state)
{
	struct packet token = token_for(5, 3, "hello"), call = call_with_tokens(5, 4);
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
	image_write(&image, path);
	reader = reader_on(path);
	tr_reader_finish(reader);
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

static void a_token_of_another_thread_is_not_joined(void **state)
{
	struct packet token = token_for(5, 3, "hello"), call = call_with_tokens(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	token.head.tid = 2;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &token);
	image_packet(&image, &call);
	image_write(&image, path);
	reader = reader_on(path);
	tr_reader_finish(reader);
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
	struct packet token = token_for(5, 3, "hello"), call = call_with_tokens(5, 4);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	for (int file = 0; file < 2; file++) {
		image_section(&image);
		image_interface(&image, TR_LINKTYPE, 9);
		image_packet(&image, file ? &call : &token);
		image_write(&image, file ? other : path);
		image_free(&image);
	}
	reader = reader_on(path);
	assert_int_equal(tr_reader_add(reader, other), 0);
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.event, TR_E_call);
	assert_int_equal(event.bytes[TR_WHERE_IN_TOKEN].length, 0);
	tr_reader_free(reader);
}

static void tokens_without_calls_do_not_pile_up(void **state)
{
	struct image image = {0};
	uint64_t seqs[MOST];

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	for (uint64_t i = 0; i < 1000; i++) {
		struct packet token = token_for(i, 2 * i, "hello");

		image_packet(&image, &token);
	}
	image_write(&image, path);
	assert_int_equal(read_all(path, seqs), 1000);
	for (uint64_t i = 0; i < MOST; i++)
		assert_int_equal(seqs[i], 2 * i);
	image_free(&image);
}

static void rewritten_files_are_sorted(void **state)
{
	static const uint64_t times[] = {5, 3, 9, 1, 7};
	struct image image = {0};

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	for (int i = 0; i < 5; i++) {
		struct packet packet = call_at(times[i], 1, times[i]);

		image_packet(&image, &packet);
	}
	assert_reads(&image, (uint64_t[]){1, 3, 5, 7, 9}, 5);
	image_free(&image);
}

static void every_resolution_is_understood(void **state)
{
	static const struct {
		uint8_t resolution;
		uint64_t stamp, ns;
	} cases[] = {
		{9, 1700000000123456789, 1700000000123456789},
		{6, 1700000000123456, 1700000000123456000},
		{0, 17, 17 * SECOND},
		{12, 1700000000123456789, 1700000000123456},
		{0x80 | 10, 17 * 1024 + 512, 17 * SECOND + SECOND / 2},
		{0x80 | 127, UINT64_MAX, 0},
		{0, UINT64_MAX, UINT64_MAX},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct packet packet = call_at(cases[i].stamp, 1, 0);
		struct image image = {0};
		struct tr_reader *reader;
		struct tr_event event;

		packet.interface = 1;
		image_section(&image);
		image_interface(&image, TR_LINKTYPE, 6);
		image_interface(&image, TR_LINKTYPE, cases[i].resolution);
		image_packet(&image, &packet);
		image_write(&image, path);
		reader = reader_on(path);
		tr_reader_finish(reader);
		assert_true(tr_reader_next(reader, UINT64_MAX, &event));
		assert_true(event.time == cases[i].ns);
		tr_reader_free(reader);
		image_free(&image);
	}
}

static void foreign_packets_are_skipped_and_counted(void **state)
{
	struct packet ours = call_at(1, 1, 1), not_ours = call_at(2, 1, 2), wrong_link = call_at(3, 1, 3);
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;

	(void)state;
	not_ours.tag = 0x4754;
	wrong_link.interface = 1;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_interface(&image, 1, 9);
	image_packet(&image, &not_ours);
	image_packet(&image, &wrong_link);
	image_packet(&image, &ours);
	image_write(&image, path);
	reader = reader_on(path);
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 1);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(tr_reader_stats(reader)->foreign, 2);
	assert_string_equal(told, "");
	tr_reader_free(reader);
	image_free(&image);
}

static void files_are_merged_by_time(void **state)
{
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	size_t extent;

	(void)state;
	for (uint64_t file = 0; file < 2; file++) {
		image_preamble(&image);
		extent = image_extent(&image, 1, 256, 4);
		for (uint32_t i = 0; i < 4; i++)
			slot_call(&image, extent, i, 2 * i + file + 1, 2 * i + file);
		image_write(&image, file ? other : path);
		image_free(&image);
	}
	reader = reader_on(path);
	assert_int_equal(tr_reader_add(reader, other), 0);
	tr_reader_finish(reader);
	for (uint64_t i = 0; i < 8; i++) {
		assert_true(tr_reader_next(reader, UINT64_MAX, &event));
		assert_int_equal(event.head.seq, i);
		assert_int_equal(event.file, i % 2);
	}
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	tr_reader_free(reader);
}

static void a_growing_file_is_followed(void **state)
{
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	size_t first, second;

	(void)state;
	image_write(&image, path);
	reader = reader_on(path);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event)); /* made, and still empty */
	image_preamble(&image);
	first = image_extent(&image, 1, 256, 2);
	image_write(&image, path);
	tr_reader_refresh(reader);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));

	slot_call(&image, first, 0, 10, 0);
	image_write(&image, path);
	tr_reader_refresh(reader);
	assert_true(tr_reader_next(reader, 100, &event));
	assert_int_equal(event.head.seq, 0);
	assert_false(tr_reader_next(reader, 100, &event));

	second = image_extent(&image, 11, 256, 2);
	slot_call(&image, second, 0, 30, 2);
	slot_call(&image, first, 1, 20, 1);
	image_write(&image, path);
	tr_reader_refresh(reader);
	assert_true(tr_reader_next(reader, 29, &event));
	assert_int_equal(event.head.seq, 1);
	assert_false(tr_reader_next(reader, 29, &event)); /* younger than asked for */
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 2);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	assert_string_equal(told, "");
	tr_reader_free(reader);
	image_free(&image);
}

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
		slot_call(&image, extent, i, i + 1, i);
	image_write(&image, path);
	reader = reader_on(path);
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(truncate(path, 4096), 0);
	while (tr_reader_next(reader, UINT64_MAX, &event))
		;
	tr_reader_free(reader);
	image_free(&image);
}

static void assert_refused(const struct image *image, const char *because)
{
	uint64_t seqs[MOST];

	image_write(image, path);
	assert_int_equal(read_all(path, seqs), 0);
	assert_non_null(strstr(told, path));
	if (!strstr(told, because))
		fail_msg("told '%s', not '%s'", told, because);
}

static void what_is_no_trace_is_refused_with_the_reason(void **state)
{
	static const uint8_t big[28] = {0x0a, 0x0d, 0x0d, 0x0a, 0, 0, 0, 28, 0x1a, 0x2b, 0x3c, 0x4d, 0, 1};
	static const uint8_t pcap[28] = {0xd4, 0xc3, 0xb2, 0xa1};
	struct packet packet = call_at(1, 1, 0);
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
	struct tr_reader *reader = reader_on(directory);

	(void)state;
	assert_non_null(strstr(told, "is a directory"));
	unlink(other);
	assert_int_equal(tr_reader_add(reader, other), -1);
	assert_non_null(strstr(told, "No such file"));
	assert_int_equal(mkfifo(other, 0600), 0);
	assert_int_equal(tr_reader_add(reader, other),
			 -1); /* and does not wait for somebody to write into it */
	assert_non_null(strstr(told, "not a regular file"));
	unlink(other);
	tr_reader_free(reader);
}

static void what_can_be_read_before_a_damage_is_read(void **state)
{
	struct packet first = call_at(1, 1, 1), second = call_at(2, 1, 2);
	struct image image = {0};
	uint64_t seqs[MOST];
	size_t damage;
	char where[32];

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	image_packet(&image, &first);
	damage = image.length;
	image_packet(&image, &second);
	image.bytes[image.length - 4] ^= 4;
	image_write(&image, path);
	assert_int_equal(read_all(path, seqs), 1);
	assert_int_equal(seqs[0], 1);
	snprintf(where, sizeof(where), "offset %zu: ", damage);
	assert_non_null(strstr(told, where));
	image_free(&image);
}

/* A native trace with a bit of everything: tokens, a group, a comment, two extents. */
static struct image sample(void)
{
	struct packet start = packet_new(TR_E_process, 1, 1, 0), group = packet_new(TR_E_process, 0, 0, 0);
	struct packet token = token_for(5, 1, "hello"), call = call_with_tokens(5, 2);
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
	uint64_t seqs[MOST];

	(void)state;
	for (image.length = 0; image.length <= whole; image.length += 4) {
		size_t count;

		image_write(&image, path);
		count = read_all(path, seqs);
		assert_true(count >= last);
		/* Whole but for events: only the section, that and the interface, all of the preamble. */
		if (count < 2 && image.length != 28 && image.length != 60 && image.length != TR_PREAMBLE)
			assert_string_not_equal(told, "");
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
			image_write(&image, path);
			image.bytes[i] ^= changes[c];
			reader = reader_on(path);
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
	struct packet packet = call_with_tokens(1, 0), group = call_at(1, 1, 0);

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
	struct packet packet = call_at(1, 1, 0);
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
	image_write(&image, path);
	reader = reader_on(path);
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_true(tr_event_find(&event, TR_F_MAJOR, &value));
	assert_false(tr_event_find(&event, TR_F_MINOR, &value));
	assert_false(tr_event_find(&event, TR_F_MINOR_TEXT, &value));
	assert_non_null(strstr(told, "fields are damaged"));
	tr_reader_free(reader);
	image_free(&image);
}

/* For a process of its own: reads file and prints its peak of memory in KiB. */
static int print_memory(const char *file)
{
	FILE *status = fopen("/proc/self/status", "r");
	uint64_t seqs[MOST];
	char line[256];
	long peak = -1;

	read_all(file, seqs);
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %ld", &peak) == 1)
			printf("%ld\n", peak);
	return peak < 0 || told[0];
}

static long memory_of(const char *file)
{
	char program[256], command[512];
	ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
	FILE *output;
	long peak = -1;

	assert_true(length > 0);
	program[length] = 0;
	snprintf(command, sizeof(command), "'%s' --memory '%s'", program, file);
	output = popen(command, "r");
	assert_non_null(output);
	assert_int_equal(fscanf(output, "%ld", &peak), 1);
	assert_int_equal(pclose(output), 0);
	return peak;
}

static void memory_does_not_grow_with_the_file(void **state)
{
	struct image image = {0};
	size_t extent;
	long before;
	FILE *file;

	(void)state;
	image_preamble(&image);
	image_write(&image, path);
	before = memory_of(path); /* with nothing to read, sanitizer and all */
	file = fopen(path, "a");
	assert_non_null(file);
	for (uint64_t i = 0; i < 3000; i++) { /* 96 MB */
		image_free(&image);
		extent = image_extent(&image, 100 * i + 1, 320, 100);
		for (uint32_t n = 0; n < 100; n++)
			slot_call(&image, extent, n, 100 * i + n + 1, n);
		assert_int_equal(fwrite(image.bytes, 1, image.length, file), image.length);
	}
	assert_int_equal(fclose(file), 0);
	assert_in_range(memory_of(path) - before, 0, 24000);
	image_free(&image);
}

static int make_directory(void **state)
{
	(void)state;
	if (!mkdtemp(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/a.pcapng", directory);
	snprintf(other, sizeof(other), "%s/b.pcapng", directory);
	return 0;
}

static int remove_directory(void **state)
{
	(void)state;
	unlink(path);
	unlink(other);
	return rmdir(directory);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extents_are_merged_by_time),
		cmocka_unit_test(a_free_slot_ends_an_extent),
		cmocka_unit_test(zeros_at_the_end_are_space_not_used_yet),
		cmocka_unit_test(an_input_token_joins_its_call),
		cmocka_unit_test(a_token_of_another_thread_is_not_joined),
		cmocka_unit_test(a_token_of_another_file_is_not_joined),
		cmocka_unit_test(tokens_without_calls_do_not_pile_up),
		cmocka_unit_test(rewritten_files_are_sorted),
		cmocka_unit_test(every_resolution_is_understood),
		cmocka_unit_test(foreign_packets_are_skipped_and_counted),
		cmocka_unit_test(files_are_merged_by_time),
		cmocka_unit_test(a_growing_file_is_followed),
		cmocka_unit_test(a_file_that_shrinks_does_not_kill_its_reader),
		cmocka_unit_test(what_is_no_trace_is_refused_with_the_reason),
		cmocka_unit_test(what_is_no_file_is_refused_with_the_reason),
		cmocka_unit_test(what_can_be_read_before_a_damage_is_read),
		cmocka_unit_test(every_prefix_of_a_trace_can_be_read),
		cmocka_unit_test(no_changed_byte_of_a_trace_harms),
		cmocka_unit_test(no_field_reaches_beyond_the_others),
		cmocka_unit_test(a_field_of_the_wrong_length_is_damage),
		cmocka_unit_test(memory_does_not_grow_with_the_file),
	};

	if (argc == 3 && !strcmp(argv[1], "--memory"))
		return print_memory(argv[2]);
	return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
