/* SPDX-License-Identifier: MIT */
/* See contexts.h. As in origin.c, a process is a file, an interface of it and a pid. */
#include "tools/view/contexts.h"

#include <stdlib.h>

#define CONTEXTS_MOST 1024

struct known {
	uint32_t file, interface, pid;
	uint64_t handle;
	uint64_t used; /* counts uses of all; 0: free */
	struct keys_session *session;
};

struct contexts {
	struct token_keys *keys;
	uint64_t uses;
	struct known known[CONTEXTS_MOST];
};

struct contexts *contexts_new(struct token_keys *keys)
{
	struct contexts *contexts = calloc(1, sizeof(*contexts));

	if (contexts)
		contexts->keys = keys;
	return contexts;
}

static void forget(struct contexts *contexts, struct known *known)
{
	keys_session_free(contexts->keys, known->session);
	*known = (struct known){0};
}

void contexts_free(struct contexts *contexts)
{
	if (!contexts)
		return;
	for (size_t i = 0; i < CONTEXTS_MOST; i++)
		forget(contexts, &contexts->known[i]);
	free(contexts);
}

/* The one of this event, else the one to be used for it. */
static struct known *look(struct contexts *contexts, const struct tr_event *event, uint64_t handle,
			  bool *there)
{
	struct known *oldest = contexts->known;

	for (struct known *at = contexts->known; at < contexts->known + CONTEXTS_MOST; at++) {
		*there = at->used && at->handle == handle && at->pid == event->head.pid &&
			 at->file == event->file && at->interface == event->interface;
		if (*there)
			return at;
		if (at->used < oldest->used)
			oldest = at;
	}
	return oldest;
}

static bool handle_of(const struct tr_event *event, uint64_t *handle)
{
	struct tr_value value;

	if (!tr_event_find(event, TR_F_CONTEXT, &value))
		return false;
	*handle = tr_value_uint(&value);
	return *handle;
}

struct keys_session *contexts_session(struct contexts *contexts, const struct tr_event *event)
{
	struct known *known;
	uint64_t handle;
	bool there;

	if (!handle_of(event, &handle))
		return NULL;
	known = look(contexts, event, handle, &there);
	if (!there) {
		forget(contexts, known);
		*known = (struct known){.file = event->file,
					.interface = event->interface,
					.pid = event->head.pid,
					.handle = handle,
					.session = keys_session_new(contexts->keys)};
	}
	known->used = ++contexts->uses;
	return known->session;
}

void contexts_end(struct contexts *contexts, const struct tr_event *event)
{
	struct known *known;
	uint64_t handle;
	bool there;

	if (event->head.event != TR_E_call || event->head.call != TR_gss_delete_sec_context ||
	    !handle_of(event, &handle))
		return;
	known = look(contexts, event, handle, &there);
	if (there)
		forget(contexts, known);
}
