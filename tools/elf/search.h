/* SPDX-License-Identifier: MIT */
/*
 * Where the dynamic loader of this machine finds a library (ld.so(8)), without asking it to load anything.
 */
#ifndef TOOLS_ELF_SEARCH_H
#define TOOLS_ELF_SEARCH_H

#include "tools/elf/cache.h"
#include "tools/elf/loader.h"

#include <stdbool.h>

struct elf_search {
	bool secure; /* AT_SECURE: LD_LIBRARY_PATH is ignored */
	struct elf_loader loader;
	struct elf_cache cache;
};

void elf_search_open(struct elf_search *search, bool secure);
void elf_search_close(struct elf_search *search);

/*
 * Each returns a new string, or NULL when nothing is found. origin is the directory of the object whose list
 * it is. A file of another architecture is passed over, as the loader does.
 */
char *elf_search_list(const struct elf_search *search, const char *list, const char *origin,
		      const char *name);
char *elf_search_environment(const struct elf_search *search, const char *origin, const char *name);
char *elf_search_cache(const struct elf_search *search, const char *name, bool no_defaults);
char *elf_search_defaults(const struct elf_search *search, const char *name);
/* A name with a slash in it: $ORIGIN and the like are expanded, whether or not there is such a file. */
char *elf_search_expand(const struct elf_search *search, const char *text, const char *origin);

#endif
