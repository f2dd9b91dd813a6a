/* SPDX-License-Identifier: MIT */
/*
 * What decode prints of packets that a test makes: one line each, out of a trace that holds nothing else.
 */
#ifndef TESTS_SHOW_LINE_H
#define TESTS_SHOW_LINE_H

#include "tests/unit/build_trace.h"
#include "tools/view/show.h"

/* 2026-01-02 03:04:05.123456789 UTC */
#define TIME 1767323045123456789ull

/* Setup and teardown of a cmocka group. */
int line_file_make(void **state);
int line_file_remove(void **state);

/* All lines; the caller frees them, here and below. */
char *lines_shown(const struct image *image, enum show_format format, bool colour);
/* One packet on its own, without the date line. */
char *line_of(const struct packet *packet, enum show_format format, bool colour);
void assert_line(const struct packet *packet, enum show_format format, const char *expected);

#endif
