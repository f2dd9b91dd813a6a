/* SPDX-License-Identifier: MIT */
/*
 * This process's part of the roll (trace/roll.h). Its pages are there before anybody writes: a full file
 * system is no SIGBUS here.
 */
#include "shim/core/lock.h"
#include "shim/core/text.h"
#include "shim/exec/exec.h"
#include "trace/roll.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

uint32_t tap_first_process, tap_first_lineage;
enum tap_exec_filter tap_exec_filter;
char tap_no_trace[600];

static struct tr_roll *roll;
static struct lost {
	struct tr_roll_loss *loss;
	uint32_t pid; /* this process, or the one that it was forked from */
} lost[TR_LOSSES];    /* by why it was */
static char hello[PATH_MAX], shim[PATH_MAX];

const char *tap_shim_path(void)
{
	struct dl_find_object found;

	return _dl_find_object((void *)tap_shim_path, &found) ? "" : found.dlfo_link_map->l_name;
}

void tap_roll_open(const char *hello_path)
{
	size_t length = hello_path ? strlen(hello_path) : 0;
	struct stat st;
	void *map;
	int fd;

	if (!length || length + sizeof(TR_ROLL_SUFFIX) > sizeof(hello))
		return;
	tap_copy(hello, sizeof(hello), hello_path);
	tap_append(hello, sizeof(hello), TR_ROLL_SUFFIX);
	fd = (int)syscall(SYS_openat, AT_FDCWD, hello, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	hello[length] = 0;
	if (fd < 0)
		return;
	if (!fstat(fd, &st) && S_ISREG(st.st_mode) && st.st_size > (off_t)sizeof(struct tr_roll)) {
		map = mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		if (map != MAP_FAILED) {
			roll = map;
			if (memcmp(roll->magic, TR_ROLL_MAGIC, sizeof(roll->magic)) ||
			    roll->size != (uint64_t)st.st_size) {
				munmap(map, (size_t)st.st_size);
				roll = NULL;
			}
		}
	}
	syscall(SYS_close, fd);
	tap_copy(shim, sizeof(shim), tap_shim_path());
}

bool tap_roll_is_open(void)
{
	return roll;
}

unsigned tap_roll_reach(void)
{
	unsigned flags = 0;

	if (access(shim, R_OK))
		flags |= TR_ROLL_NO_SHIM;
	if (access(hello, W_OK))
		flags |= TR_ROLL_NO_HELLO;
	return flags;
}

void tap_roll_ring(void)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, hello,
			      O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);

	if (fd >= 0)
		syscall(SYS_close, fd);
}

/* Takes room for an entry and what follows it; it counts once its mark is stored. NULL: there is none. */
static struct tr_roll_entry *take(unsigned kind, uint32_t pid, unsigned flags, size_t more)
{
	uint32_t length =
		(uint32_t)(sizeof(struct tr_roll_entry) + more + TR_ROLL_ALIGN - 1) & ~(TR_ROLL_ALIGN - 1);
	struct tr_roll_entry *entry;
	uint64_t at;

	if (!roll)
		return NULL;
	at = __atomic_fetch_add(&roll->used, length, __ATOMIC_ACQ_REL);
	if (at > roll->size || length > roll->size - at)
		return NULL; /* `used` tells */
	entry = (struct tr_roll_entry *)((char *)roll + at);
	entry->length = length;
	entry->pid = pid;
	entry->kind = (uint16_t)kind;
	entry->flags = (uint16_t)flags;
	return entry;
}

struct tr_roll_entry *tap_roll_add(unsigned kind, pid_t pid, unsigned flags, const char *path)
{
	size_t text = path && *path ? strlen(path) + 1 : 0;
	struct tr_roll_entry *entry = take(kind, (uint32_t)pid, flags, text);

	if (!entry)
		return NULL;
	if (text)
		memcpy(entry->path, path, text);
	__atomic_store_n(&entry->mark, TR_ROLL_MARK, __ATOMIC_RELEASE);
	return entry;
}

void tap_roll_undo(struct tr_roll_entry *entry)
{
	if (entry)
		__atomic_store_n(&entry->kind, (uint16_t)TR_ROLL_UNDONE, __ATOMIC_RELAXED);
}

static struct tr_roll_loss *begin_loss(uint32_t pid, uint32_t parent, const char *reason)
{
	size_t text = strlen(reason) + 1;
	struct tr_roll_loss *loss;
	struct tr_roll_entry *entry = take(TR_ROLL_LOSS, pid, 0, sizeof(*loss) + text);

	if (!entry)
		return NULL;
	loss = (struct tr_roll_loss *)entry->path;
	loss->parent = parent == pid ? 0 : parent;
	memcpy(loss->reason, reason, text);
	__atomic_store_n(&entry->mark, TR_ROLL_MARK, __ATOMIC_RELEASE);
	return loss;
}

/* By stores alone. Threads that lose their first event at once may make two entries: both are counted. */
bool tap_roll_lost(enum tr_drop why, const char *reason, uint32_t count)
{
	struct lost *own = &lost[why];
	struct tr_roll_loss *loss = __atomic_load_n(&own->loss, __ATOMIC_ACQUIRE);
	uint32_t pid = tap_process();

	if (!loss || own->pid != pid) {
		loss = begin_loss(pid, loss ? own->pid : tap_first_process, reason ? reason : tap_no_trace);
		if (!loss)
			return false;
		own->pid = pid;
		__atomic_store_n(&own->loss, loss, __ATOMIC_RELEASE);
	}
	__atomic_fetch_add(&loss->lost, count, __ATOMIC_RELAXED);
	return true;
}
