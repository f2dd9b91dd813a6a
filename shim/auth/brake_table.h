/* SPDX-License-Identifier: MIT */
/*
 * Who has failed, and when: a table of so many places and no more. Nobody is put out of it by others, so that
 * who comes from many addresses wins nothing by that: who finds it full is not counted. Who waits here for
 * what, and whose lock it is, brake.c knows.
 */
#ifndef SHIM_BRAKE_TABLE_H
#define SHIM_BRAKE_TABLE_H

#include "policy/policy.h"

#define TAP_BRAKE_WHO 256

struct tap_brake_entry {
	char who[TAP_BRAKE_WHO];
	uint64_t failed[POL_BRAKE_MOST]; /* when, in turn */
	uint64_t until;			 /* turned away; 0: only counted */
	uint32_t failures, turned_away;
	uint32_t within, hold; /* as it was when it was held */
	bool audit;
};

struct tap_brake_table {
	struct tap_brake_entry *entry;
	uint64_t *hash;	       /* of each; 0: the place is free */
	unsigned places, used; /* those behind it have never been used */
};

/* Times are ns of one clock, and never 0. What is over of an entry is over when it is asked. */
enum tap_braked { TAP_BRAKE_FREE, TAP_BRAKE_EARLY, TAP_BRAKE_HELD };
enum tap_braked tap_brake_look(struct tap_brake_table *table, const struct pol_brake *brake, const char *who,
			       uint64_t now);
/* One more failure. NULL: the table is full. *begins: from now on it is held. */
struct tap_brake_entry *tap_brake_note(struct tap_brake_table *table, const struct pol_brake *brake,
				       const char *who, uint64_t now, bool *begins);
/* One that is held no more, or (all) no longer; it is free with the next call. NULL: there is none. */
struct tap_brake_entry *tap_brake_over(struct tap_brake_table *table, uint64_t now, bool all);
/* When the first is over; 0: nobody is held. */
uint64_t tap_brake_next(const struct tap_brake_table *table);
void tap_brake_clear(struct tap_brake_table *table);

/*
 * Whom a peer's address, as libzmq says it, stands for: an IPv4 address, also one within IPv6; the /64 of an
 * IPv6 one, which its owner may fill, but of those on the link and of this machine the whole; a user at ipc.
 * False: nobody.
 */
bool tap_brake_who(const char *address, char out[TAP_BRAKE_WHO]);

#endif
