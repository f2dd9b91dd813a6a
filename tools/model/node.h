/* SPDX-License-Identifier: MIT */
/*
 * Tables of the model: entries found by their key in constant time and walked in the order of the keys. An
 * entry stays where it is until its list is freed, or it is dropped.
 */
#ifndef TOOLS_MODEL_NODE_H
#define TOOLS_MODEL_NODE_H

#include "tools/base/table.h"

/* Bytes that may hold anything, NUL too; one follows them. at NULL: nothing is known. */
struct sum_text {
	char *at;
	size_t length;
};

/* What every entry begins with. */
struct sum_node {
	struct table_entry entry;
	uint8_t *key;
	size_t length;
	struct sum_node *before, *after;
};

/* Zeros are an empty list. */
struct sum_list {
	struct table table;
	struct sum_node *first;
	bool sorted;
};

/* A key is put together out of parts, so that no two lists of parts make one. */
#define SUM_KEY 512
struct sum_key {
	uint8_t bytes[SUM_KEY], *at; /* at: bytes, or allocated where that is too small */
	size_t length, room;
	bool failed;
};
void sum_key_begin(struct sum_key *key);
void sum_key_text(struct sum_key *key, struct sum_text text);
void sum_key_number(struct sum_key *key, uint64_t number);
void sum_key_end(struct sum_key *key);

/* The entry of this key, or NULL. */
void *sum_node_find(const struct sum_list *list, const struct sum_key *key);
/* The same, made of `size` zeros when there is none; *made says which. NULL: no memory. */
void *sum_node_get(struct sum_list *list, const struct sum_key *key, size_t size, bool *made);
/* Takes it out; the caller frees what is in it, then sum_node_free. */
void sum_node_drop(struct sum_list *list, struct sum_node *node);
void sum_node_free(struct sum_node *node);
void sum_list_free(struct sum_list *list, void (*release)(void *entry));

/* Every entry in the order of keys. */
void sum_each(struct sum_list *list, void (*visit)(void *entry, void *context), void *context);

/* Replaces *at by a copy; nothing known: leaves it. False: no memory. */
bool sum_text_set(struct sum_text *at, struct sum_text text);
void sum_text_free(struct sum_text *at);
bool sum_text_same(struct sum_text a, struct sum_text b);

#endif
