/* SPDX-License-Identifier: MIT */
/* See at_work.h. */
#include "shim/wire/at_work.h"

#include "shim/core/monotonic.h"
#include "shim/wire/abroad.h"

#define MOMENT_NS 5000000u /* a KDC nearby takes less */
/* A step takes less than one of its milliseconds where there is a processor for it: it is at something that
 * hangs, and that nobody sees. */
#define LONG_NS 250000000u
/* libkrb5 asks again after a second, since what it has sent is lost. */
#define ANSWER_NS 700000000u

static __thread struct wire_at_work own;

/* 0: it needs none. */
static uint64_t ticket_of(const struct wire *wire)
{
	if (wire->server)
		return 0;
	return (uint64_t)tap_tie_hash(wire->tie->principal) << 32 | tap_tie_hash(wire->tie->service) | 1;
}

void tap_work_begin(struct wire_at_work **first, const struct wire *wire)
{
	own = (struct wire_at_work){
		.next = *first,
		.begun = tap_monotonic_ns(),
		.ticket = ticket_of(wire),
	};
	*first = &own;
	tap_abroad_note(&own.away);
}

void tap_work_end(struct wire_at_work **first)
{
	while (*first && *first != &own)
		first = &(*first)->next;
	if (*first)
		*first = own.next;
}

void tap_work_waits(void)
{
	__atomic_store_n(&own.away, tap_monotonic_ns(), __ATOMIC_RELAXED);
}

void tap_work_goes_on(void)
{
	__atomic_store_n(&own.away, 0, __ATOMIC_RELAXED);
}

/* Who needs the same ticket has nothing to gain by being first. */
static bool hangs(const struct wire_at_work *work, uint64_t now, bool same_ticket)
{
	uint64_t away = __atomic_load_n(&work->away, __ATOMIC_RELAXED);

	if (same_ticket)
		return now - work->begun >= ANSWER_NS;
	return now - work->begun >= LONG_NS || (away && now - away >= MOMENT_NS);
}

/* It may begin to wait for somebody at any time. */
uint64_t tap_work_is_theirs(const struct wire_at_work *first)
{
	uint64_t now = first ? tap_monotonic_ns() : 0;

	/* Once something hangs nobody is waited for. */
	for (const struct wire_at_work *w = first; w; w = w->next)
		if (hangs(w, now, false))
			return 0;
	return first ? MOMENT_NS : 0;
}

uint64_t tap_work_is_late(void)
{
	uint64_t now = own.next ? tap_monotonic_ns() : 0;

	for (const struct wire_at_work *w = own.next; w; w = w->next)
		if (!hangs(w, now, own.ticket && w->ticket == own.ticket))
			return MOMENT_NS;
	return 0;
}
