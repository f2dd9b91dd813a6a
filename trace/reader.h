/* SPDX-License-Identifier: MIT */
/*
 * Reading traces: events in order of time, from any number of files, in memory that does not grow with them.
 *
 * Files are mapped, may grow while they are read, and are believed in nothing: whatever is wrong in one is
 * reported with its path and offset, and what can be read around it is still delivered. What an event means
 * is for others: this knows blocks, tags, fields and their types.
 */
#ifndef TR_READER_H
#define TR_READER_H

#include "trace/format.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tr_bytes {
	const uint8_t *at;
	size_t length;
};

/* Walks fields. Once something is wrong it stays `bad` and gives no more of them. */
struct tr_cursor {
	const uint8_t *at, *end;
	bool bad;
};

/* What events.def says of a field. */
struct tr_field_info {
	const char *symbol; /* "MAJOR" */
	const char *json;   /* "major" */
	enum tr_type type;
};

struct tr_value {
	uint16_t id;
	uint16_t length;
	const uint8_t *at;
	const struct tr_field_info *info; /* NULL: an id that this version does not know */
};

#define TR_DESCRIPTION_MAX 32 /* bytes that are kept of it; the writer's are shorter */

/* One event. Everything it points to is valid until the next tr_reader_next. */
struct tr_event {
	uint64_t time; /* ns since the epoch; of a call: when it returned */
	struct tr_head head;
	struct tr_cursor fields; /* at the first one; copy it to walk */
	/* Captured bytes by enum tr_where; a call has those of its token events too. Length 0: none. */
	struct tr_bytes bytes[TR_WHERE_MESSAGE + 1];
	struct tr_bytes comment; /* the packet's, not terminated */
	/* For who hands the packet on: its data, tags and payload; its flags (epb_flags, 0: none); and what
	 * its interface is described as, zeros behind it, which tells traces apart that were joined. */
	struct tr_bytes packet;
	uint32_t flags;
	uint8_t description[TR_DESCRIPTION_MAX];
	unsigned file;	    /* counts tr_reader_add */
	uint32_t interface; /* of the file: traces that were joined keep theirs apart */
	uint64_t offset;    /* of its block in the file */
};

struct tr_reader_stats {
	uint64_t events;   /* delivered, token events that were joined to a call not counted */
	uint64_t foreign;  /* packets that are not gsstap's */
	uint64_t late;	   /* delivered after a younger event */
	uint64_t problems; /* reported */
	uint64_t bytes;	   /* of all files */
	uint64_t bytes_read;
};

struct tr_reader;

/*
 * problem is called with a sentence "FILE: ..." without a newline for everything that is wrong with a file.
 * NULL when there is no memory.
 */
struct tr_reader *tr_reader_new(void (*problem)(void *context, const char *text), void *context);
void tr_reader_free(struct tr_reader *reader);

/* Adds a file. Returns 0, or -1 after reporting what is wrong; the others are read all the same. */
int tr_reader_add(struct tr_reader *reader, const char *path);
/* The same of its first bytes alone, at most so many: the rest is as if it was cut off. */
int tr_reader_add_beginning(struct tr_reader *reader, const char *path, uint64_t most);

/* Looks whether files have grown. */
void tr_reader_refresh(struct tr_reader *reader);

/* Gives the space of what has been delivered back: for files that nobody will read again. */
void tr_reader_release(struct tr_reader *reader);

/* Nothing more will be written: what is incomplete from here on stays so and is delivered or reported as
 * such. */
void tr_reader_finish(struct tr_reader *reader);

/*
 * The next event in order of time, but none after `until` (ns since the epoch). False: none for now; after
 * tr_reader_finish: none at all, when until is UINT64_MAX.
 *
 * The input token of a call (a token event) is joined to its call; it comes as an event of its own only
 * when its call is not there.
 */
bool tr_reader_next(struct tr_reader *reader, uint64_t until, struct tr_event *event);

/* From now on token events are not joined to their calls: each packet is an event, as it stands in the file.
 */
void tr_reader_keep_apart(struct tr_reader *reader);

const struct tr_reader_stats *tr_reader_stats(struct tr_reader *reader);

/* The next field. False at the end, and when the fields are damaged: see cursor->bad. */
bool tr_cursor_next(struct tr_cursor *cursor, struct tr_value *value);
/* The fields inside a value of type GROUP. */
struct tr_cursor tr_cursor_into(const struct tr_value *value);
/* The first field with this id. */
bool tr_event_find(const struct tr_event *event, enum tr_field_id id, struct tr_value *value);

/* How many events could not be recorded, where it is a dropped event: those that a limit asked for are none.
 */
uint64_t tr_event_lost(const struct tr_event *event);

/* Numbers of 4 or 8 bytes; 0 for other lengths (which tr_cursor_next has refused already). */
int64_t tr_value_int(const struct tr_value *value);
uint64_t tr_value_uint(const struct tr_value *value);
struct tr_token tr_value_token(const struct tr_value *value);
/* Where in event->bytes the captured bytes of a TOKEN field are; none: length 0. */
struct tr_bytes tr_value_bytes(const struct tr_event *event, const struct tr_value *value);

/* NULL for what this version does not know. */
const struct tr_field_info *tr_field_info(unsigned id);
const char *tr_event_name(unsigned event);
const char *tr_call_name(unsigned call);
/* Ids of fields that are known are below this. */
extern const unsigned tr_field_ids;

#endif
