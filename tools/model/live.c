/* SPDX-License-Identifier: MIT */
/*
 * Handles: they are dropped when the traces say that they ended, so that memory follows what is open at one
 * time.
 */
#include "tools/model/live.h"

#include <stdlib.h>

static void key_of(struct sum_key *key, const struct tr_event *event, uint64_t handle)
{
	sum_key_begin(key);
	sum_key_number(key, event->file);
	sum_key_number(key, event->interface);
	sum_key_number(key, event->head.pid);
	sum_key_number(key, handle);
}

struct sum_handle *sum_handle_known(const struct sum_list *list, const struct tr_event *event,
				    uint64_t handle)
{
	struct sum_handle *found;
	struct sum_key key;

	key_of(&key, event, handle);
	found = sum_node_find(list, &key);
	sum_key_end(&key);
	return found;
}

struct sum_handle *sum_handle(struct summary *s, struct sum_list *list, const struct tr_event *event,
			      uint64_t handle)
{
	struct sum_handle *found;
	struct sum_key key;
	bool made;

	key_of(&key, event, handle);
	found = sum_node_get(list, &key, sizeof(*found), &made);
	sum_key_end(&key);
	s->failed |= !found;
	return found;
}

void sum_uses_end(struct sum_handle *socket, const struct sum_endpoint *only, uint64_t time)
{
	for (struct sum_use **at = &socket->uses, *use; (use = *at);) {
		if (only && use->endpoint != only) {
			at = &use->next;
			continue;
		}
		if (use->endpoint->tally.open)
			use->endpoint->tally.open--;
		use->endpoint->tally.last = time;
		*at = use->next;
		free(use);
	}
}

void sum_handle_release(void *at)
{
	struct sum_handle *handle = at;

	for (struct sum_use *use = handle->uses, *next; use; use = next) {
		next = use->next;
		free(use);
	}
}

void sum_handle_drop(struct sum_list *list, struct sum_handle *handle)
{
	sum_node_drop(list, &handle->node);
	sum_handle_release(handle);
	sum_node_free(&handle->node);
}
