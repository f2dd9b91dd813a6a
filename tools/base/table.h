/* SPDX-License-Identifier: MIT */
/*
 * A hash table of entries that its user allocates, each beginning with struct table_entry. The hash has a
 * secret seed, so that a hostile file cannot choose keys that collide: what is looked up costs the same
 * whatever is in it.
 */
#ifndef TOOLS_BASE_TABLE_H
#define TOOLS_BASE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct table_entry {
	struct table_entry *next;
	uint64_t hash;
};

/* Zeros are an empty table. */
struct table {
	struct table_entry **buckets;
	size_t room, count;
};

uint64_t table_hash(const void *key, size_t length);

/* The entry with this hash that `same` takes for the key's, or NULL. */
void *table_find(const struct table *table, uint64_t hash,
		 bool (*same)(const struct table_entry *entry, const void *key), const void *key);

/* Adds an entry whose key is not in the table. False: no memory. */
bool table_add(struct table *table, struct table_entry *entry, uint64_t hash);

void table_remove(struct table *table, struct table_entry *entry);

/* Gives every entry to `release` and forgets them. */
void table_free(struct table *table, void (*release)(struct table_entry *entry));

#endif
