/* SPDX-License-Identifier: MIT */
/*
 * Connections that pass messages when another policy takes the place of the one that let them, or when they
 * are too old for it. libzmq's threads sleep for as long as nobody says anything: they are woken now and then
 * while there are such connections, and the first that wakes looks for the policy and the time, and ends what
 * is forbidden.
 */
#include "shim/auth/brake.h"
#include "shim/wire/connection.h"

#include "shim/gss/age.h"

#include <errno.h>

#define NAP_MS 700 /* with the time between two looks, less than a second */

static uint64_t next_end; /* of a connection, by tap_age_clock; 0: none has one */

/* Somebody is to look at it then. */
static void come_at(uint64_t end)
{
	uint64_t next = __atomic_load_n(&next_end, __ATOMIC_RELAXED);

	while (end && (!next || end < next) &&
	       !__atomic_compare_exchange_n(&next_end, &next, end, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

static void judge(struct wire *wire)
{
	const char *why;
	uint64_t end;

	if (wire->phase != WIRE_DATA && !(wire->phase == WIRE_HANDSHAKE && wire->established))
		return;
	why = tap_wire_gss_forbidden(wire, &end);
	if (!why)
		come_at(end);
	else if (wire->phase == WIRE_DATA)
		tap_wire_fail(wire, why);
	else
		tap_wire_refuse(wire, why);
}

static void judge_all(void)
{
	static struct tap_lock lock;
	static uint32_t judged_by = 1;
	uint32_t generation = tap_policy_generation();
	bool changed = __atomic_load_n(&judged_by, __ATOMIC_ACQUIRE) < generation;
	bool aged = tap_age_is_reached(__atomic_load_n(&next_end, __ATOMIC_RELAXED));
	bool passed_over = false;
	struct wire *wire;

	if ((!changed && !aged) || !tap_lock_soon(&lock))
		return;
	__atomic_store_n(&next_end, 0, __ATOMIC_RELAXED);
	for (int fd = 0; (wire = tap_wire_next(&fd, &passed_over)); tap_wire_leave(wire))
		judge(wire);
	/* Who is busy comes again. */
	if (passed_over)
		come_at(tap_age_clock());
	else
		__atomic_store_n(&judged_by, generation, __ATOMIC_RELEASE);
	tap_unlock(&lock);
}

void tap_wire_goes_on(struct wire *wire)
{
	wire->going = true;
	__atomic_add_fetch(&tap_wires_going, 1, __ATOMIC_RELAXED);
	/* It was judged before, perhaps by the one before. */
	if (tap_policy_has_changed() || __atomic_load_n(&tap_ages_count, __ATOMIC_RELAXED) ||
	    tr_level != TR_LEVEL_OFF)
		judge(wire);
}

int tap_wire_nap(int timeout)
{
	int saved = errno;

	timeout = tap_brake_nap(timeout);
	if (!tap_has_policy || !__atomic_load_n(&tap_wires_going, __ATOMIC_RELAXED))
		return timeout;
	tap_policy_notice();
	judge_all();
	errno = saved;
	return timeout < 0 || timeout > NAP_MS ? NAP_MS : timeout;
}
