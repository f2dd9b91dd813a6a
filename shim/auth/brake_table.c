/* SPDX-License-Identifier: MIT */
/* See brake_table.h. */
#include "shim/auth/brake_table.h"

#include "shim/core/text.h"

#include <string.h>

#define SECOND 1000000000ull
#define FIRST_DELAY (SECOND / 4) /* after the first failure; it doubles with each */
#define LONGEST_DELAY (10 * SECOND)

/* FNV-1a, never 0. Whoever finds two with one hash has them compared. */
static uint64_t hash_of(const char *who)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *who; who++)
		hash = (hash ^ (unsigned char)*who) * 0x100000001b3u;
	return hash ? hash : 1;
}

static struct tap_brake_entry *find(const struct tap_brake_table *table, const char *who)
{
	const uint64_t hash = hash_of(who);

	for (unsigned i = 0; i < table->used; i++)
		if (table->hash[i] == hash && !strcmp(table->entry[i].who, who))
			return &table->entry[i];
	return NULL;
}

static uint64_t last_of(const struct tap_brake_entry *e)
{
	return e->failed[(e->failures - 1) % POL_BRAKE_MOST];
}

static bool is_idle(const struct tap_brake_entry *e, const struct pol_brake *brake, uint64_t now)
{
	return !e->until && now - last_of(e) > brake->within * SECOND;
}

static void let_go(struct tap_brake_table *table, const struct tap_brake_entry *e)
{
	table->hash[e - table->entry] = 0;
}

static struct tap_brake_entry *take(struct tap_brake_table *table, const struct pol_brake *brake,
				    const char *who, uint64_t now)
{
	unsigned i = 0;

	while (i < table->used && table->hash[i] && !is_idle(&table->entry[i], brake, now))
		i++;
	if (i == table->places)
		return NULL;
	table->used += i == table->used;
	memset(&table->entry[i], 0, sizeof(table->entry[i]));
	table->hash[i] = hash_of(who);
	tap_copy(table->entry[i].who, TAP_BRAKE_WHO, who);
	return &table->entry[i];
}

/* Failures that count, of the last that could make the hold. */
static unsigned counted(const struct tap_brake_entry *e, const struct pol_brake *brake, uint64_t now)
{
	unsigned n = 0;

	while (n < brake->most && n < e->failures &&
	       now - e->failed[(e->failures - 1 - n) % POL_BRAKE_MOST] <= brake->within * SECOND)
		n++;
	return n;
}

/* So short that who fails at each turn still fails often enough to be held. */
static uint64_t delay_of(unsigned failures, const struct pol_brake *brake)
{
	uint64_t most = brake->within * SECOND / (2 * brake->most), delay;

	if (!failures)
		return 0;
	delay = failures > 6 ? LONGEST_DELAY : FIRST_DELAY << (failures - 1);
	delay = delay < LONGEST_DELAY ? delay : LONGEST_DELAY;
	return delay < most ? delay : most;
}

enum tap_braked tap_brake_look(struct tap_brake_table *table, const struct pol_brake *brake, const char *who,
			       uint64_t now)
{
	struct tap_brake_entry *e = find(table, who);

	if (!e)
		return TAP_BRAKE_FREE;
	if (e->until > now) {
		e->turned_away++;
		return TAP_BRAKE_HELD;
	}
	if (!e->until && now - last_of(e) < delay_of(counted(e, brake, now), brake))
		return TAP_BRAKE_EARLY;
	return TAP_BRAKE_FREE;
}

struct tap_brake_entry *tap_brake_note(struct tap_brake_table *table, const struct pol_brake *brake,
				       const char *who, uint64_t now, bool *begins)
{
	struct tap_brake_entry *e = find(table, who);

	*begins = false;
	if (!e)
		e = take(table, brake, who, now);
	if (!e || e->until)
		return e;
	e->failed[e->failures++ % POL_BRAKE_MOST] = now;
	if (counted(e, brake, now) < brake->most)
		return e;
	e->until = now + brake->hold * SECOND;
	e->within = brake->within;
	e->hold = brake->hold;
	e->audit = brake->audit;
	return *begins = true, e;
}

struct tap_brake_entry *tap_brake_over(struct tap_brake_table *table, uint64_t now, bool all)
{
	for (unsigned i = 0; i < table->used; i++) {
		struct tap_brake_entry *e = &table->entry[i];

		if (!table->hash[i] || !e->until || (!all && e->until > now))
			continue;
		let_go(table, e);
		return e;
	}
	return NULL;
}

uint64_t tap_brake_next(const struct tap_brake_table *table)
{
	uint64_t next = 0;

	for (unsigned i = 0; i < table->used; i++)
		if (table->hash[i] && table->entry[i].until && (!next || table->entry[i].until < next))
			next = table->entry[i].until;
	return next;
}

void tap_brake_clear(struct tap_brake_table *table)
{
	memset(table->hash, 0, table->used * sizeof(*table->hash));
	table->used = 0;
}
