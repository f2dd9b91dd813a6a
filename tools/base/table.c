/* SPDX-License-Identifier: MIT */
/*
 * See table.h. Chains, doubled when there are as many entries as buckets.
 */
#include "tools/base/table.h"

#include <stdlib.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define FIRST 64

uint64_t table_hash(const void *key, size_t length)
{
	static uint64_t seed;

	/* Should there be no randomness, the tables still work. */
	if (!seed && (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) != sizeof(seed) || !seed))
		seed = 1;
	return XXH3_64bits_withSeed(key, length, seed);
}

void *table_find(const struct table *table, uint64_t hash,
		 bool (*same)(const struct table_entry *entry, const void *key), const void *key)
{
	struct table_entry *entry = table->room ? table->buckets[hash & (table->room - 1)] : NULL;

	while (entry && (entry->hash != hash || !same(entry, key)))
		entry = entry->next;
	return entry;
}

static void put(struct table_entry **buckets, size_t room, struct table_entry *entry)
{
	struct table_entry **bucket = &buckets[entry->hash & (room - 1)];

	entry->next = *bucket;
	*bucket = entry;
}

static bool grow(struct table *table)
{
	size_t room = table->room ? 2 * table->room : FIRST;
	struct table_entry **buckets = calloc(room, sizeof(struct table_entry *));

	if (!buckets)
		return false;
	for (size_t i = 0; i < table->room; i++)
		for (struct table_entry *entry = table->buckets[i], *next; entry; entry = next) {
			next = entry->next;
			put(buckets, room, entry);
		}
	free(table->buckets);
	table->buckets = buckets;
	table->room = room;
	return true;
}

bool table_add(struct table *table, struct table_entry *entry, uint64_t hash)
{
	if (table->count >= table->room && !grow(table))
		return false;
	entry->hash = hash;
	put(table->buckets, table->room, entry);
	table->count++;
	return true;
}

void table_remove(struct table *table, struct table_entry *entry)
{
	struct table_entry **at = &table->buckets[entry->hash & (table->room - 1)];

	while (*at != entry)
		at = &(*at)->next;
	*at = entry->next;
	table->count--;
}

void table_free(struct table *table, void (*release)(struct table_entry *entry))
{
	for (size_t i = 0; i < table->room; i++)
		for (struct table_entry *entry = table->buckets[i], *next; entry; entry = next) {
			next = entry->next;
			release(entry);
		}
	free(table->buckets);
	*table = (struct table){0};
}
