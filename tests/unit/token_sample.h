/* SPDX-License-Identifier: MIT */
/* The samples of tests/data/token/, by decoder. */
#ifndef TESTS_TOKEN_SAMPLE_H
#define TESTS_TOKEN_SAMPLE_H

#include "trace/reader.h"

struct sample {
	char path[256];
	const char *decoder;
	unsigned places; /* of its decoder */
	struct tr_bytes bytes;
};

/* Those of the decoder with this number: look is called with each, NULL: not at all. Returns how many. */
size_t samples_of(unsigned decoder, void (*look)(const struct sample *sample));
/* Those of all decoders. */
size_t samples_each(void (*look)(const struct sample *sample));

#endif
