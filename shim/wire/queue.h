/* SPDX-License-Identifier: MIT */
/*
 * Connections that wait for their turn, of pool.c: in the order in which they came, as libzmq would serve
 * them, until one has waited for long. Where there are more than can be served before libzmq's timer ends
 * them the newest are first; were the oldest, none would be served in time.
 */
#ifndef SHIM_WIRE_QUEUE_H
#define SHIM_WIRE_QUEUE_H

#include "shim/wire/connection.h"

struct wire_queue {
	struct wire *first, *last;
};

void tap_queue_add(struct wire_queue *queue, struct wire *wire);
void tap_queue_remove(struct wire_queue *queue, struct wire *wire);
/* Whose turn it is. NULL: nobody waits. */
struct wire *tap_queue_next(const struct wire_queue *queue);
/* The same of those of one endpoint. */
struct wire *tap_queue_next_of(const struct wire_queue *queue, const struct tap_tie *tie);

#endif
