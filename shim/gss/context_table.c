/* SPDX-License-Identifier: MIT */
/*
 * The security contexts of the process by the library's handle, and what each has carried so far.
 *
 * Handles are used again after a deletion, so an entry goes with its context; a context that is not in the
 * table (made before us, or no room) is simply not summed up: it is not what one is judged by.
 */
#include "shim/gss/context.h"

#include <string.h>
#include <sys/mman.h>

#define BUCKETS 512
#define PER_BLOCK 64

static struct {
	struct tap_lock lock;
	struct context *first;
} buckets[BUCKETS];

static struct tap_lock spare_lock;
static struct context *spares;

unsigned tap_contexts_unjudged; /* in the table */

static unsigned bucket_of(gss_ctx_id_t handle)
{
	uintptr_t x = (uintptr_t)handle >> 4;

	return (unsigned)((x ^ x >> 9) % BUCKETS);
}

struct context *tap_context_new(void)
{
	struct context *c, *block;

	if (!tap_lock(&spare_lock))
		return NULL;
	if (!spares) {
		block = mmap(NULL, PER_BLOCK * sizeof(*block), PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		for (int i = 0; block != MAP_FAILED && i < PER_BLOCK; i++) {
			block[i].next = spares;
			spares = &block[i];
		}
	}
	c = spares;
	if (c)
		spares = c->next;
	tap_unlock(&spare_lock);
	if (c)
		memset(c, 0, sizeof(*c));
	return c;
}

void tap_context_free(struct context *c)
{
	if (!tap_lock(&spare_lock))
		return;
	c->next = spares;
	spares = c;
	tap_unlock(&spare_lock);
}

struct context *tap_context_take(gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);
	struct context **at, *c;

	if (!handle || !tap_lock(&buckets[b].lock))
		return NULL;
	for (at = &buckets[b].first; (c = *at) && c->handle != handle; at = &c->next)
		;
	if (c)
		*at = c->next;
	if (c && c->unjudged)
		__atomic_sub_fetch(&tap_contexts_unjudged, 1, __ATOMIC_RELAXED);
	tap_unlock(&buckets[b].lock);
	return c;
}

void tap_context_enter(struct context *c, gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);

	c->handle = handle;
	if (!tap_lock(&buckets[b].lock))
		return;
	c->next = buckets[b].first;
	buckets[b].first = c;
	if (c->unjudged)
		__atomic_add_fetch(&tap_contexts_unjudged, 1, __ATOMIC_RELAXED);
	tap_unlock(&buckets[b].lock);
}

bool tap_context_is_unjudged(gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);
	struct context *c;
	bool unjudged;

	if (!tap_lock(&buckets[b].lock))
		return false;
	for (c = buckets[b].first; c && c->handle != handle; c = c->next)
		;
	unjudged = c && c->unjudged;
	tap_unlock(&buckets[b].lock);
	return unjudged;
}

void tap_context_count(gss_ctx_id_t handle, bool outbound, size_t bytes)
{
	unsigned b = bucket_of(handle);
	struct context *c;
	int ready = -1;

	if (!tap_lock(&buckets[b].lock))
		return;
	for (c = buckets[b].first; c && c->handle != handle; c = c->next)
		;
	if (c && outbound) {
		c->out_calls++;
		c->out_bytes += bytes;
	} else if (c) {
		if (!c->in_calls++ && c->tie)
			ready = c->fd;
		c->in_bytes += bytes;
	}
	tap_unlock(&buckets[b].lock);
	if (ready >= 0)
		tap_line_established(ready);
}

/*
 * What the socket was subscribed to when a connection began, it says anew on it. libzmq attaches the first
 * connection of a connect at once, others when they are there, which is when READY is wrapped.
 */
static uint64_t attach(struct context *c)
{
	uint64_t attached = c->tie->attached ? c->tie->attached : tap_subscriptions_now() + 1;

	((struct tap_tie *)c->tie)->attached = 0;
	return attached;
}

static bool first_time(struct context *c, uint64_t topic, uint64_t since)
{
	if (since >= c->attached || c->topic_count == sizeof(c->topics) / sizeof(c->topics[0]))
		return false;
	for (unsigned i = 0; i < c->topic_count; i++)
		if (c->topics[i] == topic)
			return false;
	c->topics[c->topic_count++] = topic;
	return true;
}

bool tap_context_first_time(gss_ctx_id_t handle, uint64_t topic, uint64_t since)
{
	unsigned b = bucket_of(handle);
	bool first = false;
	struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return false;
	for (c = buckets[b].first; c && c->handle != handle; c = c->next)
		;
	if (c && c->tie)
		first = first_time(c, topic, since);
	tap_unlock(&buckets[b].lock);
	return first;
}

const struct tap_tie *tap_context_tie(gss_ctx_id_t handle, bool outbound, int *fd, bool *ready)
{
	const struct tap_tie *tie = NULL;
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return NULL;
	for (c = buckets[b].first; c && c->handle != handle; c = c->next)
		;
	if (c && c->tie) {
		tie = c->tie;
		if (outbound && !c->attached)
			c->attached = attach(c);
		*fd = c->fd;
		*ready =
			(outbound ? c->out_calls : c->in_calls) > 0; /* the first message each way is READY */
	}
	tap_unlock(&buckets[b].lock);
	return tie;
}

void tap_context_stands_in(gss_ctx_id_t handle, const struct tap_tie *tie, int fd)
{
	struct context *c = tap_context_new();

	if (!c)
		return;
	c->tie = tie;
	c->fd = fd;
	tap_context_enter(c, handle);
}

void tap_context_forget(gss_ctx_id_t handle)
{
	struct context *c = tap_context_take(handle);

	if (c)
		tap_context_free(c);
}
