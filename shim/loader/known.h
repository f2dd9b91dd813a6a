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

struct tap_known {
	size_t room, count;
	const ElfW(Dyn) * list[];
};

/* All zero but for its purpose, and a batch to take newcomers into. The next look with the same one takes as
 * known what it found, too, which was worked on meanwhile. */
struct tap_comparison {
	enum tap_purpose purpose;
	bool deepbind;
	struct tap_newcomer *batch; /* many are too large for the stack of whoever loads */
	size_t room;		    /* in it, TAP_NEWCOMERS at most */
	size_t found;		    /* not known before they were worked on */
	/* For known.c. */
	size_t next; /* the first of the old list that was not met */
	struct tap_known *list;
	bool unfinished;
	const ElfW(Dyn) * done[TAP_NEWCOMERS];
	size_t done_count;
	unsigned long long unloaded, met; /* how many objects were, in the last walk and in this one */
};

/*
 * For who works on what is known. Nothing that is done between the two waits for the loader's work: neither
 * for a constructor nor for another dlopen. False: a signal handler stands above who is at it,
 * or a callback of dl_iterate_phdr's asks.
 */
bool tap_known_enter(void);
void tap_known_leave(void);
/* Has anything come or gone since the last look, or is somebody at work on what came? Need not enter. */
bool tap_known_has_changed(void);
/* Compares, and knows what it has met from then on. */
void tap_known_look(struct tap_comparison *c);
/* For who has entered. False: the slots of this object may still be pointed at us. */
bool tap_is_known(const ElfW(Dyn) * dynamic);

#endif
