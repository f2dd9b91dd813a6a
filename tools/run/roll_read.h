/* SPDX-License-Identifier: MIT */
/*
 * What a roll tells: who of a process tree was executed and never answered. Its bytes were written by the
 * programs that were run, and are believed in nothing.
 */
#ifndef TOOLS_RUN_ROLL_READ_H
#define TOOLS_RUN_ROLL_READ_H

#include "trace/roll.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define ROLL_NAMED 10 /* at most; others are counted */

/* Programs of one path and one reason. */
struct roll_escape {
	const struct tr_roll_entry *entry;
	size_t count;
};

/* What no trace tells of a process. */
struct roll_loss {
	uint32_t pid, parent; /* 0: not known */
	uint64_t events;
	const char *reason;
};

struct roll_seen {
	void *processes, *escapes; /* trees of tsearch */
	struct roll_escape *named[ROLL_NAMED];
	struct roll_loss loss[ROLL_NAMED];
	size_t names, more; /* programs: named, and not */
	size_t losses;	    /* all of them, named or not */
	uint64_t lost;	    /* events of theirs */
	size_t all;	    /* processes that ran unobserved, or could not be followed */
	bool incomplete;    /* more happened than the roll, or memory, holds */
};

/* Reads a whole roll into zeros; bytes (8-byte aligned, at least a struct tr_roll) stay in use. */
void roll_read(struct roll_seen *seen, const void *bytes, size_t size, pid_t program);
/* Is somebody about to execute what cannot bring the shim, as far as who does knows? Takes whole entries of
 * what was added; *taken: so many bytes. */
bool roll_read_news(const void *bytes, size_t size, size_t *taken);
/* Calls back with the path of each program that was executed and has not answered. */
void roll_each_escape(const struct roll_seen *seen, void (*each)(const char *path, void *context),
		      void *context);
/* May this process, which was seen without the shim, have run so? It has not answered; or something that it
 * executed has not, where what started it has not ended. */
bool roll_ran_unobserved(const void *seen, pid_t pid, bool ended);
void roll_seen_free(struct roll_seen *seen);

#endif
