/* SPDX-License-Identifier: MIT */
/*
 * The file of a trace: made at the first event, grown by whole pages, never repaired.
 *
 * It is written by system calls alone and never mapped for writing: a mapping of a file that somebody else
 * cuts
 * (`> file`, logrotate's copytruncate) is a SIGBUS in the host. A page is appended complete, with all its
 * slots laid out as free blocks; an event becomes a packet by the last write to it, that of its first word.
 * So the file consists of whole blocks at every moment, also for who reads it meanwhile. (An event too large
 * for a slot is appended as one extent; there the file can end in the middle of a block for a microsecond.)
 *
 * A file that was cut is begun anew, and what was lost is counted in it. The file size limit is asked before
 * it is met, since meeting it would be a signal. System calls are made directly because their wrappers are
 * cancellation points, and a thread must not be cancelled in here.
 */
#include "trace/writer_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

const uint32_t tr_slot_sizes[TR_CLASSES] = {144, 288, 576, 1344, 4032};
/* Streams grow by 1, 2, 4 and then as many pages. Most calls are small: there growth is worth the memory. */
static const uint32_t pages_most[TR_CLASSES] = {TR_RUN_MOST, 4, 2, 1, 1};

_Atomic(uint32_t) tr_file_turn;
_Atomic(uint32_t) tr_file_wants;

#define SPARE_RUNS 7 /* for a process that can write no more: with the preamble, most of a bank */

static struct {
	pthread_mutex_t lock;
	uint64_t signals; /* the mask of who holds it, from before */
	int fd;		  /* -1: no file */
	dev_t device;
	ino_t inode;
	uint64_t id;	 /* the same in its tail */
	uint64_t end;	 /* of the file */
	uint64_t last;	 /* where the last thing was appended */
	uint64_t time;	 /* of the last extent */
	uint64_t limit;	 /* of the size of files; beyond it a write is a signal */
	uint64_t asked;	 /* when its name was looked at */
	uint32_t events; /* that are in it */
	uint32_t pid;
	uint8_t *preamble;
	uint8_t *spare[SPARE_RUNS]; /* pages of the tail with a place in the file */
	uint64_t spare_place[SPARE_RUNS];
	uint32_t spare_pages; /* how many are left */
	char path[PATH_MAX];
} file = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};
static uint8_t own_preamble[TR_PREAMBLE];

static atomic_uint drops[TR_DROPS];
static uint8_t *drop_slots[TR_DROPS]; /* where the count of a reason stands in the preamble */

static const char *const drop_reasons[TR_DROPS] = {
	[TR_DROP_SPACE] = "no space: disk full, quota or file size limit",
	[TR_DROP_BUSY] = "a signal handler ran inside the recorder",
	[TR_DROP_FILE] = "the host closed the trace and it cannot be reopened",
	[TR_DROP_CUT] = "the trace was cut by somebody else while it was written",
	[TR_DROP_FILTER] = "a seccomp filter stops the recorder's system calls",
	[TR_DROP_OLD] = "older files of this trace were removed, as was asked for (--max-size)",
	[TR_DROP_SIZE] = "the event was larger than a packet may be",
};

/* A descriptor out of the host's way: as high as the limit allows, so that the next open gives the host what
 * it would have got without us. */
static int move_high(int fd)
{
	struct rlimit limit;
	long most = !getrlimit(RLIMIT_NOFILE, &limit) && limit.rlim_cur < 65536 ? (long)limit.rlim_cur
										: 65536,
	     high = -1;

	for (long from = most - 1; from > fd && from > most - 64 && high < 0; from--)
		high = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC, from);
	if (high < 0)
		return fd;
	syscall(SYS_close, fd);
	return (int)high;
}

static int open_at(const char *path, int flags)
{
	return (int)syscall(SYS_openat, AT_FDCWD, path, flags | O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY,
			    0600);
}

/* Under a filter, to wait for the lock would be a system call, too, as is to hold signals off. */
static void lock_file(void)
{
	uint64_t before = 0;

	if (!atomic_load(&tr_confined)) {
		before = tr_hold_signals();
		pthread_mutex_lock(&file.lock);
	} else {
		while (pthread_mutex_trylock(&file.lock))
			;
	}
	file.signals = before;
}

static void unlock_file(void)
{
	uint64_t before = file.signals;

	pthread_mutex_unlock(&file.lock);
	if (!atomic_load(&tr_confined))
		tr_let_signals(before);
}

static void ask_limit(void)
{
	struct rlimit limit;

	file.limit = getrlimit(RLIMIT_FSIZE, &limit) ? RLIM_INFINITY : limit.rlim_cur;
}

/* Writes all parts at the end of the file, or takes back what was written. */
static bool write_end(const struct iovec *parts, int count, size_t length)
{
	ssize_t n;

	if (file.end + length > file.limit) {
		errno = EFBIG;
		return false;
	}
	do
		n = syscall(SYS_pwritev, file.fd, parts, count, (long)file.end, 0L);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)length) {
		file.last = file.end;
		file.end += length;
		return true;
	}
	if (n > 0) {
		syscall(SYS_ftruncate, file.fd, (off_t)file.end);
		errno = ENOSPC;
	}
	return false;
}

/* As an end is written: each kind of system call is one more that a filter may not know. */
static bool write_at(const uint8_t *from, size_t length, uint64_t at)
{
	struct iovec part = {(void *)from, length};

	errno = EFBIG;
	return at + length <= file.limit &&
	       syscall(SYS_pwritev, file.fd, &part, 1, (long)at, 0L) == (ssize_t)length;
}

/* Why nothing could be written, plus 1. */
static int refused(void)
{
	return (tr_was_filtered(errno) ? TR_DROP_FILTER : TR_DROP_SPACE) + 1;
}

/* Extents follow each other in time, whatever the threads that ask for them. */
static uint64_t extent_time(void)
{
	struct tr_clock clock = {0};
	uint64_t now = tr_clock_now(&clock);

	if (now > file.time)
		file.time = now;
	return file.time;
}

/* Takes the next free slot of the preamble for a reason not met before. */
static void begin_drop_slot(enum tr_drop why, uint32_t tid, uint64_t now)
{
	uint8_t *slot = file.preamble + TR_PREAMBLE - TR_DROPS * TR_DROP_SLOT, fields[120];
	struct tr_draft d = {
		.head = {.version = TR_VERSION, .event = TR_E_dropped, .pid = file.pid, .tid = tid},
		.time = now > file.time ? now : file.time,
		.comment = "events dropped",
		.comment_length = 14,
		.fields = fields,
		.size = sizeof(fields)};
	const uint32_t dropped = TR_BLOCK_EPB;

	for (int i = 0; i < TR_DROPS && !memcmp(slot, &dropped, 4); i++)
		slot += TR_DROP_SLOT;
	tr_put_u32(&d, TR_F_COUNT, atomic_load(&drops[why]));
	tr_put_text(&d, TR_F_WHY, drop_reasons[why]);
	tr_lay(slot, &d, tr_layout_of(&d), TR_DROP_SLOT);
	memcpy(slot, &dropped, sizeof(dropped));
	drop_slots[why] = slot;
}

/* The count is the first field: 28 bytes of block head, 12 of the dissector's tag, ours, tr_head, tr_field.
 */
#define COUNT_AT (28 + 12 + 4 + sizeof(struct tr_head) + sizeof(struct tr_field))

static void lay_drops(enum tr_drop why, uint32_t tid, uint64_t now)
{
	uint32_t count = atomic_load(&drops[why]);

	if (!drop_slots[why])
		begin_drop_slot(why, tid, now);
	memcpy(drop_slots[why] + COUNT_AT, &count, sizeof(count));
}

/* The first page of a file, with what was lost so far. */
static bool write_preamble(void)
{
	struct iovec part = {file.preamble, TR_PREAMBLE};

	file.end = file.last = 0;
	file.events = 0;
	memset(drop_slots, 0, sizeof(drop_slots));
	tr_lay_preamble(file.preamble, file.id, extent_time(), file.pid);
	for (int why = 0; why < TR_DROPS; why++)
		if (atomic_load(&drops[why]))
			lay_drops((enum tr_drop)why, file.pid, file.time);
	return write_end(&part, 1, TR_PREAMBLE);
}

/* The first name from the copy-th on that is free. Returns the descriptor, or -1 with errno set. */
static int make(const char *path_template, int *copy, char path[PATH_MAX])
{
	const int last = *copy + 1000;
	int fd = -1;

	for (; fd < 0 && *copy < last; ++*copy) {
		if (!tr_name(path_template, *copy, path, PATH_MAX)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		fd = open_at(path, O_CREAT | O_EXCL);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	--*copy;
	return fd < 0 ? -1 : move_high(fd);
}

static void close_and_remove(int fd, const char *path)
{
	syscall(SYS_close, fd);
	syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int tr_file_create(const char *path_template)
{
	struct stat st;
	int error = 0, copy = 1;

	lock_file();
	file.fd = make(path_template, &copy, file.path);
	if (file.fd < 0) {
		error = errno;
	} else {
		file.pid = (uint32_t)getpid();
		file.preamble = own_preamble;
		file.time = 0;
		ask_limit();
		file.id = extent_time() ^ (uint64_t)file.pid << 40;
		if (fstat(file.fd, &st) || !write_preamble())
			error = errno ? errno : EIO;
	}
	if (!error) {
		file.device = st.st_dev;
		file.inode = st.st_ino;
		file.asked = file.time;
		tr_limit_begins(copy);
	} else if (file.fd >= 0) {
		close_and_remove(file.fd, file.path);
		file.fd = -1;
	}
	unlock_file();
	return error;
}

bool tr_file_is_open(void)
{
	return file.fd >= 0;
}

const char *tr_file_path(void)
{
	return file.path;
}

/* Is the descriptor still our file? The host may have closed it, and may have got its number for a file of
 * its own. */
static bool still_ours(struct stat *st)
{
	int fd;

	if (!fstat(file.fd, st) && st->st_dev == file.device && st->st_ino == file.inode)
		return true;
	fd = open_at(file.path, 0);
	if (fd < 0)
		return false;
	if (fstat(fd, st) || st->st_dev != file.device || st->st_ino != file.inode) {
		syscall(SYS_close, fd);
		return false;
	}
	file.fd = move_high(fd);
	return true;
}

/* Cut and, between our look at it and our write, made longer again: then there is a hole before what came
 * last. */
static bool has_hole(void)
{
	uint32_t before;

	return file.last &&
	       syscall(SYS_pread64, file.fd, &before, sizeof(before), (off_t)file.last - 4) ==
		       sizeof(before) &&
	       !before;
}

/* Has somebody taken its name away (logrotate)? Asked once a second, where files are to follow each other. */
static bool has_lost_its_name(void)
{
	struct tr_clock clock = {0};
	uint64_t now = tr_clock_now(&clock);
	struct stat st;

	if (now - file.asked < 1000000000)
		return false;
	file.asked = now;
	return stat(file.path, &st) ? errno == ENOENT : st.st_dev != file.device || st.st_ino != file.inode;
}

/*
 * Before anything is written. A file that is shorter than we left it was cut by somebody else, so nobody
 * knows where its blocks end: it is begun anew. 0, or the reason why nothing can be written plus 1.
 */
static int settle(void)
{
	struct stat st;

	if (atomic_load(&tr_confined))
		return TR_DROP_FILTER + 1;
	if (file.fd < 0)
		return TR_DROP_FILE + 1;
	if (!still_ours(&st))
		return (tr_was_filtered(errno) ? TR_DROP_FILTER : TR_DROP_FILE) + 1;
	ask_limit();
	if (tr_limit_bytes() && (file.end >= tr_limit_bytes() || has_lost_its_name()))
		atomic_fetch_or(&tr_file_wants, TR_WANTS_FILE);
	if ((uint64_t)st.st_size >= file.end && !has_hole())
		return 0;
	atomic_fetch_add(&drops[TR_DROP_CUT], file.events);
	atomic_fetch_add(&tr_file_turn, 1);
	if (syscall(SYS_ftruncate, file.fd, 0L) || !write_preamble())
		return refused();
	atomic_fetch_or(&tr_file_wants, TR_WANTS_FIRST_EVENT);
	return 0;
}

/* Single extents end anywhere: fill up to the next page, which is where a page of slots begins. */
static bool align_end(void)
{
	uint8_t fill[TR_PAGE] = {0};
	uint32_t gap = (uint32_t)(-file.end & (TR_PAGE - 1));
	struct iovec part = {fill, gap};

	if (!gap)
		return true;
	tr_lay_free(fill, gap); /* never less than 12: tr_file_append sees to it */
	return write_end(&part, 1, gap);
}

/* The next slot at or after an offset: a page begins with the head of its extent. */
static uint32_t slot_at(uint32_t at)
{
	return at & (TR_PAGE - 1) ? at : at + (uint32_t)sizeof(struct tr_extent);
}

/* How far the events of a stream are finished, from what is written on. */
static uint32_t finished(const struct tr_stream *stream, int class, uint32_t *events)
{
	uint32_t end = stream->written;

	for (uint32_t at = end; at < stream->bytes; at = end) {
		at = slot_at(at);
		if (__atomic_load_n((const uint32_t *)(const void *)(stream->map + at), __ATOMIC_ACQUIRE) !=
		    TR_BLOCK_EPB)
			break;
		end = at + tr_slot_sizes[class];
		++*events;
	}
	return end;
}

/* Writes events to the slots that the file has for them: the first one's first word last, before which a
 * reader does not see those behind it either. */
static bool write_slots(const struct tr_stream *stream, uint32_t end)
{
	uint32_t at = slot_at(stream->written);

	return write_at(stream->map + at + 4, end - at - 4, stream->place + at + 4) &&
	       write_at(stream->map + at, 4, stream->place + at);
}

/* The stream's pages have no place in the file any more: what is not written goes to the end of it. */
static bool write_elsewhere(const struct tr_stream *stream, int class, uint32_t end, uint32_t tid)
{
	uint8_t page[TR_PAGE];
	struct iovec part = {page, TR_PAGE};
	uint32_t size = tr_slot_sizes[class], to = sizeof(struct tr_extent);

	if (!align_end())
		return false;
	tr_lay_page(page, class, extent_time(), tid);
	for (uint32_t at = slot_at(stream->written); at < end; at = slot_at(at + size)) {
		memcpy(page + to, stream->map + at, size);
		to += size;
		if (to < TR_PAGE && at + size < end)
			continue;
		if (!write_end(&part, 1, TR_PAGE))
			return false;
		tr_lay_page(page, class, file.time, tid);
		to = sizeof(struct tr_extent);
	}
	return true;
}

/* The lock is held, and the file is ours. */
static bool write_stream(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t events = 0, end = finished(stream, class, &events);

	if (!events)
		return true;
	if (!(stream->turn == atomic_load(&tr_file_turn) ? write_slots(stream, end)
							 : write_elsewhere(stream, class, end, tid)))
		return false;
	stream->written = end;
	file.events += events;
	return true;
}

int tr_file_write(struct tr_stream *stream, int class, uint32_t tid)
{
	int why;

	lock_file();
	why = settle();
	if (!why && !write_stream(stream, class, tid))
		why = refused();
	/* What only this memory has is lost. */
	if (why == TR_DROP_FILTER + 1 && !stream->backed)
		stream->written = stream->next;
	unlock_file();
	return why;
}

/* Memory for the next pages of a stream: in the tail, or of this process alone. */
static bool take_pages(struct tr_stream *stream, int class, bool backed)
{
	uint32_t now = stream->bytes / TR_PAGE, wanted = backed && stream->backed ? now * 2 : 1;
	uint8_t *map = NULL;

	if (wanted > pages_most[class])
		wanted = pages_most[class];
	if (stream->map && stream->backed == backed && wanted == now)
		return true;
	if (backed)
		map = tr_tail_take(file.path, file.id, wanted);
	if (!map && stream->map)
		return true; /* there is no more: what it has will do */
	if (!map) {
		backed = false;
		wanted = 1;
		map = mmap(NULL, TR_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (map == MAP_FAILED)
			return false;
		madvise(map, TR_PAGE, MADV_DONTFORK);
	}
	if (stream->map && stream->backed)
		tr_tail_give_back(stream->map, now);
	else if (stream->map)
		munmap(stream->map, stream->bytes);
	stream->map = map;
	stream->bytes = wanted * TR_PAGE;
	stream->backed = backed;
	return true;
}

/* Lays the stream's pages and gives them a place in the file. */
static bool place_pages(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t pages = stream->bytes / TR_PAGE;
	struct iovec part = {stream->map, stream->bytes};

	if (stream->backed)
		tr_tail_place(stream->map, pages, TR_NOWHERE);
	stream->written = stream->next = stream->bytes;
	stream->time = extent_time();
	for (uint32_t i = 0; i < pages; i++)
		tr_lay_page(stream->map + i * TR_PAGE, class, stream->time, tid);
	stream->place = file.end;
	/* The last page of a disk is worth having, too. */
	if (!write_end(&part, 1, stream->bytes)) {
		part.iov_len = TR_PAGE;
		if (pages == 1 || !write_end(&part, 1, TR_PAGE))
			return false;
		stream->bytes = TR_PAGE;
	}
	if (stream->backed)
		tr_tail_place(stream->map, stream->bytes / TR_PAGE, stream->place);
	stream->turn = atomic_load(&tr_file_turn);
	stream->written = stream->next = 0;
	return true;
}

/* A page out of those that were put aside; what the stream had stays where it is, in the tail. */
static bool take_spare(struct tr_stream *stream, int class, uint32_t tid)
{
	uint32_t used = SPARE_RUNS * TR_RUN_MOST - file.spare_pages, run = used / TR_RUN_MOST;
	uint32_t at = used % TR_RUN_MOST * TR_PAGE;

	if (!file.spare_pages)
		return false;
	file.spare_pages--;
	stream->map = file.spare[run] + at;
	stream->bytes = TR_PAGE;
	stream->backed = true;
	stream->turn = atomic_load(&tr_file_turn);
	stream->place = file.spare_place[run] + at;
	stream->time = extent_time();
	stream->written = stream->next = 0;
	tr_lay_page(stream->map, class, stream->time, tid);
	tr_tail_place(stream->map, 1, stream->place);
	return true;
}

/* Space in the tail, for pages that the file gets as one free block each. */
static void put_aside(void)
{
	uint8_t page[TR_PAGE] = {0}, *preamble;
	struct iovec parts[TR_RUN_MOST];

	tr_lay_free(page, TR_PAGE);
	for (int i = 0; i < TR_RUN_MOST; i++)
		parts[i] = (struct iovec){page, TR_PAGE};
	if (settle() || !align_end())
		return;
	for (int i = 0; i < SPARE_RUNS; i++) {
		file.spare[i] = tr_tail_take(file.path, file.id, TR_RUN_MOST);
		file.spare_place[i] = file.end;
		if (!file.spare[i] || !write_end(parts, TR_RUN_MOST, sizeof(page) * TR_RUN_MOST))
			return;
	}
	preamble = tr_tail_take(file.path, file.id, 1);
	if (!preamble)
		return;
	memcpy(preamble, file.preamble, TR_PREAMBLE);
	for (int why = 0; why < TR_DROPS; why++)
		if (drop_slots[why])
			drop_slots[why] = preamble + (drop_slots[why] - file.preamble);
	file.preamble = preamble;
	tr_tail_place(preamble, 1, 0);
	file.spare_pages = SPARE_RUNS * TR_RUN_MOST;
}

void tr_file_confine(bool confined)
{
	lock_file();
	if (confined && !file.spare_pages)
		put_aside();
	atomic_store(&tr_confined, confined);
	unlock_file();
}

int tr_file_extend(struct tr_stream *stream, int class, bool backed, uint32_t tid)
{
	int why;

	lock_file();
	why = settle();
	if (!why && (!write_stream(stream, class, tid) || !align_end() ||
		     !take_pages(stream, class, backed) || !place_pages(stream, class, tid)))
		why = refused();
	if (why == TR_DROP_FILTER + 1 && take_spare(stream, class, tid))
		why = 0;
	unlock_file();
	return why;
}

bool tr_file_next(const char *path_template)
{
	static char path[PATH_MAX];
	struct stat st;
	int copy = tr_limit_current(), fd;
	uint32_t lost;

	lock_file();
	/* The same name again, when it is free. */
	fd = atomic_load(&tr_confined) ? -1 : make(path_template, &copy, path);
	if (fd >= 0 && fstat(fd, &st)) {
		close_and_remove(fd, path);
		fd = -1;
	}
	if (fd >= 0) {
		lost = tr_limit_ends(path_template, file.events);
		tr_limit_begins(copy);
		if (still_ours(&(struct stat){0}))
			syscall(SYS_close, file.fd);
		file.fd = fd;
		file.device = st.st_dev;
		file.inode = st.st_ino;
		memcpy(file.path, path, sizeof(path));
		tr_tail_move(file.path);
		/* Those who read both files shall not count a loss twice. */
		for (int why = 0; why < TR_DROPS; why++)
			atomic_store(&drops[why], 0);
		atomic_store(&drops[TR_DROP_OLD], lost);
		atomic_fetch_add(&tr_file_turn, 1);
		write_preamble();
	}
	unlock_file();
	return fd >= 0;
}

int tr_file_append(const struct iovec *parts, int count, size_t block_length, uint32_t tid)
{
	uint8_t head[sizeof(struct tr_extent)], fill[24] = {0};
	struct iovec all[8] = {{head, sizeof(head)}};
	size_t size = sizeof(head) + block_length, gap;
	int n = 1, why;

	lock_file();
	why = settle();
	for (; n <= count; n++)
		all[n] = parts[n - 1];
	/* What is left to the next page must be able to hold a block, which has at least 12 bytes. */
	gap = -(file.end + size) & (TR_PAGE - 1);
	if (gap && gap < 12) {
		gap += 12;
		tr_lay_free(fill, (uint32_t)gap);
		all[n++] = (struct iovec){fill, gap};
		size += gap;
	}
	tr_lay_extent(head, size, (uint32_t)block_length, 1, extent_time(), tid);
	tr_lay_time(parts[0].iov_base, file.time);
	if (!why && !write_end(all, n, size))
		why = refused();
	file.events += !why;
	unlock_file();
	return why;
}

bool tr_file_count_drop(enum tr_drop why, uint32_t count, uint32_t tid, uint64_t now)
{
	uint64_t before;
	bool told;
	int lost;

	atomic_fetch_add(&drops[why], count);
	/* The lock may be held by this very thread when a signal interrupted it: then the next drop writes
	 * the count. */
	before = atomic_load(&tr_confined) ? 0 : tr_hold_signals();
	if (pthread_mutex_trylock(&file.lock)) {
		if (!atomic_load(&tr_confined))
			tr_let_signals(before);
		return true;
	}
	file.signals = before;
	lost = settle();
	told = file.preamble != own_preamble;
	if (!lost || lost == TR_DROP_FILTER + 1)
		lay_drops(why, tid, now);
	if (!lost)
		told = write_at(drop_slots[why], TR_DROP_SLOT, (uint64_t)(drop_slots[why] - file.preamble));
	unlock_file();
	return told;
}

void tr_file_finish(void)
{
	lock_file();
	tr_tail_remove();
	unlock_file();
}

void tr_file_forget(void)
{
	struct stat st;

	/* The parent's lock may have been held at the fork by a thread that does not exist here. */
	file.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	if (file.fd >= 0 && !fstat(file.fd, &st) && st.st_dev == file.device && st.st_ino == file.inode)
		syscall(SYS_close, file.fd);
	file.fd = -1;
	file.spare_pages = 0;
	tr_tail_forget();
	tr_limit_forget();
	atomic_store(&tr_file_wants, 0);
	for (int i = 0; i < TR_DROPS; i++)
		atomic_store(&drops[i], 0);
}
