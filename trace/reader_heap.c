/* SPDX-License-Identifier: MIT */
/*
 * A binary heap of what comes next. Equal times go by sequence number, so that a token event precedes its
 * call.
 */
#include "trace/reader_private.h"

#include <stdlib.h>

static bool before(const struct tr_node *a, const struct tr_node *b)
{
	return a->time != b->time ? a->time < b->time : a->seq < b->seq;
}

bool tr_heap_push(struct tr_heap *heap, struct tr_node node)
{
	size_t at = heap->count;

	if (heap->count == heap->room) {
		size_t room = heap->room ? 2 * heap->room : 16;
		struct tr_node *nodes = reallocarray(heap->nodes, room, sizeof(*nodes));

		if (!nodes)
			return false;
		heap->nodes = nodes;
		heap->room = room;
	}
	heap->count++;
	for (; at && before(&node, &heap->nodes[(at - 1) / 2]); at = (at - 1) / 2)
		heap->nodes[at] = heap->nodes[(at - 1) / 2];
	heap->nodes[at] = node;
	return true;
}

void tr_heap_replace_first(struct tr_heap *heap, struct tr_node node)
{
	size_t at = 0, child;

	for (; (child = 2 * at + 1) < heap->count; at = child) {
		if (child + 1 < heap->count && before(&heap->nodes[child + 1], &heap->nodes[child]))
			child++;
		if (!before(&heap->nodes[child], &node))
			break;
		heap->nodes[at] = heap->nodes[child];
	}
	heap->nodes[at] = node;
}

void tr_heap_pop(struct tr_heap *heap)
{
	if (--heap->count)
		tr_heap_replace_first(heap, heap->nodes[heap->count]);
}
