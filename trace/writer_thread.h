/* SPDX-License-Identifier: MIT */
/*
 * The threads that record and the process that they are in, for the parts of the writer that know both
 * (writer.c, writer_lane.c, writer_process.c). The only words shared between threads on the hot path are
 * read, never written.
 */
#ifndef TR_WRITER_THREAD_H
#define TR_WRITER_THREAD_H

#include "trace/writer_private.h"

/* What a thread records into: a stream of slots for each size, and room for one draft. Lanes outlive threads
 * and are handed on. */
struct tr_lane {
	struct tr_lane *next;	/* of the idle ones */
	struct tr_lane *before; /* of all */
	struct tr_stream streams[TR_CLASSES];
	uint64_t credit, paid; /* ns of credit left when it was last looked at, and when that was */
	bool hot;	       /* events come faster than they are written */
	struct tr_draft draft;
	uint8_t fields[TR_DRAFT_FIELDS];
	char comment[TR_COMMENT];
};

/* An event that stands in the file at once can be read by anything, and costs system calls: at most one in so
 * many ns is written so, after as many as are saved up. The others wait in the tail, where they are as safe.
 */
#define TR_WRITE_NS 1000000u
#define TR_SAVED_NS (128u * TR_WRITE_NS)

/* What belongs to a thread for as long as it lives. */
struct tr_thread {
	struct tr_lane *lane;
	struct tr_clock clock;
	uint64_t seq;
	uint32_t tid;
	uint32_t epoch;	 /* the process it was set up in; another one: this is a child after fork */
	bool introduces; /* the others wait until the trace says who the process is, which this one tells */
	bool busy;	 /* between tr_begin and tr_commit; set and met: a signal handler */
	uintptr_t busy_frame; /* whose: met from the same height of the stack or above, it was left by longjmp
			       */
};
extern __thread struct tr_thread tr_thread;

struct tr_process {
	const char *path_template;
	void (*on_first_event)(void);
	int level; /* as configured */
	/*
	 * One word that the kernel clears in every child, however it was forked: no handler can be missed. 0
	 * in a child that has not recorded yet, ALIVE otherwise, WAKING while a thread of the child resets
	 * what it inherited. NULL: not configured.
	 */
	_Atomic(int) *alive;
	uint32_t epoch, pid;
	/* The first event makes the file: 0 not yet, 1 one thread is at it, 2 there, 3 failed. The one that
	 * is at it is not interrupted. */
	_Atomic(int) made;
	struct tr_held made_signals;
	_Atomic(bool) finishing; /* nothing waits any more */
	_Atomic(bool) goes_on;	 /* another file begins with the process event that is told next */
	/* In a child: whose memory it got, which thread of it forked, and its next seq; 0: not known. */
	uint32_t forked_pid, forked_tid;
	uint64_t forked_seq;
};
enum { TR_CHILD, TR_WAKING, TR_ALIVE };
extern struct tr_process tr_process;

/* writer_process.c */
/* In a child that has not recorded yet. False: to make a file of its own is what it may not. */
bool tr_process_wakes(void);
/* Makes the file at the first event, and writes the process event before any other. False: nothing can be
 * recorded. */
bool tr_process_makes_file(struct tr_thread *thread);
/* Another file, or the process event in one that was begun anew. Of all threads one finds the wish. */
void tr_process_meets_wants(struct tr_thread *thread);

/* writer_lane.c */
/* Only the epoch of the thread that forked can differ; its lane was the parent's. */
void tr_thread_enters(struct tr_thread *thread);
/* NULL: there is none. */
struct tr_lane *tr_lane_take(void);
/* Writes what is finished on all lanes; `last`: what cannot be written now is lost. */
void tr_lanes_write(uint32_t tid, bool last);
/* In a child: their streams are mappings that it did not inherit. */
void tr_lanes_forget(void);

#endif
