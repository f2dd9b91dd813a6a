/* SPDX-License-Identifier: MIT */
/*
 * What an I/O thread asks of the pool, until it is about to wait again: what has come for many connections at
 * once it is told in no order that means anything, so their steps are handed over in the order in which the
 * connections were made. A libzmq that does not wait by epoll hands over each at once.
 */
#include "shim/wire/connection.h"

#include <errno.h>

static __thread struct wire *batch;
static __thread bool waits_by_epoll;

/* False: that it is about to wait is not to be seen. */
static bool put(struct wire *wire)
{
	struct wire **at = &batch;

	if (!waits_by_epoll)
		return false;
	while (*at && (*at)->begun <= wire->begun)
		at = &(*at)->next;
	wire->next = *at;
	*at = wire;
	wire->references++;
	return true;
}

bool tap_wire_step(struct wire *wire)
{
	wire->stepping = true;
	return wire->pushing || put(wire) || tap_wire_submit(wire);
}

static void submit(struct wire *wire)
{
	while (!tap_lock(&wire->lock))
		;
	if (wire->closed || wire->phase == WIRE_DEAD)
		wire->stepping = false;
	else if (!tap_wire_submit(wire))
		tap_wire_fail(wire, "there is no thread for the next token");
	tap_wire_release(wire);
}

void tap_wire_batch_end(void)
{
	int saved = errno;
	struct wire *wire;

	while ((wire = batch)) {
		batch = wire->next;
		wire->next = NULL;
		submit(wire);
	}
	errno = saved;
}

void tap_wire_about_to_wait(void)
{
	waits_by_epoll = true;
	tap_wire_batch_end();
}
