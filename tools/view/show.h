/* SPDX-License-Identifier: MIT */
/*
 * Prints traces while they grow or as a whole: what `decode` is, what `run` shows of a live process tree, and
 * what `extcap` hands to Wireshark.
 * How it looks is the sink's (sink.h) that belongs to the format.
 */
#ifndef TOOLS_SHOW_H
#define TOOLS_SHOW_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum show_format {
	SHOW_TEXT,
	SHOW_JSON,
	SHOW_SUMMARY_TEXT,
	SHOW_SUMMARY_JSON,
	SHOW_SUMMARY_CSV,
	SHOW_DOCTOR_TEXT,
	SHOW_DOCTOR_JSON,
	SHOW_PACKETS,
	SHOW_TIMELINE_TEXT,
	SHOW_TIMELINE_JSON,
	SHOW_REPORT,
	SHOW_REPLAY,	 /* show_replay says what is made of it */
	SHOW_REPLAY_JSON /* the same, as JSON */
};

struct show;
struct timeline_choice;
struct replay;

/* out stays the caller's. NULL: no memory. What is wrong with a trace goes to stderr, as every error does. */
struct show *show_new(enum show_format format, FILE *out, bool colour);
void show_free(struct show *show);

/* Print only events of one process; only calls and events whose name matches one of these shell patterns,
 * with NULL at their end (which must stay valid; NULL: all); say who called; show on stderr how far it is. */
void show_only_pid(struct show *show, uint32_t pid);
void show_only_named(struct show *show, const char *const patterns[]);
void show_callers(struct show *show, bool wanted);
/* In text, cut the line of an event to the width of the terminal, if out is one. */
void show_cut(struct show *show, bool wanted);
/* In text, print the tokens of each event as trees. */
void show_trees(struct show *show, bool wanted);
/* Print only handshakes, refusals, what goes wrong with trace and policy, and calls that fail: within another
 * call where that does, too. */
void show_only_handshakes(struct show *show, bool wanted);
/* Print findings when they are found, and nothing else. */
void show_findings_alone(struct show *show, bool wanted);
void show_progress(struct show *show, bool wanted);

/* Adds a trace; it may be incomplete as yet, and is never waited for. Returns 0, or -1 after saying what is
 * wrong with it. */
int show_add(struct show *show, const char *path);

/*
 * Prints what became readable, in order of time. The youngest events wait for the next time, when not final,
 * since an older one of another thread may be about to appear. final: everything, then what was wrong or
 * missing. Returns 0, or -1 (errno set) when nothing more can be written.
 */
int show_poll(struct show *show, bool final);

/* Gives the space of what was printed back: for traces that are removed in the end. */
void show_release(struct show *show);

/* For the timeline formats; choice stays the caller's, and must stay as long as show. */
void show_timeline(struct show *show, const struct timeline_choice *choice);

/* For the replay formats: what is to be filled, and prints; before any trace is added. It stays the caller's,
 * and must stay as long as show. */
void show_replay(struct show *show, struct replay *replay);

/* How many findings, or handshakes, a final show_poll printed, where it looked for any. */
uint64_t show_found(const struct show *show);

/* How many events were read, whether asked for or not. */
uint64_t show_events(const struct show *show);

/* How many events could not be recorded, as the traces say, and why the last of them; those that were removed
 * by their limit are none. */
uint64_t show_lost(const struct show *show, const char **why);

/* How many things were wrong with the traces. */
uint64_t show_problems(const struct show *show);

#endif
