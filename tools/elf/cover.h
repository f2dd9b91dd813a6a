/* SPDX-License-Identifier: MIT */
/*
 * Can LD_PRELOAD bring the shim into a program? Asked by `gsstap run` before it starts one, and by `gsstap
 * inspect`. Files are read, nothing is executed.
 */
#ifndef TOOLS_COVER_H
#define TOOLS_COVER_H

#include <stddef.h>

enum cover {
	COVER_YES,
	COVER_NO,
	COVER_UNSURE, /* what runs in it is not known before */
};

/*
 * path is a program's path, not a name to search for; #! lines and env in them are followed. COVER_NO
 * and COVER_UNSURE: reason gets one sentence, of at most size bytes. That a program refers to no gss_ or zmq_
 * function is no reason: it may load them. AT_SECURE is judged for the user who asks.
 */
enum cover cover_check(const char *path, char *reason, size_t size);

/* The same of a program at the end of its #! lines. */
enum cover cover_check_program(const char *path, char *reason, size_t size);

#endif
