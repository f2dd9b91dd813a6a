/* SPDX-License-Identifier: MIT */
/*
 * What the ELF reader makes of intact, cut and damaged files, of #! lines and of ld.so.cache.
 *
 * The seeds in tests/data/elf were linked from a few lines that define or call gss_wrap, zmq_bind and the
 * like, with -nostdlib -z max-page-size=512 so that every byte of them can be tried. Run under
 * SAN=address,undefined for the full worth of it.
 */
#include "tools/elf/cover.h"
#include "tools/elf/cache.h"
#include "tools/elf/report.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const seeds[] = {"program", "fixed", "versioned", "static", "i386"};
#define SEEDS (sizeof(seeds) / sizeof(*seeds))

struct bytes {
	unsigned char *at;
	size_t len;
};

static char *data_path(const char *name)
{
	const char *top = getenv("TOP");

	return must_format("%s/tests/data/elf/%s", top ? top : ".", name);
}

static struct bytes slurp(const char *path)
{
	struct bytes bytes = {must_calloc(1, 1 << 20), 0};
	int fd = open(path, O_RDONLY);

	assert_true(fd >= 0);
	bytes.len = read(fd, bytes.at, 1 << 20);
	close(fd);
	return bytes;
}

static struct bytes seed(const char *name)
{
	char *path = data_path(name);
	struct bytes bytes = slurp(path);

	free(path);
	return bytes;
}

static struct elf_object *object_of(const char *name)
{
	char *path = data_path(name), error[160];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	struct elf_object *object;

	assert_non_null(file);
	object = elf_object_read(file);
	elf_file_close(file);
	free(path);
	return object;
}

static const struct elf_symbol *symbol(const struct elf_object *object, const char *name, bool defined)
{
	const struct elf_symbol *found = elf_symbols_find(&object->symbols, name, defined);

	assert_non_null(found);
	return found;
}

static void imports_are_known_with_version_and_relocation(void **state)
{
	struct elf_object *object = object_of("program");

	(void)state;
	assert_int_equal(symbol(object, "gss_wrap", false)->how, ELF_BY_JUMP_SLOT);
	assert_string_equal(symbol(object, "gss_wrap", false)->version, "ONE");
	assert_int_equal(symbol(object, "gss_release_buffer", false)->how, ELF_BY_ABSOLUTE);
	assert_int_equal(symbol(object, "gss_nt_user_name", true)->how, ELF_BY_COPY);
	assert_false(symbol(object, "gss_nt_user_name", true)->function);
	assert_string_equal(symbol(object, "zmq_bind", false)->version, "TWO");
	assert_true(elf_object_imports(object, "dlopen"));
	assert_int_equal(object->type, ELF_TYPE_PIE);
	assert_string_equal(object->runpath, "$ORIGIN/lib:/x");
	assert_null(object->rpath);
	assert_false(object->bind_now);
	assert_true(list_has(&object->needed, "libseed.so.1"));
	elf_object_free(object);
}

static void a_fixed_program_with_the_old_hash_table_is_read_too(void **state)
{
	struct elf_object *object = object_of("fixed");

	(void)state;
	assert_int_equal(object->type, ELF_TYPE_EXEC);
	assert_true(object->bind_now);
	assert_string_equal(object->rpath, "/y");
	assert_int_equal(symbol(object, "zmq_bind", false)->how, ELF_BY_JUMP_SLOT);
	elf_object_free(object);
}

static void definitions_are_known_with_their_version(void **state)
{
	struct elf_object *object = object_of("versioned");

	(void)state;
	assert_int_equal(object->type, ELF_TYPE_LIBRARY);
	assert_string_equal(object->soname, "libseed.so.1");
	assert_string_equal(symbol(object, "gss_wrap", true)->version, "ONE");
	assert_string_equal(symbol(object, "zmq_connect", true)->version, "TWO");
	assert_int_equal(elf_object_defines(object, "zmq"), 3);
	assert_int_equal(elf_object_defines(object, "gss"), 2);
	elf_object_free(object);
}

static void functions_of_a_static_program_are_found_in_its_symbol_table(void **state)
{
	struct elf_object *object = object_of("static");
	const char *example = NULL;

	(void)state;
	assert_int_equal(object->type, ELF_TYPE_STATIC);
	assert_int_equal(elf_built_in(object, true, "zmq", &example), 2);
	assert_non_null(example);
	elf_object_free(object);
}

static void strings_that_name_our_libraries_and_functions_are_hints(void **state)
{
	struct elf_object *object = object_of("program");

	(void)state;
	assert_int_equal(object->hints.libraries.count, 1);
	assert_string_equal(object->hints.libraries.items[0], "libzmq.so.5");
	/* zmq_bind is in the dynamic string table only, which is no hint. */
	assert_int_equal(object->hints.functions.count, 1);
	assert_string_equal(object->hints.functions.items[0], "zmq_connect");
	elf_object_free(object);
}

static void another_architecture_is_told_apart(void **state)
{
	struct elf_object *object = object_of("i386");

	(void)state;
	assert_int_equal(object->bits, 32);
	assert_int_equal(object->machine, EM_386);
	assert_false(object->native);
	elf_object_free(object);
}

/* Puts bytes through all of the inspector that depends on them alone. */
static void inspect(const unsigned char *bytes, size_t len, FILE *out)
{
	struct elf_report report = {.asked = "seed"};
	char error[160];
	struct elf_file *file = elf_file_memory(bytes, len, error, sizeof(error));

	if (!file) {
		assert_true(strlen(error) > 0);
		return;
	}
	report.chain.program = must_strdup("/nonexistent");
	report.tree.nodes = must_calloc(1, sizeof(*report.tree.nodes));
	report.tree.count = 1;
	report.tree.nodes[0] = (struct elf_node){.name = must_strdup("seed"),
						 .path = must_strdup("/nonexistent"),
						 .object = elf_object_read(file)};
	elf_file_close(file);
	elf_report_judge(&report);
	rewind(out);
	assert_int_equal(elf_report_text(&report, out, false), 0);
	assert_int_equal(elf_report_json(&report, out), 0);
	elf_report_free(&report);
}

static void every_prefix_of_a_file_is_survived(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	for (size_t s = 0; s < SEEDS; s++) {
		struct bytes bytes = seed(seeds[s]);

		for (size_t len = 0; len <= bytes.len; len++) {
			/* A copy of its own, so that one byte too far is noticed. */
			unsigned char *copy = malloc(len ? len : 1);

			memcpy(copy, bytes.at, len);
			inspect(copy, len, out);
			free(copy);
		}
		free(bytes.at);
	}
	fclose(out);
}

static void every_damaged_byte_of_a_file_is_survived(void **state)
{
	static const unsigned char flips[] = {0xff, 0x80, 0x01};
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	for (size_t s = 0; s < SEEDS; s++) {
		struct bytes bytes = seed(seeds[s]);
		unsigned char *copy = malloc(bytes.len);

		memcpy(copy, bytes.at, bytes.len);
		for (size_t i = 0; i < bytes.len; i++)
			for (size_t f = 0; f < sizeof(flips); f++) {
				copy[i] ^= flips[f];
				inspect(copy, bytes.len, out);
				copy[i] ^= flips[f];
			}
		free(copy);
		free(bytes.at);
	}
	fclose(out);
}

/* A directory of its own for files that a test makes. */
static int make_directory(void **state)
{
	char *directory = must_strdup("/tmp/elf-test-XXXXXX");

	*state = mkdtemp(directory);
	return !*state;
}

static int remove_directory(void **state)
{
	char *file = must_format("%s/file", (char *)*state),
	     *second = must_format("%s/second", (char *)*state);

	unlink(file);
	unlink(second);
	rmdir(*state);
	free(file);
	free(second);
	free(*state);
	return 0;
}

static char *put(const char *directory, const char *name, const void *bytes, size_t len)
{
	char *path = must_format("%s/%s", directory, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0755);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	close(fd);
	return path;
}

static void a_cut_or_damaged_loader_cache_is_survived(void **state)
{
	struct bytes bytes = slurp("/etc/ld.so.cache");
	struct list levels = {0};
	struct elf_cache cache;
	char *path;

	list_add(&levels, "x86-64-v2");
	elf_cache_open(&cache, "/etc/ld.so.cache");
	assert_non_null(elf_cache_find(&cache, "libc.so.6", 0x0303, &levels));
	assert_null(elf_cache_find(&cache, "libnone.so.6", 0x0303, &levels));
	elf_cache_close(&cache);
	for (size_t i = 0; i < 600; i++) {
		size_t at = i < 300 ? i : (i - 300) * bytes.len / 300;

		bytes.at[at] ^= 0xff;
		path = put(*state, "file", bytes.at, i % 2 ? bytes.len : at + 1);
		elf_cache_open(&cache, path);
		elf_cache_find(&cache, "libc.so.6", 0x0303, &levels);
		elf_cache_close(&cache);
		bytes.at[at] ^= 0xff;
		free(path);
	}
	list_free(&levels);
	free(bytes.at);
}

static void expect_chain(const char *directory, const char *line, const char *program, bool drops)
{
	char *path = put(directory, "file", line, strlen(line));
	struct elf_chain chain;

	elf_script_follow(path, &chain);
	if (program) {
		assert_non_null(chain.program);
		assert_string_equal(chain.program, program);
	} else {
		assert_non_null(chain.problem);
	}
	assert_int_equal(chain.drops_preload, drops);
	elf_chain_free(&chain);
	free(path);
}

static void script_lines_are_followed_as_the_kernel_and_env_do(void **state)
{
	setenv("PATH", "/nonexistent:/bin", 1);
	expect_chain(*state, "#!/bin/sh\n", "/bin/sh", false);
	expect_chain(*state, "#! \t/bin/sh -e -u \n", "/bin/sh", false);
	expect_chain(*state, "#!/bin/sh", "/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env sh\n", "/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env -S sh -e\n", "/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env -vS A=b 'sh' -e\n", "/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env --split-string=-C / \"sh\"\n", "/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env -S PATH=/usr/bin sh\n", "/usr/bin/sh", false);
	expect_chain(*state, "#!/usr/bin/env -iS sh\n", "/bin/sh", true);
	expect_chain(*state, "#!/usr/bin/env -S - sh\n", "/bin/sh", true);
	expect_chain(*state, "#!/usr/bin/env -S -u LD_PRELOAD sh\n", "/bin/sh", true);
	expect_chain(*state, "#!/usr/bin/env -S LD_PRELOAD= sh\n", "/bin/sh", true);
	expect_chain(*state, "#!/usr/bin/env -S -u i sh\n", "/bin/sh", false);
	/* Without -S the kernel's one argument is one word, blanks and all. */
	expect_chain(*state, "#!/usr/bin/env sh -e\n", NULL, false);
	expect_chain(*state, "#!/usr/bin/env\n", NULL, false);
	expect_chain(*state, "#!\n", NULL, false);
	expect_chain(*state, "#!/nonexistent/sh\n", NULL, false);
}

static void a_script_that_interprets_itself_ends(void **state)
{
	char *line = must_format("#!%s/file\n", (char *)*state), reason[200];
	char *path = put(*state, "file", line, strlen(line));

	assert_int_equal(cover_check(path, reason, sizeof(reason)), COVER_NO);
	assert_non_null(strstr(reason, "more than 5 deep"));
	free(path);
	free(line);
}

static void a_device_or_fifo_is_not_opened(void **state)
{
	char *path = must_format("%s/file", (char *)*state), reason[200];

	assert_int_equal(mkfifo(path, 0700), 0);
	assert_int_equal(cover_check(path, reason, sizeof(reason)), COVER_NO);
	assert_int_equal(cover_check("/dev/null", reason, sizeof(reason)), COVER_NO);
	free(path);
}

static void a_reason_fits_its_buffer(void **state)
{
	char reason[8];

	(void)state;
	memset(reason, 'x', sizeof(reason));
	assert_int_equal(cover_check("/nonexistent/program", reason, sizeof(reason)), COVER_NO);
	assert_int_equal(strlen(reason), sizeof(reason) - 1);
	assert_int_equal(cover_check("/bin/sh", reason, sizeof(reason)), COVER_YES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(imports_are_known_with_version_and_relocation),
		cmocka_unit_test(a_fixed_program_with_the_old_hash_table_is_read_too),
		cmocka_unit_test(definitions_are_known_with_their_version),
		cmocka_unit_test(functions_of_a_static_program_are_found_in_its_symbol_table),
		cmocka_unit_test(strings_that_name_our_libraries_and_functions_are_hints),
		cmocka_unit_test(another_architecture_is_told_apart),
		cmocka_unit_test(every_prefix_of_a_file_is_survived),
		cmocka_unit_test(every_damaged_byte_of_a_file_is_survived),
		cmocka_unit_test_setup_teardown(a_cut_or_damaged_loader_cache_is_survived, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(script_lines_are_followed_as_the_kernel_and_env_do,
						make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_script_that_interprets_itself_ends, make_directory,
						remove_directory),
		cmocka_unit_test_setup_teardown(a_device_or_fifo_is_not_opened, make_directory,
						remove_directory),
		cmocka_unit_test(a_reason_fits_its_buffer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
