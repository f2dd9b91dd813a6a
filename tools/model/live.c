/* SPDX-License-Identifier: MIT */
/*
 * Handles: they are dropped when the traces say that they ended, so that memory follows what is open at one
 * time.
 */
#include "tools/model/live.h"

#include "tools/model/zmq.h"

#include <stdlib.h>

static void key_of(struct model_key *key, uint64_t image, uint64_t handle)
{
	model_key_begin(key);
	model_key_number(key, image);
	model_key_number(key, handle);
}

struct model_handle *model_handle_of(const struct model_list *list, uint64_t image, uint64_t handle)
{
	struct model_handle *found;
	struct model_key key;

	key_of(&key, image, handle);
	found = model_node_find(list, &key);
	model_key_end(&key);
	return found;
}

struct model_handle *model_handle_known(const struct model_list *list, const struct model_process *process,
					uint64_t handle)
{
	return model_handle_of(list, process->image, handle);
}

struct model_handle *model_handle(struct model *model, struct model_list *list,
				  const struct model_process *process, uint64_t handle)
{
	struct model_handle *found;
	struct model_key key;
	bool made;

	key_of(&key, process->image, handle);
	found = model_node_get(list, &key, sizeof(*found), &made);
	model_key_end(&key);
	model->failed |= !found;
	return found;
}

void model_uses_end(struct model_handle *socket, const struct model_endpoint *only, uint64_t time)
{
	for (struct model_use **at = &socket->uses, *use; (use = *at);) {
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

void model_handle_release(void *at)
{
	struct model_handle *handle = at;

	for (struct model_use *use = handle->uses, *next; use; use = next) {
		next = use->next;
		free(use);
	}
	if (handle->options)
		model_zmq_options_free(handle->options);
	free(handle->options);
	model_text_free(&handle->begun_with);
}

void model_handle_drop(struct model_list *list, struct model_handle *handle)
{
	model_node_drop(list, &handle->node);
	model_handle_release(handle);
	model_node_free(&handle->node);
}

void model_known_release(void *known)
{
	model_text_free(&((struct model_known *)known)->boot);
}

void model_about_free(struct model_about *about)
{
	model_text_free(&about->family);
	model_text_free(&about->object);
	model_text_free(&about->library);
	model_text_free(&about->why);
}

void model_gap_free(void *at)
{
	model_about_free(&((struct model_gap *)at)->about);
}
