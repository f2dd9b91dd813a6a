/* SPDX-License-Identifier: MIT */
/*
 * Reads ld.so.cache, format "glibc-ld.so.cache1.1" (glibc, sysdeps/generic/dl-cache.h); see cache.h.
 *
 * A 48-byte header, then 24-byte entries, then strings and extensions; offsets count from the header. A file
 * made for old loaders too has that format after the old one.
 */
#include "tools/elf/cache.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "glibc-ld.so.cache1.1"
#define HEADER 48
#define EXTENSION_MAGIC 0xeaa42174u
#define HWCAP_EXTENSION                                                                                      \
	(1u << 30) /* in the upper word of hwcap: the lower word numbers a glibc-hwcaps directory */
#define CACHE_MAX (64u << 20)

struct entry {
	uint32_t flags, key, value, osversion;
	uint64_t hwcap;
};

static uint32_t word(const struct elf_cache *cache, uint64_t at)
{
	uint32_t value = 0;

	if (cache->size - cache->start >= 4 && at <= cache->size - cache->start - 4)
		memcpy(&value, cache->bytes + cache->start + at, sizeof(value));
	return value;
}

static const char *string(const struct elf_cache *cache, uint64_t at)
{
	/* One NUL was put behind the last byte. */
	return at < cache->size - cache->start ? cache->bytes + cache->start + at : "";
}

void elf_cache_open(struct elf_cache *cache, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	char *new;

	*cache = (struct elf_cache){0};
	if (fd >= 0 && !fstat(fd, &status) && status.st_size > HEADER && status.st_size < CACHE_MAX) {
		cache->bytes = must_calloc(1, status.st_size + 1);
		if (read(fd, cache->bytes, status.st_size) == status.st_size)
			cache->size = status.st_size;
	}
	if (fd >= 0)
		close(fd);
	new = cache->size ? memmem(cache->bytes, cache->size, MAGIC, strlen(MAGIC)) : NULL;
	cache->start = new ? (size_t)(new - cache->bytes) : cache->size;
}

void elf_cache_close(struct elf_cache *cache)
{
	free(cache->bytes);
}

/* The name of a glibc-hwcaps directory by its number. */
static const char *level_name(const struct elf_cache *cache, uint32_t number)
{
	uint64_t extension = word(cache, 32);

	if (!extension || word(cache, extension) != EXTENSION_MAGIC)
		return "";
	for (uint32_t i = 0, count = word(cache, extension + 4); i < count && i < 64; i++) {
		uint64_t section = extension + 8 + 16ull * i;

		if (word(cache, section) == 1 &&
		    number < word(cache, section + 12) / 4) /* tag: glibc_hwcaps */
			return string(cache, word(cache, word(cache, section + 8) + 4ull * number));
	}
	return "";
}

/* 0 is best; -1: not for this machine. */
static int rank(const struct elf_cache *cache, uint64_t hwcap, const struct list *levels)
{
	if (hwcap && hwcap >> 42 != HWCAP_EXTENSION >> 10)
		return -1; /* a legacy hwcap directory, or something newer than this */
	if (!hwcap)
		return levels->count;
	for (size_t i = 0; i < levels->count; i++)
		if (!strcmp(levels->items[i], level_name(cache, (uint32_t)hwcap)))
			return i;
	return -1;
}

const char *elf_cache_find(const struct elf_cache *cache, const char *soname, uint32_t flags,
			   const struct list *levels)
{
	uint64_t count = word(cache, 20), room = cache->size - cache->start;
	const char *best = NULL;
	int best_rank = -1;

	if (room < HEADER)
		return NULL;
	if (count > (room - HEADER) / sizeof(struct entry))
		count = (room - HEADER) / sizeof(struct entry);
	for (uint64_t i = 0; i < count; i++) {
		struct entry entry;
		int mine;

		memcpy(&entry, cache->bytes + cache->start + HEADER + i * sizeof(entry), sizeof(entry));
		if (entry.flags != flags || strcmp(string(cache, entry.key), soname))
			continue;
		mine = rank(cache, entry.hwcap, levels);
		if (mine >= 0 && (best_rank < 0 || mine < best_rank)) {
			best_rank = mine;
			best = string(cache, entry.value);
		}
	}
	return best;
}
