/* SPDX-License-Identifier: MIT */
/*
 * The file of a trace: made at the first event, grown by whole pages, never repaired.
 *
 * A page is written complete, with all its slots laid out as free blocks, by one write that does not cross a
 * page: so the file consists of whole blocks at every moment, also for who reads it meanwhile, and also after
 * SIGKILL. (An event too large for a slot is appended as one extent; there the file can end in the middle of
 * a block for a microsecond.)
 *
 * Space is reserved on the disk before it is mapped, so that a full disk costs events, not a SIGBUS; the file
 * size limit is asked before it is met, since meeting it would be a signal. System calls are made directly
 * because their wrappers are cancellation points, and a thread must not be cancelled in here.
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
#include <sys/utsname.h>
#include <unistd.h>

#define PAGES_MOST 8		  /* a stream grows by 1, 2, 4 and then as many pages */
#define RESERVE_LEAST (64u << 10) /* space is taken from the disk in strides, an eighth of what there is */
#define RESERVE_MOST (4u << 20)
#define DROP_SLOT 224
#define DROP_EXTENT (sizeof(struct tr_extent) + TR_DROPS * DROP_SLOT)

const uint32_t tr_slot_sizes[TR_CLASSES] = {144, 288, 576, 1344, 4032};
/* Most calls are small: there growth is worth the memory. */
static const uint32_t pages_most[TR_CLASSES] = {PAGES_MOST, 4, 2, 1, 1};

static struct {
	pthread_mutex_t lock;
	int fd; /* -1: no file */
	dev_t device;
	ino_t inode;
	uint64_t end;	   /* of the file */
	uint64_t reserved; /* up to where the disk has space for it */
	uint64_t time;	   /* of the last extent */
	uint8_t *preamble; /* mapped, for the drop counters */
	char path[PATH_MAX];
} file = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static atomic_uint drops[TR_DROPS];
static _Atomic(uint32_t *) drop_counts[TR_DROPS]; /* where the count stands in the file */
static uint8_t page_images[TR_CLASSES][TR_PAGE];

static const char *const drop_reasons[TR_DROPS] = {
	[TR_DROP_SPACE] = "no space: disk full, quota or file size limit",
	[TR_DROP_BUSY] = "a signal handler ran inside the recorder",
	[TR_DROP_FILE] = "the host closed the trace and it cannot be reopened",
	[TR_DROP_SIZE] = "the event was larger than a packet may be",
};

static void put32(uint8_t *at, uint32_t value)
{
	memcpy(at, &value, 4);
}

/* One free block of length bytes, a multiple of 4 and at least 12. */
static void lay_free(uint8_t *at, uint32_t length)
{
	put32(at, TR_BLOCK_FREE);
	put32(at + 4, length);
	put32(at + length - 4, length);
}

static void lay_extent(uint8_t *at, uint64_t size, uint32_t slot_size, uint32_t slots, uint64_t time,
		       uint32_t tid)
{
	struct tr_extent extent = {
		.block_type = TR_BLOCK_FREE,
		.block_length = sizeof(extent),
		.magic = TR_EXTENT_MAGIC,
		.size = size,
		.time = time,
		.slot_size = slot_size,
		.slots = slots,
		.tid = tid,
		.block_length_again = sizeof(extent),
	};
	memcpy(at, &extent, sizeof(extent));
}

static size_t put_option(uint8_t *at, uint16_t code, const char *text)
{
	uint16_t length = (uint16_t)strlen(text);

	memcpy(at, &code, 2);
	memcpy(at + 2, &length, 2);
	memcpy(at + 4, text, length);
	return 4 + ((length + 3u) & ~3u);
}

static size_t close_block(uint8_t *at, size_t length)
{
	length += 8; /* opt_endofopt, then the length again */
	put32(at + 4, (uint32_t)length);
	put32(at + length - 4, (uint32_t)length);
	return length;
}

static void lay_preamble(uint8_t page[TR_PREAMBLE], uint64_t time, uint32_t tid)
{
	static const uint8_t section[24] = {0x0a, 0x0d, 0x0d, 0x0a, 0,	  0,	0,    0,
					    0x4d, 0x3c, 0x2b, 0x1a, 1,	  0,	0,    0,
					    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	static const uint8_t interface[16] = {1, 0, 0, 0, 0, 0, 0, 0, TR_LINKTYPE, 0, 0, 0, 0, 0, 4, 0};
	static const char resolution[] = {9, 0}; /* 10^-9 s */
	size_t n, used;

	memcpy(page, section, sizeof(section));
	n = sizeof(section);
	n += put_option(page + n, 4, "gsstap");
	used = close_block(page, n);

	memcpy(page + used, interface, sizeof(interface));
	n = sizeof(interface);
	n += put_option(page + used + n, 2, "gsstap");
	n += put_option(page + used + n, 9, resolution);
	used += close_block(page + used, n);

	lay_free(page + used, (uint32_t)(TR_PREAMBLE - DROP_EXTENT - used));
	page += TR_PREAMBLE - DROP_EXTENT;
	lay_extent(page, DROP_EXTENT, DROP_SLOT, TR_DROPS, time, tid);
	for (int i = 0; i < TR_DROPS; i++)
		lay_free(page + sizeof(struct tr_extent) + i * DROP_SLOT, DROP_SLOT);
}

static void lay_page_images(void)
{
	for (int c = 0; c < TR_CLASSES; c++) {
		uint32_t at = sizeof(struct tr_extent), size = tr_slot_sizes[c];

		for (; at + size <= TR_PAGE; at += size)
			lay_free(page_images[c] + at, size);
	}
}

/* Appends a decimal number. */
static char *put_number(char *at, const char *end, unsigned long n)
{
	char digits[24];
	int i = 0;

	do
		digits[i++] = (char)('0' + n % 10);
	while (n /= 10);
	while (i && at < end)
		*at++ = digits[--i];
	return at;
}

static char *put_string(char *at, const char *end, const char *s)
{
	for (; *s && at < end; s++)
		*at++ = *s == '/' ? '_' : *s;
	return at;
}

/* Expands the template; the copy-th attempt (2, 3, ...) gets "-2" before the suffix. */
static bool expand(const char *t, int copy, char *out, size_t size)
{
	char *at = out, *const end = out + size - 1;
	struct utsname host;
	const char *dot = strrchr(t, '.'), *slash = strrchr(t, '/');
	bool counted = copy < 2;

	if (dot && slash && dot < slash)
		dot = NULL;
	for (; *t && at < end; t++) {
		if (t == dot && !counted) {
			*at++ = '-';
			at = put_number(at, end, (unsigned long)copy);
			counted = true;
		}
		if (*t != '%' || !t[1]) {
			if (at < end)
				*at++ = *t;
			continue;
		}
		switch (*++t) {
		case 'p':
			at = put_number(at, end, (unsigned long)getpid());
			break;
		case 'n':
			at = put_string(at, end, tr_program);
			break;
		case 'h':
			at = put_string(at, end, uname(&host) ? "host" : host.nodename);
			break;
		default:
			*at++ = *t;
		}
	}
	if (!counted && at < end) {
		*at++ = '-';
		at = put_number(at, end, (unsigned long)copy);
	}
	*at = 0;
	return !*t;
}

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

static bool within_size_limit(uint64_t end)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY || end <= limit.rlim_cur;
}

static bool take_space(uint64_t size)
{
	return !syscall(SYS_fallocate, file.fd, FALLOC_FL_KEEP_SIZE, (off_t)file.end, (off_t)size);
}

/*
 * Makes sure that the next size bytes can be written. False: they cannot. A file system that knows no
 * reservation gets its space by the write itself.
 */
static bool reserve(uint64_t size)
{
	uint64_t stride = file.end / 8;

	if (!within_size_limit(file.end + size))
		return false;
	if (file.end + size <= file.reserved)
		return true;
	stride = stride < RESERVE_LEAST ? RESERVE_LEAST : stride > RESERVE_MOST ? RESERVE_MOST : stride;
	if (stride < size || !take_space(stride))
		stride = size;
	if (stride == size && !take_space(size) && (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
		return false;
	file.reserved = file.end + stride;
	return true;
}

/* Writes all parts at the end of the file, or takes back what was written. */
static bool write_end(const struct iovec *parts, int count, size_t length)
{
	ssize_t n;

	do
		n = syscall(SYS_pwritev, file.fd, parts, count, (long)file.end, 0L);
	while (n < 0 && errno == EINTR);
	if (n == (ssize_t)length) {
		file.end += length;
		return true;
	}
	if (n > 0)
		syscall(SYS_ftruncate, file.fd, (off_t)file.end);
	return false;
}

int tr_file_create(const char *path_template)
{
	static uint8_t page[TR_PREAMBLE];
	struct tr_clock clock = {0};
	struct iovec part = {page, sizeof(page)};
	struct stat st;
	int error = 0;

	pthread_mutex_lock(&file.lock);
	for (int copy = 1; file.fd < 0 && copy < 1000; copy++) {
		if (!expand(path_template, copy, file.path, sizeof(file.path))) {
			error = ENAMETOOLONG;
			break;
		}
		file.fd = open_at(file.path, O_CREAT | O_EXCL);
		error = file.fd < 0 ? errno : 0;
		if (error && error != EEXIST)
			break;
	}
	if (!error) {
		file.fd = move_high(file.fd);
		file.end = file.reserved = 0;
		file.time = tr_clock_now(&clock);
		lay_preamble(page, file.time, (uint32_t)getpid());
		lay_page_images();
		if (fstat(file.fd, &st) || !reserve(sizeof(page)) || !write_end(&part, 1, sizeof(page)))
			error = errno ? errno : EIO;
	}
	if (!error) {
		file.device = st.st_dev;
		file.inode = st.st_ino;
		file.preamble = mmap(NULL, TR_PREAMBLE, PROT_READ | PROT_WRITE, MAP_SHARED, file.fd, 0);
		if (file.preamble == MAP_FAILED)
			file.preamble = NULL;
		else
			madvise(file.preamble, TR_PREAMBLE, MADV_DONTFORK);
	} else if (file.fd >= 0) {
		syscall(SYS_close, file.fd);
		syscall(SYS_unlinkat, AT_FDCWD, file.path, 0);
		file.fd = -1;
	}
	pthread_mutex_unlock(&file.lock);
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
static bool still_ours(void)
{
	struct stat st;
	int fd;

	if (!fstat(file.fd, &st) && st.st_dev == file.device && st.st_ino == file.inode)
		return true;
	fd = open_at(file.path, 0);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) || st.st_dev != file.device || st.st_ino != file.inode) {
		syscall(SYS_close, fd);
		return false;
	}
	file.fd = move_high(fd);
	return true;
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

/*
 * Appends pages of one slot size by one write. However it ends, and whoever looks on, the file ends with a
 * whole page: the kernel copies and counts by pages.
 */
static uint32_t append_pages(int class, uint32_t pages, uint64_t time, uint32_t tid)
{
	uint8_t heads[PAGES_MOST][sizeof(struct tr_extent)];
	struct iovec parts[2 * PAGES_MOST];

	for (uint32_t i = 0; i < pages; i++) {
		lay_extent(heads[i], TR_PAGE, tr_slot_sizes[class],
			   (TR_PAGE - sizeof(heads[i])) / tr_slot_sizes[class], time, tid);
		parts[2 * i] = (struct iovec){heads[i], sizeof(heads[i])};
		parts[2 * i + 1] =
			(struct iovec){page_images[class] + sizeof(heads[i]), TR_PAGE - sizeof(heads[i])};
	}
	if (reserve((uint64_t)pages * TR_PAGE) && write_end(parts, (int)(2 * pages), (size_t)pages * TR_PAGE))
		return pages;
	/* The last pages of a disk are worth having, too. */
	return pages > 1 ? append_pages(class, 1, time, tid) : 0;
}

/* Single extents end anywhere: fill up to the next page, which is where a mapping can begin. */
static bool align_end(void)
{
	uint8_t fill[TR_PAGE] = {0};
	uint32_t gap = (uint32_t)(-file.end & (TR_PAGE - 1));
	struct iovec part = {fill, gap};

	if (!gap)
		return true;
	lay_free(fill, gap); /* never less than 12: tr_file_append sees to it */
	return reserve(gap) && write_end(&part, 1, gap);
}

int tr_file_extend(struct tr_stream *stream, uint32_t slot_size, uint32_t tid)
{
	uint32_t pages = stream->pages ? stream->pages : 1, got = 0;
	int class = 0, why = 0;
	uint64_t start = 0, time = 0;
	void *map = MAP_FAILED;

	while (tr_slot_sizes[class] != slot_size)
		class ++;
	pthread_mutex_lock(&file.lock);
	if (!still_ours()) {
		why = TR_DROP_FILE + 1;
	} else if (!align_end()) {
		why = TR_DROP_SPACE + 1;
	} else {
		start = file.end;
		time = extent_time();
		got = append_pages(class, pages, time, tid);
		/* In the place of the full ones where they are as many. */
		if (got)
			map = mmap(got * TR_PAGE == stream->bytes ? stream->map : NULL, got * TR_PAGE,
				   PROT_READ | PROT_WRITE,
				   MAP_SHARED | (got * TR_PAGE == stream->bytes ? MAP_FIXED : 0), file.fd,
				   (off_t)start);
	}
	pthread_mutex_unlock(&file.lock);
	if (map == MAP_FAILED)
		return why ? why : TR_DROP_SPACE + 1;
	madvise(map, got * TR_PAGE, MADV_DONTFORK);
	madvise(map, got * TR_PAGE, MADV_POPULATE_WRITE);
	if (stream->map && stream->map != map)
		munmap(stream->map, stream->bytes);
	stream->map = map;
	stream->bytes = got * TR_PAGE;
	stream->next = 0;
	stream->pages = pages < pages_most[class] ? pages * 2 : pages;
	stream->time = time;
	return 0;
}

int tr_file_append(const struct iovec *parts, int count, size_t block_length, uint32_t tid)
{
	uint8_t head[sizeof(struct tr_extent)], fill[24] = {0};
	struct iovec all[8] = {{head, sizeof(head)}};
	size_t size = sizeof(head) + block_length, gap;
	int n = 1, why = 0;

	pthread_mutex_lock(&file.lock);
	for (; n <= count; n++)
		all[n] = parts[n - 1];
	/* What is left to the next page must be able to hold a block, which has at least 12 bytes. */
	gap = -(file.end + size) & (TR_PAGE - 1);
	if (gap && gap < 12) {
		gap += 12;
		lay_free(fill, (uint32_t)gap);
		all[n++] = (struct iovec){fill, gap};
		size += gap;
	}
	lay_extent(head, size, (uint32_t)block_length, 1, extent_time(), tid);
	tr_lay_time(parts[0].iov_base, file.time);
	if (!still_ours())
		why = TR_DROP_FILE + 1;
	else if (!reserve(size) || !write_end(all, n, size))
		why = TR_DROP_SPACE + 1;
	pthread_mutex_unlock(&file.lock);
	return why;
}

/* Takes the first free slot of the preamble for a reason not met before. */
static void begin_drop_slot(enum tr_drop why, uint32_t pid, uint32_t tid, uint64_t now)
{
	uint8_t *slot = file.preamble + TR_PREAMBLE - TR_DROPS * DROP_SLOT, fields[120];
	struct tr_draft d = {.head = {.version = TR_VERSION, .event = TR_E_dropped, .pid = pid, .tid = tid},
			     .time = now > file.time ? now : file.time,
			     .comment = "events dropped",
			     .comment_length = 14,
			     .fields = fields,
			     .size = sizeof(fields)};
	const uint32_t dropped = TR_BLOCK_EPB;

	for (int i = 0; i < TR_DROPS && !memcmp(slot, &dropped, 4); i++)
		slot += DROP_SLOT;
	tr_put_u32(&d, TR_F_COUNT, atomic_load(&drops[why]));
	tr_put_text(&d, TR_F_WHY, drop_reasons[why]);
	tr_lay(slot, &d, tr_layout_of(&d), DROP_SLOT);
	__atomic_store_n((uint32_t *)(void *)slot, TR_BLOCK_EPB, __ATOMIC_RELEASE);
	/* The count is the first field: 28 bytes of block head, 12 of the dissector's tag, ours, tr_head,
	 * tr_field. */
	atomic_store(&drop_counts[why],
		     (uint32_t *)(void *)(slot + 28 + 12 + 4 + sizeof(struct tr_head) + 4));
}

void tr_file_count_drop(enum tr_drop why, uint32_t pid, uint32_t tid, uint64_t now)
{
	uint32_t count = atomic_fetch_add(&drops[why], 1) + 1, *at = atomic_load(&drop_counts[why]);

	/* The lock may be held by this very thread when a signal interrupted it: then the next drop writes
	 * the count. */
	if (!at && file.preamble && !pthread_mutex_trylock(&file.lock)) {
		if (!atomic_load(&drop_counts[why]))
			begin_drop_slot(why, pid, tid, now);
		pthread_mutex_unlock(&file.lock);
	}
	if (at)
		__atomic_store_n(at, count, __ATOMIC_RELAXED);
}

void tr_file_finish(void)
{
	pthread_mutex_lock(&file.lock);
	if (file.fd >= 0 && file.reserved > file.end && still_ours())
		syscall(SYS_ftruncate, file.fd, (off_t)file.end);
	file.reserved = 0;
	pthread_mutex_unlock(&file.lock);
}

void tr_file_forget(void)
{
	struct stat st;

	/* The parent's lock may have been held at the fork by a thread that does not exist here. */
	file.lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	if (file.fd >= 0 && !fstat(file.fd, &st) && st.st_dev == file.device && st.st_ino == file.inode)
		syscall(SYS_close, file.fd);
	file.fd = -1;
	file.preamble = NULL;
	for (int i = 0; i < TR_DROPS; i++) {
		atomic_store(&drops[i], 0);
		atomic_store(&drop_counts[i], NULL);
	}
}
