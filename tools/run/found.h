/* SPDX-License-Identifier: MIT */
/*
 * Programs without the shim that nobody who has it told of, by program and by what started them.
 */
#ifndef TOOLS_RUN_FOUND_H
#define TOOLS_RUN_FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

struct found;

struct found_program {
	const char *program;
	const char *by;	   /* what started it, and ran without the shim; NULL: that was not seen */
	bool hidden;	   /* it may not be looked into: nobody knows */
	struct stat *file; /* its file; NULL: not known */
	pid_t pid;
	bool ended; /* so was what started it: nobody could tell of it */
};

/* NULL: there is no memory. */
struct found *found_new(void);
/* Counts one process. What it is given stays the caller's. */
void found_add(struct found *found, const struct found_program *of);
/* Those of which it was not seen what started them and whose file is this one were told of by who did. */
void found_explain(struct found *found, const char *path);
/* Of those of which it was not seen what started them, forgets shells of system and popen, which get the shim
 * in a moment. */
void found_judge(struct found *found, bool (*is_so)(const void *context, pid_t pid, bool ended),
		 const void *context);
/* Is there anything to explain? */
bool found_asks(const struct found *found);
/* Names no more than a screen bears. Returns of how many processes. */
size_t found_tell(struct found *found);
void found_free(struct found *found);

#endif
