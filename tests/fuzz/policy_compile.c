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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static FILE *nowhere;
	struct pol pol;
	void *image;
	size_t len;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	if (pol_compile_text("fuzz", (const char *)data, size, &image, &len, nowhere))
		return 0;
	if (pol_open(&pol, image, len))
		__builtin_trap();
	pol_rules(&pol);
	free(image);
	return 0;
}
