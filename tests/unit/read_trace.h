/* SPDX-License-Identifier: MIT */
/*
 * Readers for tests of the reader, on files in a directory that one test program has for itself. What a
 * reader reports is kept, never printed. Fails the test when a reader cannot be had.
 */
#ifndef TESTS_READ_TRACE_H
#define TESTS_READ_TRACE_H

#include "tests/unit/build_trace.h"
#include "trace/reader.h"

#include <stddef.h>
#include <stdint.h>

#define READ_MOST 64 /* events whose seq read_all keeps */

extern char trace_directory[]; /* made by trace_files_make */
extern char trace_file[64];    /* two names in it, of no file yet */
extern char other_file[64];
extern char reader_told[512]; /* the last report since the last reader was made; "" is none */

/* Setup and teardown of a cmocka group. */
int trace_files_make(void **state);
int trace_files_remove(void **state);

/* A reader to which this file was added, refused or not; the caller frees it with tr_reader_free. */
struct tr_reader *reader_on(const char *file);
/* The same with the image, written to trace_file before, as a finished file. */
struct tr_reader *reader_of(const struct image *image);

/* Reads all of one file: the seq of each of the first READ_MOST events. Returns how many there are. */
size_t read_all(const char *file, uint64_t seqs[READ_MOST]);

#endif
