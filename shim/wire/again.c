/* SPDX-License-Identifier: MIT */
/*
 * Connections that pass messages when another policy takes the place of the one that let them. libzmq's
 * threads sleep for as long as nobody says anything: they are woken now and then while there are such
 * connections, and the first that wakes looks for the policy, and ends what it forbids.
 */
#include "shim/wire/connection.h"

#include "shim/gss/kept.h"

#include <errno.h>

#define NAP_MS 700 /* with the time between two looks, less than a second */
#define WHY "the policy that has taken the place of the one before forbids it"

static void judge(struct wire *wire)
{
	if (wire->phase != WIRE_DATA && !(wire->phase == WIRE_HANDSHAKE && wire->established))
		return;
	if (!tap_guest_context_forbidden(wire->kept, wire->context))
		return;
	if (wire->phase == WIRE_DATA)
		tap_wire_fail(wire, WHY);
	else
		tap_wire_refuse(wire, WHY);
}

static void judge_all(void)
{
	static struct tap_lock lock;
	static uint32_t judged_by = 1;
	uint32_t generation = tap_policy_generation();
	bool passed_over = false;
	struct wire *wire;

	if (__atomic_load_n(&judged_by, __ATOMIC_ACQUIRE) >= generation || !tap_lock_soon(&lock))
		return;
	for (int fd = 0; (wire = tap_wire_next(&fd, &passed_over)); tap_wire_leave(wire))
		judge(wire);
	/* Who is busy comes again. */
	if (!passed_over)
		__atomic_store_n(&judged_by, generation, __ATOMIC_RELEASE);
	tap_unlock(&lock);
}

void tap_wire_goes_on(struct wire *wire)
{
	wire->going = true;
	__atomic_add_fetch(&tap_wires_going, 1, __ATOMIC_RELAXED);
	/* It was judged before, perhaps by the one before. */
	if (tap_policy_has_changed())
		judge(wire);
}

int tap_wire_nap(int timeout)
{
	int saved = errno;

	if (!tap_has_policy || tr_confined || !__atomic_load_n(&tap_wires_going, __ATOMIC_RELAXED))
		return timeout;
	tap_policy_notice();
	judge_all();
	errno = saved;
	return timeout < 0 || timeout > NAP_MS ? NAP_MS : timeout;
}
