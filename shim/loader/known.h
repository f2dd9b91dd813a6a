/* SPDX-License-Identifier: MIT */
/*
 * Which objects are known, and which have come since: told by comparing addresses, since the loader may
 * unload any of them at any time.
 */
#ifndef SHIM_KNOWN_H
#define SHIM_KNOWN_H

#include <link.h>
#include <stdbool.h>
#include <stddef.h>

#define TAP_NEWCOMERS 8 /* worked on between two walks */

struct tap_newcomer {
	const ElfW(Dyn) * dynamic;
	char path[512];
};

enum tap_purpose { TAP_TAKE, TAP_ALL_KNOWN, TAP_ONLY_GONE };

struct tap_comparison {
	enum tap_purpose purpose;
	size_t next; /* the first of the old list that was not met */
	const ElfW(Dyn) * *list;
	size_t count, room;
	bool unfinished, deepbind;
	struct tap_newcomer batch[TAP_NEWCOMERS];
	size_t found;
	bool more;
};

/*
 * For who works on what is known. A child does not inherit the thread that was at it. Who is at it may wait
 * for the loader, and the loader for a constructor that asks here: it is waited for, but not for ever. False:
 * in vain.
 */
bool tap_known_enter(void);
void tap_known_leave(void);
/* Has anything come or gone since the last look? */
bool tap_known_has_changed(void);
/* Compares, and knows what it has met from then on. */
void tap_known_look(struct tap_comparison *c);

/* May the slots of this object still be pointed at us? Its dlopen is under way, or nobody has asked the
 * loader for anything since. Waits as tap_known_enter does, and is not for who has entered. */
bool tap_is_newcomer(const ElfW(Dyn) * dynamic);

#endif
