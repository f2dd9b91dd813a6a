/* SPDX-License-Identifier: MIT */
/*
 * The file of a trace: made at the first event, grown by whole pages, never repaired.
 *
 * It is written by system calls alone and never mapped for writing: a mapping of a file that somebody else
 * cuts (`> file`, logrotate's copytruncate) is a SIGBUS in the host. A page is appended complete, with all
 * its slots laid out as free blocks; an event becomes a packet by the last write to it, that of its first
 * word. So the file consists of whole blocks at every moment, also for who reads it meanwhile. (An event too
 * large for a slot is appended as one extent; there the file can end in the middle of a block for a
 * microsecond.)
 *
 * A file that was cut is begun anew, and what was lost is counted in it. To meet the file size limit is a
 * signal, which is taken back while it is held off. System calls are made directly because their wrappers
 * are cancellation points, and a thread must not be cancelled in here.
 */
#include "trace/writer_file.h"

#include "trace/unconst.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

_Atomic(uint32_t) tr_file_turn;
_Atomic(uint32_t) tr_file_wants;

struct tr_file tr_file = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

/* Under a filter, to wait for the lock would be a system call, too, as is to hold signals off. */
void tr_file_lock(void)
{
	struct tr_held held;

	if (atomic_load(&tr_confined)) {
		while (!tr_file_try_lock())
			;
		return;
	}
	held = tr_hold_signals();
	pthread_mutex_lock(&tr_file.lock);
	tr_file.signals = held;
}

bool tr_file_try_lock(void)
{
	struct tr_held held = tr_hold_signals();

	if (!pthread_mutex_trylock(&tr_file.lock)) {
		tr_file.signals = held;
		return true;
	}
	tr_let_signals(held);
	return false;
}

void tr_file_unlock(void)
{
	struct tr_held held = tr_file.signals;

	pthread_mutex_unlock(&tr_file.lock);
	tr_let_signals(held);
}

#define LIMIT_SIGNAL (UINT64_C(1) << (SIGXFSZ - 1)) /* as the kernel's masks have it */

/* A filter that was there before us may refuse what takes a signal back. */
static bool can_take_signals(void)
{
	const uint64_t none = 0;
	const struct timespec at_once = {0};

	return tr_file.signals.held &&
	       syscall(SYS_rt_sigtimedwait, &none, NULL, &at_once, sizeof(none)) < 0 && errno == EAGAIN;
}

/* A host that holds the signal off itself may have one waiting: there the limit must not be met either. */
static bool may_meet_limit(void)
{
	return tr_file.takes_signal && tr_file.signals.held && !(tr_file.signals.before & LIMIT_SIGNAL);
}

static void ask_limit(void)
{
	struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

	if (!may_meet_limit())
		getrlimit(RLIMIT_FSIZE, &limit);
	tr_file.limit = limit.rlim_cur;
}

static bool is_beyond_limit(uint64_t size)
{
	struct rlimit limit;

	return !getrlimit(RLIMIT_FSIZE, &limit) && size > limit.rlim_cur;
}

/* Was all written? If the limit was met, its signal waits for this thread, and is nobody's. */
static bool is_written(ssize_t n, size_t length)
{
	const uint64_t set = LIMIT_SIGNAL;
	const struct timespec at_once = {0};

	if (n < 0 && errno == EFBIG && may_meet_limit()) {
		syscall(SYS_rt_sigtimedwait, &set, NULL, &at_once, sizeof(set));
		errno = EFBIG;
	}
	return n == (ssize_t)length;
}

bool tr_file_put_end(const struct iovec *parts, int count, size_t length)
{
	ssize_t n;

	if (tr_file.end + length > tr_file.limit) {
		errno = EFBIG;
		return false;
	}
	do
		n = syscall(SYS_pwritev, tr_file.fd, parts, count, (long)tr_file.end, 0L);
	while (n < 0 && errno == EINTR);
	if (is_written(n, length)) {
		tr_file.last = tr_file.end;
		tr_file.end += length;
		return true;
	}
	if (n > 0) { /* as much as there was room for, on the disk or below the limit */
		syscall(SYS_ftruncate, tr_file.fd, (off_t)tr_file.end);
		errno = is_beyond_limit(tr_file.end + length) ? EFBIG : ENOSPC;
	}
	return false;
}

/* As an end is written: each kind of system call is one more that a filter may not know. */
bool tr_file_put_at(const uint8_t *from, size_t length, uint64_t at)
{
	struct iovec part = {TR_UNCONST(from), length};

	errno = EFBIG;
	return at + length <= tr_file.limit &&
	       is_written(syscall(SYS_pwritev, tr_file.fd, &part, 1, (long)at, 0L), length);
}

int tr_file_refused(void)
{
	if (tr_was_filtered(errno))
		return TR_DROP_FILTER + 1;
	return (errno == ENOMEM ? TR_DROP_MEMORY : TR_DROP_SPACE) + 1;
}

/* Extents follow each other in time, whatever the threads that ask for them. */
uint64_t tr_file_time(void)
{
	uint64_t now = tr_now();

	if (now > tr_file.time)
		tr_file.time = now;
	return tr_file.time;
}

/* One block as an extent of its own, of the file's time; `parts` begins with the block's head. */
static bool put_extent(const struct iovec *parts, int count, size_t block_length, uint32_t tid)
{
	uint8_t head[sizeof(struct tr_extent)], fill[24] = {0};
	struct iovec all[8] = {{head, sizeof(head)}};
	size_t size = sizeof(head) + block_length, gap;
	int n = 1;

	for (; n <= count; n++)
		all[n] = parts[n - 1];
	/* What is left to the next page must be able to hold a block, which has at least 12 bytes. */
	gap = -(tr_file.end + size) & (TR_PAGE - 1);
	if (gap && gap < 12) {
		gap += 12;
		tr_lay_free(fill, (uint32_t)gap);
		all[n++] = (struct iovec){fill, gap};
		size += gap;
	}
	tr_lay_extent(head, size, (uint32_t)block_length, 1, tr_file.time, tid);
	tr_lay_time(parts[0].iov_base, tr_file.time);
	return tr_file_put_end(all, n, size);
}

static bool put_introduction(void)
{
	struct iovec part = {tr_file.introduction, tr_file.introduction_length};

	return part.iov_base && put_extent(&part, 1, part.iov_len, tr_file.pid);
}

/*
 * A file begins: its first page, with what was lost so far; who the process is, where that was told before;
 * and what is finished and in no file yet. By their times it is the same order: the first two are as old as
 * the oldest event.
 */
static bool begin_file(void)
{
	struct iovec part = {tr_file.preamble, TR_PREAMBLE};
	uint64_t now = tr_file_time(), oldest = tr_lanes_oldest();
	uint64_t first = (oldest && oldest < now ? oldest : now) - 1;

	tr_file.end = tr_file.last = tr_file.seen = 0;
	tr_file.events = 0;
	tr_lay_preamble(tr_file.preamble, tr_file.id, first, tr_file.pid);
	tr_drop_lay_all();
	if (!tr_file_put_end(&part, 1, TR_PREAMBLE))
		return false;
	tr_drop_all_told();
	tr_file.time = first;
	tr_file.introduced = put_introduction();
	tr_lanes_move(first, tr_file.pid);
	tr_file.time = now;
	return true;
}

int tr_file_create(const char *path_template)
{
	struct stat st;
	int error = 0, copy = 1;

	tr_file_lock();
	tr_file.fd = tr_file_make(path_template, &copy, tr_file.path);
	if (tr_file.fd < 0) {
		error = errno;
	} else {
		tr_file.pid = (uint32_t)getpid();
		tr_file.preamble = tr_file.own_preamble;
		tr_file.time = 0;
		tr_file.takes_signal = can_take_signals();
		ask_limit();
		tr_file.id = tr_file_time() ^ (uint64_t)tr_file.pid << 40;
		if (fstat(tr_file.fd, &st) || !begin_file())
			error = errno ? errno : EIO;
	}
	if (!error) {
		tr_file.device = st.st_dev;
		tr_file.inode = st.st_ino;
		tr_file.asked = tr_file.time;
		tr_limit_begins(copy, &st);
	} else if (tr_file.fd >= 0) {
		tr_file_unmake(tr_file.fd, tr_file.path);
		tr_file.fd = -1;
	}
	tr_file_unlock();
	return error;
}

bool tr_file_is_open(void)
{
	return tr_file.fd >= 0;
}

const char *tr_file_path(void)
{
	return tr_file.path;
}

/*
 * Cut and, between our look at it and our write, or by somebody else, made longer again: then there is a hole
 * where the last thing began that was there when we looked, whatever came behind it since. A file that has as
 * many blocks as its length asks for has none, and need not be read: that would cost its time of access as
 * well. More blocks than that are some file system's own affair, and say nothing.
 */
static bool has_hole(const struct stat *st)
{
	const uint64_t blocks = (uint64_t)st->st_blocks * 512;
	uint32_t type;

	if (blocks >= tr_file.end && blocks - tr_file.end < (uint64_t)TR_RUN_MOST * TR_PAGE)
		return false;
	return syscall(SYS_pread64, tr_file.fd, &type, sizeof(type), (off_t)tr_file.seen) == sizeof(type) &&
	       !type;
}

int tr_file_settle(void)
{
	struct stat st;

	if (atomic_load(&tr_confined))
		return TR_DROP_FILTER + 1;
	if (tr_file.fd < 0)
		return TR_DROP_FILE + 1;
	if (!tr_file_is_ours(&st))
		return (tr_was_filtered(errno) ? TR_DROP_FILTER : TR_DROP_FILE) + 1;
	ask_limit();
	if (tr_limit_bytes() && (tr_file.end >= tr_limit_bytes() || tr_file_lost_its_name()))
		atomic_fetch_or(&tr_file_wants, TR_WANTS_FILE);
	if (tr_file.end && (uint64_t)st.st_size >= tr_file.end && !has_hole(&st)) {
		tr_file.seen = tr_file.last;
		return 0;
	}
	tr_drop_add(TR_DROP_CUT, tr_file.events);
	atomic_fetch_add(&tr_file_turn, 1);
	if (syscall(SYS_ftruncate, tr_file.fd, 0L) || !begin_file())
		return tr_file_refused();
	atomic_fetch_or(&tr_file_wants, TR_WANTS_FIRST_EVENT);
	return 0;
}

bool tr_file_align(void)
{
	static const uint8_t zeros[TR_PAGE];
	uint32_t gap =
		(uint32_t)(-tr_file.end & (TR_PAGE - 1)); /* never less than 12: put_extent sees to it */
	uint8_t ends[12];
	struct iovec parts[] = {{ends, 8}, {TR_UNCONST(zeros), gap - sizeof(ends)}, {ends + 8, 4}};

	if (!gap)
		return true;
	tr_lay_free(ends, sizeof(ends));
	memcpy(ends + 4, &gap, sizeof(gap));
	memcpy(ends + 8, &gap, sizeof(gap));
	return tr_file_put_end(parts, 3, gap);
}

/* The file that follows, which has no events yet. */
static struct {
	int fd; /* -1: none */
	int copy;
	struct stat st;
	char path[PATH_MAX];
} next = {.fd = -1};

/* A file that cannot have its first page is not worth leaving the old one for. */
static bool has_room(int fd)
{
	static uint8_t page[TR_PREAMBLE];
	struct iovec part = {page, TR_PREAMBLE};

	tr_lay_preamble(page, tr_file.id, tr_file.time, tr_file.pid);
	return TR_PREAMBLE <= tr_file.limit &&
	       is_written(syscall(SYS_pwritev, fd, &part, 1, 0L, 0L), TR_PREAMBLE);
}

bool tr_file_make_next(const char *path_template)
{
	bool made;

	tr_file_lock();
	next.copy = tr_limit_current();
	if (next.fd < 0 && !atomic_load(&tr_confined)) /* the same name again, when it is free */
		next.fd = tr_file_make(path_template, &next.copy, next.path);
	ask_limit();
	if (next.fd >= 0 && (fstat(next.fd, &next.st) || !has_room(next.fd))) {
		tr_file_unmake(next.fd, next.path);
		next.fd = -1;
	}
	made = next.fd >= 0;
	tr_file_unlock();
	return made;
}

void tr_file_next(const char *path_template)
{
	uint32_t lost[TR_DROPS];
	bool ours;

	tr_file_lock();
	if (next.fd < 0 || atomic_load(&tr_confined)) {
		tr_file_unlock();
		return;
	}
	ours = tr_file_is_ours(&(struct stat){0});
	tr_drop_hand_over(lost, ours);
	tr_limit_ends(path_template, tr_file.events, lost);
	tr_limit_begins(next.copy, &next.st);
	if (ours)
		syscall(SYS_close, tr_file.fd);
	tr_file.fd = next.fd;
	next.fd = -1;
	tr_file.device = next.st.st_dev;
	tr_file.inode = next.st.st_ino;
	memcpy(tr_file.path, next.path, sizeof(tr_file.path));
	tr_tail_move(tr_file.path);
	for (int why = 0; why < TR_DROPS; why++)
		tr_drop_add((enum tr_drop)why, lost[why]);
	atomic_fetch_add(&tr_file_turn, 1);
	tr_file.end = 0; /* where the host has closed this one, too, it is begun when it can be reopened */
	tr_file.events = 0;
	if (tr_file_is_ours(&(struct stat){0}))
		begin_file();
	/* Others have met the old file's end meanwhile. */
	atomic_fetch_and(&tr_file_wants, ~(uint32_t)TR_WANTS_FILE);
	tr_file_unlock();
}

int tr_file_append(const struct iovec *parts, int count, size_t block_length, uint32_t tid)
{
	int why;

	tr_file_lock();
	why = tr_file_settle();
	tr_file_time();
	if (!why && !put_extent(parts, count, block_length, tid))
		why = tr_file_refused();
	tr_file.events += !why && tr_lay_is_counted(parts[0].iov_base);
	tr_file_unlock();
	return why;
}

static void forget_introduction(void)
{
	void *introduction = tr_file.introduction;

	/* A child of fork, at any moment, is not to unmap what is somebody else's by then. */
	__atomic_store_n(&tr_file.introduction, NULL, __ATOMIC_SEQ_CST);
	tr_file.introduced = false;
	if (introduction)
		munmap(introduction, tr_file.introduction_room);
}

int tr_file_introduce(uint8_t *block, size_t length, size_t room, uint32_t tid, bool kept_alone)
{
	struct iovec part = {block, length};
	int why;

	tr_file_lock();
	why = kept_alone ? 0 : tr_file_settle();
	tr_file_time();
	if (!why && !kept_alone && !put_extent(&part, 1, length, tid))
		why = tr_file_refused();
	if (why) {
		munmap(block, room);
	} else {
		forget_introduction();
		tr_file.introduction = block;
		tr_file.introduction_length = length;
		tr_file.introduction_room = room;
		tr_file.introduced = !kept_alone;
	}
	tr_file_unlock();
	return why;
}

bool tr_file_has_introduction(void)
{
	bool has;

	tr_file_lock();
	has = tr_file.introduced;
	tr_file_unlock();
	return has;
}

bool tr_file_lacks_introduction(void)
{
	bool lacks;

	tr_file_lock();
	lacks = tr_file.introduction && !tr_file.introduced;
	tr_file_unlock();
	return lacks;
}

bool tr_file_is_introduced(const struct tr_draft *d)
{
	bool same;

	tr_file_lock();
	same = tr_file.introduced && tr_lay_has_fields(tr_file.introduction, d);
	tr_file_unlock();
	return same;
}

void tr_file_finish(void)
{
	tr_file_lock();
	tr_tail_remove();
	tr_file_unlock();
}

void tr_file_resume(void)
{
	tr_file_lock();
	if (tr_file.preamble != tr_file.own_preamble)
		tr_drop_move(tr_file.own_preamble);
	tr_stream_forget();
	tr_lanes_unback();
	tr_tail_renew();
	tr_file_unlock();
}

void tr_file_forget(void)
{
	struct stat st;

	/* The parent's lock may have been held at the fork by a thread that does not exist here. */
	tr_file.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	if (tr_file.fd >= 0 && !fstat(tr_file.fd, &st) && st.st_dev == tr_file.device &&
	    st.st_ino == tr_file.inode)
		syscall(SYS_close, tr_file.fd);
	tr_file.fd = -1;
	if (next.fd >= 0 && !fstat(next.fd, &st) && st.st_dev == next.st.st_dev &&
	    st.st_ino == next.st.st_ino)
		syscall(SYS_close, next.fd);
	next.fd = -1;
	forget_introduction();
	tr_stream_forget();
	tr_tail_forget();
	tr_limit_forget();
	atomic_store(&tr_file_wants, 0);
	tr_drop_forget();
}
