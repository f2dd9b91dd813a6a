/* SPDX-License-Identifier: MIT */
/*
 * The file, for the parts of the writer that write to it (writer_file.c, writer_stream.c, writer_drop.c). All
 * of this is under its lock.
 */
#ifndef TR_WRITER_FILE_H
#define TR_WRITER_FILE_H

#include "trace/writer_private.h"

#include <limits.h>
#include <pthread.h>
#include <sys/types.h>

struct tr_file {
	pthread_mutex_t lock;
	struct tr_held signals; /* of who holds it */
	bool takes_signal;	/* that of the size limit, when it was met */
	int fd;			/* -1: no file */
	dev_t device;
	ino_t inode;
	uint64_t id;	       /* the same in its tail */
	uint64_t end;	       /* of the file */
	uint64_t last;	       /* where the last thing was appended */
	uint64_t seen;	       /* that of when it was looked at: nothing is written there again */
	uint64_t time;	       /* of the last extent */
	uint64_t limit;	       /* of the size of files, where it must not be met */
	uint64_t asked;	       /* when its name was looked at */
	uint32_t events;       /* that are in it and in no other */
	uint8_t *introduction; /* the process event as it was last told, a mapping; NULL: not yet */
	size_t introduction_length, introduction_room;
	bool introduced; /* it is in the file */
	uint32_t pid;
	uint8_t *preamble; /* this, or a page of the tail where system calls are over */
	uint8_t own_preamble[TR_PREAMBLE];
	char path[PATH_MAX];
};
extern struct tr_file tr_file;

void tr_file_lock(void);
/* False: somebody holds it, perhaps this very thread, which a signal handler has interrupted. */
bool tr_file_try_lock(void);
void tr_file_unlock(void);
/*
 * Before anything is written. A file that is shorter than we left it was cut by somebody else, so nobody
 * knows where its blocks end: it is begun anew. 0, or the reason why nothing can be written plus 1.
 */
int tr_file_settle(void);
/* Writes all parts at the end of the file, or takes back what was written; or bytes that have a place. */
struct iovec;
bool tr_file_put_end(const struct iovec *parts, int count, size_t length);
bool tr_file_put_at(const uint8_t *from, size_t length, uint64_t at);
/* Single extents end anywhere: fills up to the next page, which is where a page of slots begins. */
bool tr_file_align(void);
/* Extents follow each other in time, whatever the threads that ask for them. */
uint64_t tr_file_time(void);

/* writer_open.c: its name and its descriptor */
/* Makes the file of the first name from the copy-th on that is free: *copy, path. The descriptor, or -1 with
 * errno set. */
int tr_file_make(const char *path_template, int *copy, char path[PATH_MAX]);
void tr_file_unmake(int fd, const char *path);
/* Is the descriptor still our file? The host may have closed it, and may have got its number for a file of
 * its own; then it is opened again. */
struct stat;
bool tr_file_is_ours(struct stat *st);
/* Has it no name any more, so that nobody will read it? */
bool tr_file_is_removed(void);
/* Has somebody taken its name away (logrotate)? Asked once a second, where files are to follow each other. */
bool tr_file_lost_its_name(void);

/* writer_drop.c */
void tr_drop_add(enum tr_drop why, uint32_t count);
/* Into a preamble that was laid anew. */
void tr_drop_lay_all(void);
/* ... and was written. */
void tr_drop_all_told(void);
/* The preamble lives there from now on. */
void tr_drop_move(uint8_t *preamble);
/*
 * The file is about to end: says in it what was lost, and how much that is. Those who read both files shall
 * not count a loss twice, so what it cannot be told, since it is not open or full, is left for the next one.
 */
void tr_drop_hand_over(uint32_t lost[TR_DROPS], bool open);
/* Nothing was lost so far. */
void tr_drop_forget(void);

/* writer_stream.c: those pages that were put aside are another process's. */
void tr_stream_forget(void);

#endif
