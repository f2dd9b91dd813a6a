/* SPDX-License-Identifier: MIT */
/*
 * What the writer's files share among themselves: the clock, the file and its extents. Not for the shim.
 */
#ifndef TR_WRITER_PRIVATE_H
#define TR_WRITER_PRIVATE_H

#include "trace/signals.h"
#include "trace/writer.h"

struct tr_clock {
	uint64_t tick, ns;    /* the last look at both clocks */
	uint64_t valid_ticks; /* how long it holds */
	uint64_t last;	      /* the last time given out */
};
void tr_clock_start(void);
uint64_t tr_clock_now(struct tr_clock *clock);
/* Before tr_confined changes: without asking the kernel from then on, where that can be had. */
void tr_clock_confine(void);

/* Takes the key of tr_keyed_hash from the kernel: once, before a host may have forbidden itself to ask. */
void tr_hash_start(void);

#define TR_PAGE 4096
/* The sizes of slots: each fills a page together with an extent's head. A longer event gets an extent of its
 * own. */
#define TR_CLASSES 5
extern const uint32_t tr_slot_sizes[TR_CLASSES];

/*
 * Pages of one slot size, filled by one thread by stores and written to the file by whoever holds its lock.
 * They are never a mapping of the trace itself: anybody may cut that at any time, which would be a SIGBUS in
 * the host.
 */
struct tr_stream {
	uint8_t *map;	  /* NULL: none yet */
	uint32_t pages;	  /* so many it has */
	uint32_t bytes;	  /* of those of them that have a place in the file */
	uint32_t next;	  /* offset of the next free slot; the owner's alone */
	uint32_t written; /* up to here the file has them */
	bool backed;	  /* they are in the tail, and so outlive us; otherwise an event is written at once */
	bool no_tail;	  /* they were to be, and there was none to be had */
	uint32_t turn;	  /* the file's, when they got their place in it */
	uint64_t place;	  /* their offset in the file */
	uint64_t time;	  /* of its extents: no event in it may be older */
};

/* writer_file.c: the file. Where a result is an int: 0, or the reason for a drop plus 1. */
/* Makes the file with its preamble. Returns 0, or the errno that stopped it. */
int tr_file_create(const char *path_template);
bool tr_file_is_open(void);
const char *tr_file_path(void);
/* Changes whenever the file was begun anew: pages that got their place before have none any more. */
extern _Atomic(uint32_t) tr_file_turn;
/* After a system call failed: the reason, plus 1. */
int tr_file_refused(void);
/* What is to be done before the next event: write the process event, since the file was begun anew; go on in
 * another file. */
enum { TR_WANTS_FIRST_EVENT = 1, TR_WANTS_FILE = 2 };
extern _Atomic(uint32_t) tr_file_wants;
/* Makes another file, to go on in. False: it could not be made, and the old one stays. */
bool tr_file_make_next(const char *path_template);
/* Goes on there. What is not written yet goes there, behind the process event as it was kept last. */
void tr_file_next(const char *path_template);
/*
 * Appends one block as an extent of its own; `parts` are laid one after the other, the first begins with the
 * head of the block, whose time is set here.
 */
struct iovec;
int tr_file_append(const struct iovec *parts, int count, size_t block_length, uint32_t tid);
/*
 * Appends the process event, one block of length bytes, and keeps it, a mapping of `room` bytes that is given
 * away: a file that is begun anew has it first, before events that were finished earlier. One that is
 * `kept_alone` is for the file that follows.
 */
int tr_file_introduce(uint8_t *block, size_t length, size_t room, uint32_t tid, bool kept_alone);
/* The file has the process event that is kept. */
bool tr_file_has_introduction(void);
/* One is kept, and the file has it not. */
bool tr_file_lacks_introduction(void);
/* Does the file have a process event with these fields? */
bool tr_file_is_introduced(const struct tr_draft *draft);
/* All is written: what was kept beside the file goes. Recording can go on after it. */
void tr_file_finish(void);
/* ... as now: what may be kept beside it is made anew. */
void tr_file_resume(void);
/* A child after fork: forgets the parent's file without touching it. */
void tr_file_forget(void);

/* writer_stream.c */
/* Gives a stream fresh pages; `backed` ones stay when the process is killed. What it had is written first. */
int tr_stream_extend(struct tr_stream *stream, int class, bool backed, uint32_t tid);
/* The file was begun anew and this stream's pages have no place in it: what is finished gets one at its end,
 * in extents of that time. The lock is held. */
bool tr_stream_move(struct tr_stream *stream, int class, uint64_t time, uint32_t tid);
/* When the first event was finished that is not in the file yet; 0: there is none. The lock is held. */
uint64_t tr_stream_oldest(const struct tr_stream *stream);
/*
 * Writes what is finished in the stream and not in the file yet, and counts what is lost since it cannot be:
 * never, or `now`, when nobody will try again.
 */
void tr_stream_write(struct tr_stream *stream, int class, uint32_t tid, bool now);
/* Sets tr_confined, and takes space for what may come before. */
void tr_stream_confine(bool confined);

/* writer_lane.c: the same of all streams. */
uint64_t tr_lanes_oldest(void);
void tr_lanes_move(uint64_t time, uint32_t tid);
/* The tail was removed: no page of theirs outlives the process any more. The lock is held. */
void tr_lanes_unback(void);

/* writer_drop.c: counts drops in the file itself, in space kept for it; what it cannot be told, elsewhere. */
void tr_drop_count(enum tr_drop why, uint32_t count, uint32_t tid, uint64_t now);
/* By tr_on_lost alone. */
bool tr_drop_elsewhere(enum tr_drop why, uint32_t count);
/* The process may end: what is counted and told nowhere yet is told. */
void tr_drops_finish(uint32_t tid, uint64_t now);

/* writer_name.c: expands a template; the copy-th attempt (2, 3, ...) gets "-2" before the suffix. False: too
 * long. */
bool tr_name(const char *path_template, int copy, char *out, size_t size);

/* writer_limit.c: the files of a process that has a limit for them. 0 bytes: it has none. */
uint64_t tr_limit_bytes(void);
struct stat;
void tr_limit_begins(int copy, const struct stat *st);
int tr_limit_current(void); /* the number in the template of the file that is written; 0: none */
/*
 * It is ended, with so many events in it, and says that so many more were lost. Removes the oldest ones that
 * are too many; *lost becomes what is lost with them, for the next one to say.
 */
void tr_limit_ends(const char *path_template, uint32_t events, uint32_t lost[TR_DROPS]);
void tr_limit_forget(void);

/* writer_tail.c: pages that outlive the process. All under the file's lock. */
#define TR_RUN_MOST 8 /* pages in a row */
/* NULL: there is no space. */
uint8_t *tr_tail_take(const char *trace_path, uint64_t id, uint32_t pages);
void tr_tail_give_back(uint8_t *run, uint32_t pages);
/* Says where in the trace the pages belong. */
#define TR_NOWHERE UINT64_MAX
void tr_tail_place(uint8_t *run, uint32_t pages, uint64_t place);
/* Removes it by its name; what is mapped can still be used. */
void tr_tail_remove(void);
/* After that: another one is made when it is needed. Pages in use are their users', to be unmapped. */
void tr_tail_renew(void);
void tr_tail_forget(void);
/* It belongs to this trace now, and no page to a place in it. */
void tr_tail_move(const char *trace_path);

/* writer_lay.c */
#define TR_DROP_SLOT 224
#define TR_DROP_EXTENT (sizeof(struct tr_extent) + TR_DROPS * TR_DROP_SLOT)
/* One free block of length bytes, a multiple of 4 and at least 12. */
void tr_lay_free(uint8_t *at, uint32_t length);
void tr_lay_extent(uint8_t *at, uint64_t size, uint32_t slot_size, uint32_t slots, uint64_t time,
		   uint32_t tid);
void tr_lay_preamble(uint8_t page[TR_PREAMBLE], uint64_t id, uint64_t time, uint32_t tid);
/* An extent of free slots. */
void tr_lay_page(uint8_t page[TR_PAGE], int class, uint64_t time, uint32_t tid);

/* writer_event.c */
/* Lays the bytes of one event; used for slots, single extents and the drop counters. */
struct tr_layout {
	size_t fields_tag; /* length of our tag's value, filler included */
	size_t payload;	   /* bytes written of it */
	size_t block;	   /* bytes of the whole block */
};
/* The smallest block for this draft. */
struct tr_layout tr_layout_of(const struct tr_draft *draft);
/* Sets the time of a laid block. */
void tr_lay_time(uint8_t *block, uint64_t time);
/* Is it one of those that say who the process is? Each file has them again, so that none is lost with one. */
bool tr_is_introduction(uint16_t event);
/* Does it count when it is lost? Neither those do, nor a token that went ahead of its call and is one with
 * it. */
bool tr_lay_is_counted(const uint8_t *block);
/* Are these the fields of a block that was laid? */
bool tr_lay_has_fields(const uint8_t *block, const struct tr_draft *draft);
/* Writes all of the block but its first word; `block` is at least as long as the layout says and was zero. */
void tr_lay(uint8_t *at, const struct tr_draft *draft, struct tr_layout layout, uint32_t block_length);

/* After tr_confined was set: waits until the other threads have done with what they do about signals. */
void tr_signals_settle(void);

#endif
