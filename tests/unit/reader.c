/* SPDX-License-Identifier: MIT */
/*
 * The reader: the order of events, files of every make, a file that grows, and the memory all that takes.
 * Built under ASan these tests also say that no byte outside a file is read.
 */
#include "tests/unit/build_trace.h"
#include "tests/unit/read_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND 1000000000ull

static void assert_reads(const struct image *image, const uint64_t *expected, size_t count)
{
	uint64_t seqs[READ_MOST] = {0};

	image_write(image, trace_file);
	assert_int_equal(read_all(trace_file, seqs), count);
	assert_string_equal(reader_told, "");
	assert_memory_equal(seqs, expected, count * sizeof(*expected));
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
	image_slot_call(&image, a, 0, 10, 0);
	image_slot_call(&image, a, 1, 30, 2);
	image_slot_call(&image, a, 2, 50, 5);
	image_slot_call(&image, b, 0, 20, 1);
	image_slot_call(&image, b, 1, 41, 4);
	image_slot_call(&image, c, 0, 40, 3);
	image_slot_call(&image, c, 1, 60, 6);
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
	image_slot_call(&image, a, 0, 1, 0);
	image_slot_call(&image, a, 2, 2, 1); /* not there yet, whatever follows */
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
	image_slot_call(&image, a, 0, 1, 7);
	image_add(&image, NULL, 8192);
	assert_reads(&image, (uint64_t[]){7}, 1);
	image_add(&image, "x\0\0", 4);
	image_write(&image, trace_file);
	assert_int_equal(read_all(trace_file, (uint64_t[READ_MOST]){0}), 1);
	assert_non_null(strstr(reader_told, "what follows is lost"));
	image_free(&image);
}

static void what_stands_behind_zeros_is_read(void **state)
{
	struct image whole = {0}, image = {0};
	size_t a, b;
	uint64_t seqs[READ_MOST];

	(void)state;
	image_preamble(&whole);
	a = image_extent(&whole, 1, 256, 4);
	image_slot_call(&whole, a, 0, 1, 7);
	image_slot_call(&whole, a, 2, 3, 8);
	b = image_extent(&whole, 4, 256, 1);
	image_slot_call(&whole, b, 0, 4, 9);
	for (size_t cut = 0; cut <= b; cut += 4) {
		image_add(&image, whole.bytes, whole.length);
		memset(image.bytes, 0, cut);
		image_write(&image, trace_file);
		assert_int_equal(read_all(trace_file, seqs) > 0, 1);
		assert_int_equal(!cut || strstr(reader_told, "cut"), 1);
		image_free(&image);
	}
	assert_int_equal(seqs[0], 9);
	image_free(&whole);
}

static void rewritten_files_are_sorted(void **state)
{
	static const uint64_t times[] = {5, 3, 9, 1, 7};
	struct image image = {0};

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	for (int i = 0; i < 5; i++) {
		struct packet packet = packet_call(times[i], 1, times[i]);

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
		struct packet packet = packet_call(cases[i].stamp, 1, 0);
		struct image image = {0};
		struct tr_reader *reader;
		struct tr_event event;

		packet.interface = 1;
		image_section(&image);
		image_interface(&image, TR_LINKTYPE, 6);
		image_interface(&image, TR_LINKTYPE, cases[i].resolution);
		image_packet(&image, &packet);
		reader = reader_of(&image);
		assert_true(tr_reader_next(reader, UINT64_MAX, &event));
		assert_true(event.time == cases[i].ns);
		tr_reader_free(reader);
		image_free(&image);
	}
}

static void foreign_packets_are_skipped_and_counted(void **state)
{
	struct packet ours = packet_call(1, 1, 1), not_ours = packet_call(2, 1, 2),
		      wrong_link = packet_call(3, 1, 3);
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
	reader = reader_of(&image);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 1);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(tr_reader_stats(reader)->foreign, 2);
	assert_string_equal(reader_told, "");
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
			image_slot_call(&image, extent, i, 2 * i + file + 1, 2 * i + file);
		image_write(&image, file ? other_file : trace_file);
		image_free(&image);
	}
	reader = reader_on(trace_file);
	assert_int_equal(tr_reader_add(reader, other_file), 0);
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
	image_write(&image, trace_file);
	reader = reader_on(trace_file);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event)); /* made, and still empty */
	image_preamble(&image);
	first = image_extent(&image, 1, 256, 2);
	image_write(&image, trace_file);
	tr_reader_refresh(reader);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));

	image_slot_call(&image, first, 0, 10, 0);
	image_write(&image, trace_file);
	tr_reader_refresh(reader);
	assert_true(tr_reader_next(reader, 100, &event));
	assert_int_equal(event.head.seq, 0);
	assert_false(tr_reader_next(reader, 100, &event));

	second = image_extent(&image, 11, 256, 2);
	image_slot_call(&image, second, 0, 30, 2);
	image_slot_call(&image, first, 1, 20, 1);
	image_write(&image, trace_file);
	tr_reader_refresh(reader);
	assert_true(tr_reader_next(reader, 29, &event));
	assert_int_equal(event.head.seq, 1);
	assert_false(tr_reader_next(reader, 29, &event)); /* younger than asked for */
	tr_reader_finish(reader);
	assert_true(tr_reader_next(reader, UINT64_MAX, &event));
	assert_int_equal(event.head.seq, 2);
	assert_false(tr_reader_next(reader, UINT64_MAX, &event));
	assert_string_equal(reader_told, "");
	tr_reader_free(reader);
	image_free(&image);
}

/* For a process of its own: reads file and prints its peak of memory in KiB. */
static int print_memory(const char *file)
{
	FILE *status = fopen("/proc/self/status", "r");
	uint64_t seqs[READ_MOST];
	char line[256];
	long peak = -1;

	read_all(file, seqs);
	while (status && fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %ld", &peak) == 1)
			printf("%ld\n", peak);
	return peak < 0 || reader_told[0];
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
	image_write(&image, trace_file);
	before = memory_of(trace_file); /* with nothing to read, sanitizer and all */
	file = fopen(trace_file, "a");
	assert_non_null(file);
	for (uint64_t i = 0; i < 3000; i++) { /* 96 MB */
		image_free(&image);
		extent = image_extent(&image, 100 * i + 1, 320, 100);
		for (uint32_t n = 0; n < 100; n++)
			image_slot_call(&image, extent, n, 100 * i + n + 1, n);
		assert_int_equal(fwrite(image.bytes, 1, image.length, file), image.length);
	}
	assert_int_equal(fclose(file), 0);
#ifndef __SANITIZE_THREAD__ /* keeps notes of each byte that was read */
	assert_in_range(memory_of(trace_file) - before, 0, 24000);
#else
	assert_true(memory_of(trace_file) >= before);
#endif
	image_free(&image);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(extents_are_merged_by_time),
		cmocka_unit_test(a_free_slot_ends_an_extent),
		cmocka_unit_test(zeros_at_the_end_are_space_not_used_yet),
		cmocka_unit_test(what_stands_behind_zeros_is_read),
		cmocka_unit_test(rewritten_files_are_sorted),
		cmocka_unit_test(every_resolution_is_understood),
		cmocka_unit_test(foreign_packets_are_skipped_and_counted),
		cmocka_unit_test(files_are_merged_by_time),
		cmocka_unit_test(a_growing_file_is_followed),
		cmocka_unit_test(memory_does_not_grow_with_the_file),
	};

	if (argc == 3 && !strcmp(argv[1], "--memory"))
		return print_memory(argv[2]);
	return cmocka_run_group_tests(tests, trace_files_make, trace_files_remove);
}
