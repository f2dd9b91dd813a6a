/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a RUNPATH, and as a name with tokens in it: each directory is tried, in time that grows with
 * the length. The first line is the list, the second the directory of the object ($ORIGIN).
 */
#include "tools/elf/search.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct elf_search search = {
		.loader = {.lib = (char *)"lib/x86_64-linux-gnu", .platform = (char *)"x86_64"}};
	char *list = must_calloc(1, size + 1), *origin = list, *found;

	memcpy(list, data, size);
	origin += strcspn(list, "\n");
	if (*origin)
		*origin++ = 0;
	found = elf_search_list(&search, list, origin, "libnowhere-of-all.so.9");
	if (found)
		__builtin_trap(); /* there is no such file */
	found = elf_search_expand(&search, list, origin);
	if (!found || strlen(found) > 65536)
		__builtin_trap();
	free(found);
	free(list);
	return 0;
}
