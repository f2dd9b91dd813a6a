/* SPDX-License-Identifier: MIT */
/*
 * See node.h. Lists are sorted when they are walked, not before: that costs nothing while a trace is read.
 */
#include "tools/model/node.h"

#include "trace/unconst.h"

#include <stdlib.h>
#include <string.h>

void model_key_begin(struct model_key *key)
{
	key->at = key->bytes;
	key->length = 0;
	key->room = sizeof(key->bytes);
	key->failed = false;
}

static void add(struct model_key *key, const void *bytes, size_t length)
{
	if (key->failed || !length)
		return;
	if (length > key->room - key->length) {
		size_t room = 2 * (key->length + length);
		uint8_t *more = key->at == key->bytes ? malloc(room) : realloc(key->at, room);

		key->failed = !more;
		if (!more)
			return;
		if (key->at == key->bytes)
			memcpy(more, key->bytes, key->length);
		key->at = more;
		key->room = room;
	}
	memcpy(key->at + key->length, bytes, length);
	key->length += length;
}

/* A NUL in a text is two bytes and ends are one that comes before all others: so keys sort as their texts do.
 */
void model_key_text(struct model_key *key, struct model_text text)
{
	static const uint8_t escaped[] = {0, 1}, end[] = {0, 0};
	const char *at = text.at, *nul;
	size_t left = text.at ? text.length : 0;

	for (; left && (nul = memchr(at, 0, left)); left -= (size_t)(nul + 1 - at), at = nul + 1) {
		add(key, at, (size_t)(nul - at));
		add(key, escaped, sizeof(escaped));
	}
	add(key, at, left);
	add(key, end, sizeof(end));
	add(key, text.at ? "1" : "0", 1);
}

void model_key_number(struct model_key *key, uint64_t number)
{
	uint64_t big = __builtin_bswap64(number);

	add(key, &big, sizeof(big));
}

void model_key_end(struct model_key *key)
{
	if (key->at != key->bytes)
		free(key->at);
	key->at = NULL;
}

static bool same(const struct table_entry *entry, const void *at)
{
	const struct model_node *node = (const struct model_node *)entry;
	const struct model_key *key = at;

	return node->length == key->length && !memcmp(node->key, key->at, key->length);
}

void *model_node_find(const struct model_list *list, const struct model_key *key)
{
	return key->failed ? NULL : table_find(&list->table, table_hash(key->at, key->length), same, key);
}

void *model_node_get(struct model_list *list, const struct model_key *key, size_t size, bool *made)
{
	struct model_node *node = model_node_find(list, key);

	*made = false;
	if (node || key->failed)
		return node;
	node = calloc(1, size);
	if (!node)
		return NULL;
	node->key = malloc(key->length ? key->length : 1);
	if (!node->key || !table_add(&list->table, &node->entry, table_hash(key->at, key->length))) {
		model_node_free(node);
		return NULL;
	}
	memcpy(node->key, key->at, key->length);
	node->length = key->length;
	node->after = list->first;
	if (list->first)
		list->first->before = node;
	list->first = node;
	list->sorted = false;
	*made = true;
	return node;
}

void model_node_drop(struct model_list *list, struct model_node *node)
{
	table_remove(&list->table, &node->entry);
	if (node->before)
		node->before->after = node->after;
	else
		list->first = node->after;
	if (node->after)
		node->after->before = node->before;
}

void model_node_free(struct model_node *node)
{
	free(node->key);
	free(node);
}

void model_list_free(struct model_list *list, void (*release)(void *entry))
{
	for (struct model_node *node = list->first, *after; node; node = after) {
		after = node->after;
		if (release)
			release(node);
		model_node_free(node);
	}
	free(list->table.buckets);
	*list = (struct model_list){0};
}

static int by_key(const void *left, const void *right)
{
	const struct model_node *a = *(struct model_node *const *)left,
				*b = *(struct model_node *const *)right;
	int order = memcmp(a->key, b->key, a->length < b->length ? a->length : b->length);

	return order ? order : (a->length > b->length) - (a->length < b->length);
}

/* Without memory for it the order is that of their making. */
static void sort(struct model_list *list)
{
	struct model_node **all = list->table.count ? calloc(list->table.count, sizeof(*all)) : NULL,
			  **at = all;

	list->sorted = true;
	if (!all)
		return;
	for (struct model_node *node = list->first; node; node = node->after)
		*at++ = node;
	qsort(all, list->table.count, sizeof(*all), by_key);
	for (size_t i = 0; i < list->table.count; i++) {
		all[i]->before = i ? all[i - 1] : NULL;
		all[i]->after = i + 1 < list->table.count ? all[i + 1] : NULL;
	}
	list->first = all[0];
	free(all);
}

void model_each(struct model_list *list, void (*visit)(void *entry, void *context), void *context)
{
	if (!list->sorted)
		sort(list);
	for (struct model_node *node = list->first; node; node = node->after)
		visit(node, context);
}

bool model_text_same(struct model_text a, struct model_text b)
{
	return !a.at == !b.at && a.length == b.length && (!a.at || !memcmp(a.at, b.at, a.length));
}

bool model_text_is(struct model_text text, const char *word)
{
	return text.at && text.length == strlen(word) && !memcmp(text.at, word, text.length);
}

bool model_text_set(struct model_text *at, struct model_text text)
{
	char *copy;

	if (!text.at || model_text_same(*at, text))
		return true;
	copy = malloc(text.length + 1);
	if (!copy)
		return false;
	memcpy(copy, text.at, text.length);
	copy[text.length] = 0;
	free(TR_UNCONST(at->at));
	*at = (struct model_text){copy, text.length};
	return true;
}

void model_text_free(struct model_text *at)
{
	free(TR_UNCONST(at->at));
	*at = (struct model_text){0};
}
