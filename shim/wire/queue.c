/* SPDX-License-Identifier: MIT */
/* See queue.h. */
#include "shim/wire/queue.h"

#include "shim/core/monotonic.h"

#define LONG_NS 1000000000u /* libzmq's own patience is longer (ZMQ_HANDSHAKE_IVL) */

void tap_queue_add(struct wire_queue *queue, struct wire *wire)
{
	wire->queued = tap_monotonic_ns();
	wire->next = NULL;
	wire->previous = queue->last;
	*(queue->last ? &queue->last->next : &queue->first) = wire;
	queue->last = wire;
}

void tap_queue_remove(struct wire_queue *queue, struct wire *wire)
{
	*(wire->previous ? &wire->previous->next : &queue->first) = wire->next;
	*(wire->next ? &wire->next->previous : &queue->last) = wire->previous;
	wire->next = wire->previous = NULL;
}

static bool is_late(const struct wire_queue *queue)
{
	return queue->first && tap_monotonic_ns() > queue->first->queued + LONG_NS;
}

struct wire *tap_queue_next(const struct wire_queue *queue)
{
	return is_late(queue) ? queue->last : queue->first;
}

struct wire *tap_queue_next_of(const struct wire_queue *queue, const struct tap_tie *tie)
{
	bool late = is_late(queue);
	struct wire *wire = late ? queue->last : queue->first;

	while (wire && wire->tie != tie)
		wire = late ? wire->previous : wire->next;
	return wire;
}
