/* SPDX-License-Identifier: MIT */
/*
 * What the reader's files share among themselves. Offsets, not pointers, are kept between events: a file that
 * has grown is mapped anew.
 */
#ifndef TR_READER_PRIVATE_H
#define TR_READER_PRIVATE_H

#include "trace/reader.h"

#include <sys/types.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "fields are read as they lie in the file");

/* reader_map.c: a file in memory. A file that shrinks under our hands reads as zeros, it does not raise
 * SIGBUS. */
struct tr_map {
	const uint8_t *at;
	uint64_t size;	  /* bytes of the file that are looked at */
	uint64_t most;	  /* ... and are not to be more */
	size_t mapped;	  /* bytes of the mapping */
	uint64_t dropped; /* pages before this were given back */
	bool tailed;	  /* pages of the tail lie over it */
	char *path;
	dev_t device;
	ino_t inode;
	struct tr_map *next;
};
/* Its first bytes, at most so many. Returns NULL, or why it cannot be read. */
const char *tr_map_open(struct tr_map *map, const char *path, uint64_t most);
void tr_map_refresh(struct tr_map *map);
/* What lies before `upto` is hardly needed again: it need not stay in memory. */
void tr_map_drop(struct tr_map *map, uint64_t upto);
/* Is there anything but zeros from offset on? Costs what the file has on the disk, not what its size says. */
bool tr_map_has_data(const struct tr_map *map, uint64_t offset);
/* The next range at or after *at that it has on the disk: *at and *end become its ends. False: none. */
bool tr_map_next_data(const struct tr_map *map, uint64_t *at, uint64_t *end);
void tr_map_close(struct tr_map *map);

/* reader_tail.c: puts what the tail has more over the mapping. False: nothing. */
bool tr_tail_put_over(const struct tr_map *map);

/* reader_heap.c: what comes next, by time, then by sequence number. */
struct tr_run;
struct tr_node {
	uint64_t time, seq;
	uint64_t offset;    /* of a block; in the heap of files: their index */
	struct tr_run *run; /* the slots it is one of; NULL: it stands alone */
};
struct tr_heap {
	struct tr_node *nodes; /* nodes[0] is the first in order */
	size_t count, room;
};
/* False: no memory. */
bool tr_heap_push(struct tr_heap *heap, struct tr_node node);
void tr_heap_pop(struct tr_heap *heap);
void tr_heap_replace_first(struct tr_heap *heap, struct tr_node node);

/* reader_block.c: pcapng blocks and the tags inside. */
#define TR_BLOCK_MAX (1u << 20) /* a block of ours, options included, is never longer */

struct tr_interface {
	uint8_t resolution; /* if_tsresol */
	bool foreign;	    /* another link type than ours */
	int64_t offset;	    /* if_tsoffset, seconds */
	uint8_t description[TR_DESCRIPTION_MAX];
};
struct tr_section {
	struct tr_interface *interfaces;
	size_t count, room;
};
enum tr_packet { TR_PACKET_OURS, TR_PACKET_FOREIGN, TR_PACKET_DAMAGED, TR_PACKET_NEWER };

/* The first block of a file or section: returns NULL, or why this is not a trace. */
const char *tr_block_section(const uint8_t *block, size_t length);
/* Takes up an interface description. Returns NULL or what is wrong. */
const char *tr_block_interface(struct tr_section *section, const uint8_t *block, size_t length);
/* Finds time and seq of an Enhanced Packet Block; *why is set when it is damaged. */
enum tr_packet tr_packet_peek(const struct tr_section *section, const uint8_t *block, size_t length,
			      struct tr_node *node, const char **why);
/* Fills event (but time, file, offset) from a private copy of a block. */
enum tr_packet tr_packet_read(const uint8_t *block, size_t length, struct tr_event *event, const char **why);

static inline uint32_t tr_u32(const uint8_t *at)
{
	uint32_t value;

	__builtin_memcpy(&value, at, sizeof(value));
	return value;
}

/* reader_source.c: one file. */
struct tr_run {		 /* slots of an extent that are still to be read */
	uint64_t offset; /* of the next one */
	uint32_t slot_size, left;
	bool cut; /* what is missing among those before was told */
	struct tr_run *next;
};
struct tr_source {
	struct tr_map map;
	struct tr_section section;
	struct tr_heap heap; /* a node each open extent, and packets that stand alone */
	struct tr_run *idle; /* extents whose next slot is still free */
	uint64_t scanned;    /* blocks before this offset have been seen */
	uint64_t released;   /* where scanned was when tr_source_release last did something */
	uint64_t next_time;  /* of the extent at `scanned` */
	bool next_known;     /* there is one */
	bool extents;	     /* as the writer made it; otherwise rewritten, and sorted in a window */
	bool ended;	     /* there is nothing more to scan */
	bool final;	     /* the file will not grow */
	bool refused;	     /* written by a newer version */
	unsigned file;
	unsigned problems;
	unsigned quiet, skip; /* looks without anything new; looks at the others that are still to pass */
	uint32_t pid;	      /* of its last event */
	struct tr_reader *reader;
};
/* source->map is open. */
void tr_source_close(struct tr_source *source);
void tr_source_refresh(struct tr_source *source);
/* Time and seq of the next event; false: none now. */
bool tr_source_peek(struct tr_source *source, struct tr_node *node);
/* Reads the event tr_source_peek spoke of. False: it was damaged, and reported. */
bool tr_source_take(struct tr_source *source, uint8_t *buffer, struct tr_event *event);

/* reader_release.c: makes a hole of what has been read. */
void tr_source_release(struct tr_source *source);

/* reader_token.c: input tokens that wait for their call. */
#define TR_PENDING_MAX 256 /* more than one a thread is not normal */
struct tr_pending {
	bool used;
	uint64_t of_seq, order;
	uint8_t *block; /* the event's bytes are in here */
	size_t room;
	struct tr_event event;
};
struct tr_tokens {
	struct tr_pending *pending;
	size_t count; /* used */
	uint64_t order;
	struct tr_pending *lent[TR_WHERE_MESSAGE + 2]; /* to the event that was delivered last */
	unsigned lent_count;
};
/* Keeps a token event, whose block is in buffer. False: it cannot be kept, deliver it. */
bool tr_tokens_keep(struct tr_tokens *tokens, const uint8_t *buffer, const struct tr_event *event);
/* Gives a call the bytes that wait for it. */
void tr_tokens_join(struct tr_tokens *tokens, struct tr_event *call);
/* The oldest that waits, now delivered by itself. False: none. */
bool tr_tokens_orphan(struct tr_tokens *tokens, struct tr_event *event);
/* What was lent to the last event is free again. */
void tr_tokens_release(struct tr_tokens *tokens);
void tr_tokens_free(struct tr_tokens *tokens);

/* reader.c */
void tr_reader_report(struct tr_source *source, uint64_t offset, const char *what)
	__attribute__((nonnull(1, 3)));
void tr_reader_foreign(struct tr_reader *reader);
void tr_reader_passed(struct tr_reader *reader, uint64_t bytes);

#endif
