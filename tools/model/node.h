/* SPDX-License-Identifier: MIT */
/*
 * Tables of the model: entries found by their key in constant time and walked in the order of the keys. An
 * entry stays where it is until its list is freed, or it is dropped.
 */
#ifndef TOOLS_MODEL_NODE_H
#define TOOLS_MODEL_NODE_H

#include "tools/base/table.h"

/* Bytes that may hold anything, NUL too; one follows them. at NULL: nothing is known. */
struct model_text {
	const char *at;
	size_t length;
};

/* What every entry begins with. */
struct model_node {
	struct table_entry entry;
	uint8_t *key;
	size_t length;
	struct model_node *before, *after;
};

/* Zeros are an empty list. */
struct model_list {
	struct table table;
	struct model_node *first;
	bool sorted;
};

/* A key is put together out of parts, so that no two lists of parts make one. */
#define MODEL_KEY 512
struct model_key {
	uint8_t bytes[MODEL_KEY], *at; /* at: bytes, or allocated where that is too small */
	size_t length, room;
	bool failed;
};
void model_key_begin(struct model_key *key);
void model_key_text(struct model_key *key, struct model_text text);
void model_key_number(struct model_key *key, uint64_t number);
void model_key_end(struct model_key *key);

/* The entry of this key, or NULL. */
void *model_node_find(const struct model_list *list, const struct model_key *key);
/* The same, made of `size` zeros when there is none; *made says which. NULL: no memory. */
void *model_node_get(struct model_list *list, const struct model_key *key, size_t size, bool *made);
/* Takes it out; the caller frees what is in it, then model_node_free. */
void model_node_drop(struct model_list *list, struct model_node *node);
void model_node_free(struct model_node *node);
void model_list_free(struct model_list *list, void (*release)(void *entry));

/* Every entry in the order of keys. */
void model_each(struct model_list *list, void (*visit)(void *entry, void *context), void *context);

/* Replaces *at by a copy; nothing known: leaves it. False: no memory. */
bool model_text_set(struct model_text *at, struct model_text text);
void model_text_free(struct model_text *at);
bool model_text_same(struct model_text a, struct model_text b);
bool model_text_is(struct model_text text, const char *word);

#endif
