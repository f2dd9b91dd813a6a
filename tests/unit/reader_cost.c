/* SPDX-License-Identifier: MIT */
/*
 * What a file costs its reader is bounded by what it has on the disk, whatever it says of itself: a few bytes
 * that promise billions of slots, holes of a terabyte, very many objects. The limits are of processor time,
 * and far above what is needed, far below what it was.
 */
#include "tests/unit/build_trace.h"
#include "tests/unit/read_trace.h"
#include "tools/view/origin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define MOST_S 5

static double spent(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The head of an extent that has more slots than the file. */
static void add_promise(struct image *image, uint32_t slot_size, uint32_t slots)
{
	size_t at = image_extent(image, 1, slot_size, 0);
	struct tr_extent extent; /* that in the image lies at any address */

	memcpy(&extent, image->bytes + at, sizeof(extent));
	extent.slots = slots;
	extent.size = sizeof(extent) + (uint64_t)slot_size * slots;
	memcpy(image->bytes + at, &extent, sizeof(extent));
}

static void slots_that_are_not_there_cost_nothing(void **state)
{
	static const uint32_t sizes[] = {32, 1u << 20};
	uint64_t seqs[READ_MOST];
	struct rusage usage;
	double before = spent();

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct image image = {0};

		image_section(&image);
		image_interface(&image, TR_LINKTYPE, 9);
		add_promise(&image, sizes[i], UINT32_MAX);
		image_write(&image, trace_file);
		assert_int_equal(read_all(trace_file, seqs), 0);
		assert_non_null(strstr(reader_told, "cut inside this extent"));
		image_free(&image);
	}
	assert_true(spent() - before < MOST_S);
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	assert_true(usage.ru_maxrss < 512 << 10);
}

static void a_preamble_has_no_slots_behind_itself(void **state)
{
	struct image image = {0};
	uint64_t seqs[READ_MOST];
	size_t extent;

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	extent = image_extent(&image, 1, 256, 100);
	for (uint32_t i = 0; i < 100; i++)
		image_slot_call(&image, extent, i, i + 1, i);
	image_write(&image, trace_file);
	assert_in_range(read_all(trace_file, seqs), 1, 15);
	image_free(&image);
}

static void holes_cost_nothing_and_what_follows_them_is_missed(void **state)
{
	struct image image = {0};
	uint64_t seqs[READ_MOST];
	double before = spent();

	(void)state;
	image_preamble(&image);
	image_write(&image, trace_file);
	assert_int_equal(truncate(trace_file, 1ll << 40), 0);
	assert_int_equal(read_all(trace_file, seqs), 0);
	assert_string_equal(reader_told, "");
	assert_int_equal(truncate(trace_file, 4096), 0);
	image_write(&image, trace_file);
	{
		FILE *file = fopen(trace_file, "r+");

		assert_non_null(file);
		assert_int_equal(fseeko(file, (1ll << 40) - 1, SEEK_SET), 0);
		assert_int_equal(fputc('x', file), 'x');
		assert_int_equal(fclose(file), 0);
	}
	assert_int_equal(read_all(trace_file, seqs), 0);
	assert_non_null(strstr(reader_told, "what follows is lost"));
	assert_true(spent() - before < MOST_S);
	image_free(&image);
}

static void very_many_objects_are_told_apart_in_time(void **state)
{
	struct origins *objects = origins_new();
	struct image image = {0};
	struct tr_reader *reader;
	struct tr_event event;
	double before;
	uint64_t offset;
	const char *name;

	(void)state;
	image_section(&image);
	image_interface(&image, TR_LINKTYPE, 9);
	for (uint64_t i = 0; i < 100000; i++) {
		struct packet library = packet_new(TR_E_library, i + 1, 1, i);

		packet_text(&library, TR_F_SONAME, "libmany.so");
		packet_u64(&library, TR_F_BASE, (200000 - i) << 12);
		packet_u64(&library, TR_F_SIZE, 4096);
		image_packet(&image, &library);
	}
	before = spent();
	reader = reader_of(&image);
	assert_non_null(objects);
	while (tr_reader_next(reader, UINT64_MAX, &event))
		origins_learn(objects, &event);
	event.head.caller = (150000ull << 12) + 5;
	name = origins_caller(objects, &event, &offset);
	assert_non_null(name);
	assert_string_equal(name, "libmany.so");
	assert_int_equal(offset, 5);
	event.head.caller = 5;
	assert_null(origins_caller(objects, &event, &offset));
	assert_true(spent() - before < MOST_S);
	origins_free(objects);
	tr_reader_free(reader);
	image_free(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_that_are_not_there_cost_nothing),
		cmocka_unit_test(a_preamble_has_no_slots_behind_itself),
		cmocka_unit_test(holes_cost_nothing_and_what_follows_them_is_missed),
		cmocka_unit_test(very_many_objects_are_told_apart_in_time),
	};

	return cmocka_run_group_tests_name("reader_cost", tests, trace_files_make, trace_files_remove);
}
