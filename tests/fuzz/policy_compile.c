/* SPDX-License-Identifier: MIT */
/*
 * Any text: the compiler complains or makes an image that pol_open takes up; it never crashes, hangs or does
 * both.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "policy/compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void take(struct pol_complaints *complaints, const char *line)
{
	(void)complaints;
	if (!*line)
		__builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pol_complaints complaints = {take};
	struct pol pol;
	void *image;
	size_t len;

	if (pol_compile_text("fuzz", (const char *)data, size, &image, &len, &complaints))
		return 0;
	if (pol_open(&pol, image, len))
		__builtin_trap();
	pol_rules(&pol);
	free(image);
	return 0;
}
