/* SPDX-License-Identifier: MIT */
/*
 * Prints the traces that appear in a directory while they grow: `gsstap run` without -o.
 */
#ifndef TOOLS_RUN_WATCH_H
#define TOOLS_RUN_WATCH_H

#include "tools/view/show.h"

#include <stdbool.h>

struct run_watch;

/* What is shown, and where. */
struct run_watch_what {
	enum show_format format;
	bool handshakes; /* only these, refusals and failures */
	bool doctor;	 /* why they fail instead of events */
	bool full;	 /* lines as long as they are, on a terminal, too */
	FILE *out;
};

/* Watches directory. Returns NULL after saying why not. */
struct run_watch *run_watch_new(const char *directory, const struct run_watch_what *what);

/* Becomes readable when a file appears. */
int run_watch_fd(const struct run_watch *watch);

/* Are there traces that may grow, so that run_watch_poll is to be called at short intervals? */
bool run_watch_is_busy(const struct run_watch *watch);

/* Prints what became readable; final: everything there is. */
void run_watch_poll(struct run_watch *watch, bool final);

/* What could not be printed, since nothing more could be written: 0, or the errno. Nobody reads it: 0. */
int run_watch_error(const struct run_watch *watch);

/* How many events could not be recorded, as the traces say, and why the last of them. */
uint64_t run_watch_lost(const struct run_watch *watch, const char **why);

void run_watch_free(struct run_watch *watch);

#endif
