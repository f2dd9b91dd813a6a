/* SPDX-License-Identifier: MIT */
/*
 * What the writer's files share among themselves: the clock, the file and its extents. Not for the shim.
 */
#ifndef TR_WRITER_PRIVATE_H
#define TR_WRITER_PRIVATE_H

#include "trace/writer.h"

struct tr_clock {
	uint64_t tick, ns;    /* the last look at both clocks */
	uint64_t valid_ticks; /* how long it holds */
	uint64_t last;	      /* the last time given out */
};
void tr_clock_start(void);
uint64_t tr_clock_now(struct tr_clock *clock);

/* Takes the key of tr_keyed_hash from the kernel: once, before a host may have forbidden itself to ask. */
void tr_hash_start(void);

#define TR_PAGE 4096
/* The sizes of slots: each fills a page together with an extent's head. A longer event gets an extent of its
 * own. */
#define TR_CLASSES 5
extern const uint32_t tr_slot_sizes[TR_CLASSES];

/* Mapped pages of one slot size, filled by one thread. */
struct tr_stream {
	uint8_t *map;	/* NULL: none yet */
	uint32_t bytes; /* of the mapping */
	uint32_t next;	/* offset of the next free slot */
	uint32_t pages; /* to ask for next time */
	uint64_t time;	/* of its extents: no event in it may be older */
};

/* Makes the file with its preamble. Returns 0, or the errno that stopped it. */
int tr_file_create(const char *path_template);
bool tr_file_is_open(void);
const char *tr_file_path(void);
/* Replaces a full stream by fresh pages. Returns 0, or the reason for a drop plus 1. */
int tr_file_extend(struct tr_stream *stream, uint32_t slot_size, uint32_t tid);
/*
 * Appends one block as an extent of its own; `parts` are laid one after the other, the first begins with the
 * head of the block, whose time is set here. Same result.
 */
struct iovec;
int tr_file_append(const struct iovec *parts, int count, size_t block_length, uint32_t tid);
/* Counts a drop in the file itself, in space kept for it. */
void tr_file_count_drop(enum tr_drop why, uint32_t pid, uint32_t tid, uint64_t now);
/* The process ends: gives back what was reserved of the disk and not used. Recording can go on after it. */
void tr_file_finish(void);
/* A child after fork: forgets the parent's file without touching it. */
void tr_file_forget(void);
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
/* Writes all of the block but its first word; `block` is at least as long as the layout says and was zero. */
void tr_lay(uint8_t *at, const struct tr_draft *draft, struct tr_layout layout, uint32_t block_length);

#endif
