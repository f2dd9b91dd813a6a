/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as ld.so.cache: every name is found or not, within the bytes. What is found is a string that ends
 * in them. The seeds are a cache of ldconfig's with two libraries, one for a hardware level, and what mutated
 * from it.
 */
#include "tools/elf/cache.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"libzmq.so.5", "libc.so.6", ""};
	char *level = (char *)"x86-64-v3";
	struct list none = {0}, levels = {&level, 1};
	struct elf_cache cache;
	char path[64];
	int fd = memfd_create("cache", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		__builtin_trap();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	elf_cache_open(&cache, path);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *plain = elf_cache_find(&cache, names[i], 0x0303, &none);
		const char *best = elf_cache_find(&cache, names[i], 0x0303, &levels);

		if ((plain && strlen(plain) > size) || (best && strlen(best) > size) || (plain && !best))
			__builtin_trap();
	}
	elf_cache_close(&cache);
	close(fd);
	return 0;
}
