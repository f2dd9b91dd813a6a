/* SPDX-License-Identifier: MIT */
/* See token_sample.h. */
#include "tests/unit/token_sample.h"

#include "tools/token/decode.h"
#include "trace/unconst.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

static void read_file(struct sample *sample)
{
	FILE *file = fopen(sample->path, "r");
	static uint8_t room[65536];
	uint8_t *exact;

	assert_non_null(file);
	sample->bytes.length = fread(room, 1, sizeof(room), file);
	fclose(file);
	/* No byte more: a sanitizer sees what is read beyond. */
	exact = malloc(sample->bytes.length);
	for (size_t i = 0; i < sample->bytes.length; i++)
		exact[i] = room[i];
	sample->bytes.at = exact;
}

size_t samples_of(unsigned decoder, void (*look)(const struct sample *sample))
{
	const char *top = getenv("TOP");
	char pattern[256];
	size_t count;
	glob_t found;

	snprintf(pattern, sizeof(pattern), "%s/tests/data/token/%s/*.bin", top ? top : ".",
		 token_decoder(decoder));
	if (glob(pattern, 0, NULL, &found))
		return 0;
	count = found.gl_pathc;
	for (size_t i = 0; i < count && look; i++) {
		struct sample sample = {.decoder = token_decoder(decoder),
					.places = token_decoder_places(decoder)};

		snprintf(sample.path, sizeof(sample.path), "%s", found.gl_pathv[i]);
		read_file(&sample);
		look(&sample);
		free(TR_UNCONST(sample.bytes.at));
	}
	globfree(&found);
	return count;
}

size_t samples_each(void (*look)(const struct sample *sample))
{
	size_t count = 0;

	for (unsigned i = 0; token_decoder(i); i++)
		count += samples_of(i, look);
	return count;
}
