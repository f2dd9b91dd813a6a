/* SPDX-License-Identifier: MIT */
/*
 * Writing a trace from inside a host: no malloc, no stdio, no lock on the hot path, no signal, no descriptor
 *below the host's. Every function leaves errno as it found it and may be called from any thread, after fork,
 *in signal handlers and at exit. What cannot be recorded is dropped and counted; the host never learns of it.
 *
 * An event is drafted in memory that belongs to the thread, then committed as a whole:
 *
 *	struct tr_draft *d = tr_begin(TR_E_call);
 *	if (d) {
 *		tr_put_u32(d, TR_F_MAJOR, major);
 *		tr_commit(d);
 *	}
 *
 * Between tr_begin and tr_commit nothing of the host's may be called.
 */
#ifndef TR_WRITER_H
#define TR_WRITER_H

#include "trace/format.h"

#include <stdbool.h>
#include <stddef.h>

/* Why an event was dropped; those before TR_DROPS have a text in the `dropped` event. */
enum tr_drop {
	TR_DROP_SPACE,
	TR_DROP_BUSY,
	TR_DROP_FILE,
	TR_DROP_SIZE,
	TR_DROP_CUT,
	TR_DROP_FILTER,
	TR_DROP_OLD,
	TR_DROP_MEMORY,
	TR_DROP_EARLY,
	TR_DROPS,
	/* Of these no trace tells. */
	TR_DROP_NO_TRACE = TR_DROPS, /* tr_on_failure was told why */
	TR_DROP_REMOVED,
	TR_LOSSES
};

/* The program's short name, as it was when tr_configure was called: a process may write its title over it. */
extern char tr_program[64];

/* The capture level in force. Read it before preparing anything for an event. */
extern _Atomic int tr_level;

/* Space for the fields of one event; a longer event loses fields, never the host's memory. */
#define TR_DRAFT_FIELDS 3072

struct tr_draft {
	struct tr_head head;
	uint64_t time;	       /* ns since the epoch; 0: taken by tr_commit */
	const char *comment;   /* short, for people; tr_begin sets the event's name, tr_comment another one */
	size_t comment_length; /* 0: to be counted */
	const void *payload;
	size_t payload_length; /* bytes given; fewer are written when the packet would be too long */
	bool gss_payload;      /* the payload is what RFC 2743 frames */
	bool outbound;
	bool first;	   /* the process event itself: do not write another before it */
	size_t used, size; /* bytes of fields, and their limit */
	uint8_t *fields;
	char *room; /* of TR_COMMENT bytes, for a comment that is composed */
};
#define TR_COMMENT 480

/*
 * Called once, before any thread can record: where traces go (a template as in gsstap(1), which must stay;
 * NULL for none), and the hook that writes the process event when a file is first made, in this process and
 * again after each fork.
 */
void tr_configure(const char *path_template, int level, void (*first_event)(void));

/* By the hook, after the process event: what it tells then is in the same file. False: there is none, or the
 * hook is called again. */
bool tr_introduced(void);

/*
 * Before tr_configure: "SIZE[K|M|G][,FILES[,USR2]]" (limit.h). A file that has reached SIZE, or whose name is
 * gone, is followed by another one, and at most FILES are kept. False: it says no such thing, and there is no
 * limit.
 */
bool tr_limit(const char *text);
extern bool tr_limit_by_signal; /* it says USR2 */
/* The next event begins another file, where there is a limit. For signal handlers, too. */
void tr_next_file(void);

/* A file could not be made, so that what this process does is lost from now on. May be NULL. */
extern void (*tr_on_failure)(const char *path, int error);
/*
 * So many events were lost of which no trace can tell: for the text that is given, or NULL where there is no
 * trace. Makes no system call. False: they are not counted there either. NULL: nobody counts them.
 */
extern bool (*tr_on_lost)(enum tr_drop why, const char *reason, uint32_t count);
/* A thread was given space of its own: tr_thread_ends should be called when it ends. May be NULL. */
extern void (*tr_on_thread)(void);

/* Starts an event, or returns NULL when it is not to be recorded. */
struct tr_draft *tr_begin(enum tr_event_id event);
void tr_commit(struct tr_draft *draft);
/* Makes the file now, with the process event in it, where events are recorded at all. */
bool tr_ready(void);
/* Leaves an event unwritten and uncounted. */
void tr_abandon(struct tr_draft *draft);

/* Composes the comment: what is added first takes the place of the event's name. It is cut. */
void tr_comment(struct tr_draft *draft, const char *text);

/* Fields; each is dropped when it no longer fits (tr_put_text is cut). */
void tr_put(struct tr_draft *draft, enum tr_field_id id, const void *value, size_t length);
void tr_put_u32(struct tr_draft *draft, enum tr_field_id id, uint32_t value);
void tr_put_u64(struct tr_draft *draft, enum tr_field_id id, uint64_t value);
void tr_put_text(struct tr_draft *draft, enum tr_field_id id, const char *text);
void tr_put_text_n(struct tr_draft *draft, enum tr_field_id id, const void *text, size_t length);
/* Fields put between these two belong to one group. */
size_t tr_group_begin(struct tr_draft *draft, enum tr_field_id id);
void tr_group_end(struct tr_draft *draft, size_t mark);
/*
 * A token or message: length and hash; its bytes become the payload when `where` is not TR_WHERE_NONE.
 * `in_event`: the bytes went ahead in a token event.
 */
void tr_put_token(struct tr_draft *draft, enum tr_field_id id, const void *bytes, size_t length,
		  enum tr_where where, bool in_event);
/* The same with its tr_hash, where that is known already; NULL: it is not. */
void tr_put_token_hashed(struct tr_draft *draft, enum tr_field_id id, const void *bytes, size_t length,
			 const uint8_t *hash, enum tr_where where, bool in_event);
/*
 * What tr_put_token and tr_put_secret put, of something that lies in pieces, which `next` gives one after the
 * other; false: there are no more. To be put as a field later, when the bytes may be gone.
 */
struct tr_token tr_token_of_parts(bool (*next)(void *walk, const void **bytes, size_t *length), void *walk,
				  bool secret);
/* What nobody may guess from a trace: length and keyed hash, never its bytes. */
void tr_put_secret(struct tr_draft *draft, enum tr_field_id id, const void *bytes, size_t length);

/* How far the program's clock is from the machine's, where it is shown another one; the process event says
 * it. */
void tr_put_clock(struct tr_draft *draft);
/* In a child of fork: by which fork it began. */
void tr_put_fork(struct tr_draft *draft);

/* The sequence number the next event of this thread will get. */
uint64_t tr_next_seq(void);
/* ns since the epoch. */
uint64_t tr_now(void);
/* Counts lost events: in the trace, or where it cannot be told, by tr_on_lost. */
void tr_count_drops(enum tr_drop why, uint32_t count);
/* This thread ends: its space goes to the next one. Recording after it is allowed. */
void tr_thread_ends(void);
/* A child of vfork has recorded on its parent's thread, which starts anew if that was its first event. */
void tr_thread_lent(void);

/* Is there a file that this thread can write to now? */
bool tr_is_recording(void);
/* The process ends, or becomes another program. Recording after it is allowed. */
void tr_finish(void);
/* It did not come to that. */
void tr_finish_undone(void);

/*
 * A seccomp filter is about to stop the recorder's system calls: it makes none any more, records into space
 * that it takes now, and counts what no longer fits. Where no file was made yet none will be. Set before
 * tr_configure: it was so from the first.
 */
extern _Atomic(bool) tr_confined;
/* False: it was so before. */
bool tr_confine(void);
/* It did not come to that. */
void tr_confine_undone(void);
/* From now on the processor's cycle counter may not be read (PR_SET_TSC). */
void tr_clock_without_counter(void);
/* Is a seccomp filter in force? By opening a file, and reading it. */
enum tr_filtered { TR_FILTERED_UNKNOWN, TR_UNFILTERED, TR_FILTERED };
enum tr_filtered tr_filtered(void);
/* Was it a seccomp filter that refused a system call with this errno? */
bool tr_was_filtered(int error);

/* XXH3-128 in canonical (big-endian) form; the same in every process and on every host. */
void tr_hash(const void *bytes, size_t length, uint8_t out[16]);
/* SipHash-2-4-128 of that under a key of this process and its forks, which is never written: what is equal
 * shows as equal, nothing more. */
void tr_keyed_hash(const void *bytes, size_t length, uint8_t out[16]);
/* Of a secret that holds random keys, for those who have the same: equal in every process, and nothing can be
 * had back from it. */
void tr_hash_in_common(const void *secret, size_t length, uint8_t out[16]);

#endif
