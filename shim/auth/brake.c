/* SPDX-License-Identifier: MIT */
/*
 * See brake.h. Its memory is taken once, with the first failure, and never grows. A policy that takes the
 * place of another finds nobody held: that is how an administrator lets go of who was held without reason.
 */
#include "shim/auth/brake.h"

#include "policy/decide.h"
#include "shim/auth/brake_table.h"
#include "shim/core/lock.h"
#include "shim/core/monotonic.h"
#include "trace/writer.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define ADDRESSES 2048u
#define NAMES 512u /* a principal takes a KDC to make: they have places of their own */

enum { BY_ADDRESS, BY_NAME, KINDS };

static struct tap_lock lock;
static uint64_t next_end; /* of the first that is held; 0: nobody is */
/* Under it: */
static struct tap_brake_table tables[KINDS];
static uint32_t filled_in, filled_under; /* lineage, and the policy's generation */
static uint64_t told_full;		 /* when; 0: not yet */

static uint64_t now_ns(void)
{
	uint64_t now = tap_coarse_ns();

	return now ? now : tap_monotonic_ns();
}

/* --- what is told */

static void put_rule(struct tr_draft *d, const struct pol_brake *brake)
{
	tr_put_text(d, TR_F_MODE, brake->audit ? "audit" : "enforce");
	tr_put_text(d, TR_F_RULE, brake->rule);
	tr_put_u32(d, TR_F_LINE, brake->line);
}

static void tell_begin(int kind, const struct tap_brake_entry *e, const struct pol_brake *brake,
		       const char *why)
{
	struct tr_draft *d = tr_begin(TR_E_brake);

	if (!d)
		return;
	d->comment = brake->audit ? "a peer that fails again and again would be turned away"
				  : "a peer that fails again and again is turned away";
	tr_put_text(d, TR_F_BRAKE, "begun");
	tr_put_text(d, kind == BY_NAME ? TR_F_PRINCIPAL : TR_F_ADDRESS, e->who);
	tr_put_u32(d, TR_F_FAILURES, brake->most);
	tr_put_u32(d, TR_F_BAN_TIME, brake->hold);
	put_rule(d, brake);
	tr_put_text(d, TR_F_REASON, why);
	tr_commit(d);
}

static void tell_end(int kind, const struct tap_brake_entry *e, const char *why)
{
	struct tr_draft *d = tr_begin(TR_E_brake);

	if (!d)
		return;
	d->comment = e->audit ? "a peer that failed again and again would not be turned away any more"
			      : "a peer that failed again and again is not turned away any more";
	tr_put_text(d, TR_F_BRAKE, "ended");
	tr_put_text(d, kind == BY_NAME ? TR_F_PRINCIPAL : TR_F_ADDRESS, e->who);
	tr_put_u32(d, TR_F_TURNED_AWAY, e->turned_away);
	tr_put_u32(d, TR_F_BAN_TIME, e->hold);
	tr_put_text(d, TR_F_MODE, e->audit ? "audit" : "enforce");
	tr_put_text(d, TR_F_REASON, why);
	tr_commit(d);
}

static void tell_full(const struct pol_brake *brake, uint64_t now)
{
	struct tr_draft *d;

	if (told_full && now - told_full < brake->within * 1000000000ull)
		return;
	told_full = now;
	d = tr_begin(TR_E_brake);
	if (!d)
		return;
	d->comment = "too many peers fail: others are not counted";
	tr_put_text(d, TR_F_BRAKE, "full");
	put_rule(d, brake);
	tr_put_text(d, TR_F_REASON,
		    "more peers fail than there are places for: the failures of others are not counted");
	tr_commit(d);
}

/* --- the tables, locked */

static bool make(struct tap_brake_table *table, unsigned places)
{
	size_t entries = places * sizeof(*table->entry), size = entries + places * sizeof(*table->hash);
	char *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (room == MAP_FAILED)
		return false;
	table->entry = (struct tap_brake_entry *)(void *)room;
	table->hash = (uint64_t *)(void *)(room + entries);
	table->places = places;
	return true;
}

static void note_next_end(void)
{
	uint64_t first = 0;

	for (int kind = 0; kind < KINDS; kind++) {
		uint64_t next = tables[kind].used ? tap_brake_next(&tables[kind]) : 0;

		if (next && (!first || next < first))
			first = next;
	}
	__atomic_store_n(&next_end, first, __ATOMIC_RELAXED);
}

/* What is over is told. A child of fork has what its parent has failed to let in, and begins anew. */
static void settle(uint64_t now)
{
	const uint32_t generation = tap_policy_generation();
	const bool child = filled_in != tap_lineage(), all = filled_under != generation;
	const char *why = all ? "another policy is in force" : "its time is over";
	struct tap_brake_entry *e;

	for (int kind = 0; kind < KINDS; kind++) {
		while (!child && (e = tap_brake_over(&tables[kind], now, all)))
			tell_end(kind, e, why);
		if ((child || all) && tables[kind].used)
			tap_brake_clear(&tables[kind]);
	}
	if (child || all)
		told_full = 0;
	filled_in = tap_lineage();
	__atomic_store_n(&filled_under, generation, __ATOMIC_RELAXED);
	note_next_end();
}

/* Locked, with all that is over told. False: it is not set. */
static bool begin(struct pol_brake *brake, uint64_t *now)
{
	if (!tap_brake_is_set() || !tap_lock(&lock))
		return false;
	*now = now_ns();
	settle(*now);
	*brake = TAP_POLICY(pol_brake);
	if (!brake->most)
		tap_unlock(&lock);
	return brake->most;
}

static void count(int kind, const char *who, const struct pol_brake *brake, uint64_t now, const char *why)
{
	struct tap_brake_table *table = &tables[kind];
	struct tap_brake_entry *e = NULL;
	bool begins = false;

	if (table->places || make(table, kind == BY_NAME ? NAMES : ADDRESSES))
		e = tap_brake_note(table, brake, who, now, &begins);
	if (!e)
		tell_full(brake, now);
	if (begins)
		tell_begin(kind, e, brake, why);
	if (begins)
		note_next_end();
}

static enum tap_braked look(int kind, const char *who, const struct pol_brake *brake, uint64_t now)
{
	return tables[kind].used ? tap_brake_look(&tables[kind], brake, who, now) : TAP_BRAKE_FREE;
}

static bool ignores(const char *address)
{
	const struct pol *policy = tap_policy_take();
	bool does = pol_brake_ignores(policy, address);

	tap_policy_give(policy);
	return does;
}

/* --- */

void tap_brake_count(const char *address, const char *principal, const char *why)
{
	struct pol_brake brake;
	char who[TAP_BRAKE_WHO];
	uint64_t now;
	int saved = errno;

	if (!begin(&brake, &now))
		return;
	if (!ignores(address)) {
		if (tap_brake_who(address, who))
			count(BY_ADDRESS, who, &brake, now, why);
		if (principal && *principal && !pol_anonymous(principal))
			count(BY_NAME, principal, &brake, now, why);
	}
	tap_unlock(&lock);
	errno = saved;
}

bool tap_brake_turns_away(const char *address)
{
	enum tap_braked found = TAP_BRAKE_FREE;
	struct pol_brake brake;
	char who[TAP_BRAKE_WHO];
	uint64_t now;
	int saved = errno;

	if (!begin(&brake, &now))
		return false;
	if (tap_brake_who(address, who))
		found = look(BY_ADDRESS, who, &brake, now);
	tap_unlock(&lock);
	errno = saved;
	return found != TAP_BRAKE_FREE && !brake.audit;
}

bool tap_brake_holds(const char *address, const char *principal)
{
	struct pol_brake brake;
	char who[TAP_BRAKE_WHO];
	bool held = false;
	uint64_t now;
	int saved = errno;

	if (!begin(&brake, &now))
		return false;
	if (address && tap_brake_who(address, who))
		held = look(BY_ADDRESS, who, &brake, now) == TAP_BRAKE_HELD;
	if (principal && !held)
		held = look(BY_NAME, principal, &brake, now) == TAP_BRAKE_HELD;
	tap_unlock(&lock);
	errno = saved;
	return held && !brake.audit;
}

int tap_brake_nap(int timeout)
{
	uint64_t end = __atomic_load_n(&next_end, __ATOMIC_RELAXED), now, ms;
	int saved = errno;

	if (!end)
		return timeout;
	now = now_ns();
	if (now >= end || __atomic_load_n(&filled_under, __ATOMIC_RELAXED) != tap_policy_generation()) {
		if (tap_lock_soon(&lock)) {
			settle(now);
			tap_unlock(&lock);
		}
		end = __atomic_load_n(&next_end, __ATOMIC_RELAXED);
	}
	errno = saved;
	if (!end)
		return timeout;
	ms = end > now ? (end - now) / 1000000u + 5 : 5; /* the clock is one of some ms */
	return timeout >= 0 && (uint64_t)timeout < ms ? timeout : ms < 60000 ? (int)ms : 60000;
}
