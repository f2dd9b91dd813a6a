/* SPDX-License-Identifier: MIT */
/*
 * /etc/ld.so.cache as the dynamic loader reads it: which path a soname has on this machine.
 */
#ifndef TOOLS_ELF_CACHE_H
#define TOOLS_ELF_CACHE_H

#include "tools/base/list.h"

#include <stddef.h>
#include <stdint.h>

struct elf_cache {
	char *bytes;
	size_t size;
	size_t start; /* of the new format's header */
};

/* An unreadable or damaged cache is an empty one, as it is for the loader. */
void elf_cache_open(struct elf_cache *cache, const char *path);
void elf_cache_close(struct elf_cache *cache);

/*
 * The path of a soname for libraries with these flags (as ldconfig -p shows them: 0x0303 is libc6,x86-64).
 * Among several, the one for the best of the hardware levels in levels (best first). NULL when there is none;
 * else a pointer into the cache.
 */
const char *elf_cache_find(const struct elf_cache *cache, const char *soname, uint32_t flags,
			   const struct list *levels);

#endif
