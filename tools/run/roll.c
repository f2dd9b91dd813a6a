/* SPDX-License-Identifier: MIT */
/*
 * Makes the roll, and tells what came of it (roll_read.h): verdicts for no more programs than are named.
 */
#include "tools/run/roll.h"

#include "tools/base/tool.h"
#include "tools/elf/cover.h"
#include "tools/elf/secure.h"
#include "tools/run/report.h"
#include "tools/run/roll_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "hello" TR_ROLL_SUFFIX
#define SIZE (4u << 20) /* of memory mostly: some 40,000 programs */
#define ROLL_LEAST 4096

static bool made;

int run_roll_make(const struct run_dir *dir)
{
	struct tr_roll head = {.size = SIZE, .used = sizeof(head)};
	struct rlimit limit;
	char path[PATH_MAX];
	int fd, error;

	/* Beyond the limit it would be a signal. */
	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < SIZE)
		head.size = limit.rlim_cur & ~(rlim_t)(ROLL_LEAST - 1);
	if (head.size < sizeof(head))
		return 0; /* without a file nobody is followed: the report says so */
	memcpy(head.magic, TR_ROLL_MAGIC, sizeof(head.magic));
	/* Programs that gave up root map it, too. */
	if (run_dir_put(dir, NAME, &head, sizeof(head), geteuid() ? 0600 : 0666, path))
		return -1;
	fd = open(path, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	error = fd < 0 ? errno : posix_fallocate(fd, 0, (off_t)head.size);
	if (fd >= 0)
		close(fd);
	if (error)
		tool_error("%s: no room for the roll of the processes: %s", path, strerror(error));
	made = !error;
	return error ? -1 : 0;
}

static void find_reason(const struct tr_roll_entry *entry, char *out, size_t size)
{
	bool other_root = entry->flags & TR_ROLL_NO_SHIM;
	struct elf_secure secure = {0};

	*out = 0;
	if (!other_root && entry->path[0] == '/') {
		if (cover_check(entry->path, out, size) == COVER_NO)
			return;
		secure = elf_secure_check(entry->path);
	}
	if (entry->flags & TR_ROLL_SECURE || secure.setuid || secure.setgid || secure.capabilities)
		snprintf(out, size,
			 "it gains privileges when started (set-user-ID, set-group-ID or file capabilities): "
			 "the dynamic loader then ignores LD_PRELOAD");
	else if (other_root)
		snprintf(out, size,
			 "libgsstap.so cannot be reached from where it runs: a sandbox or another root "
			 "directory");
	else if (entry->flags & TR_ROLL_NO_HELLO)
		snprintf(out, size,
			 "the directory of this run cannot be reached from where it runs: a sandbox or "
			 "another root directory");
	else if (entry->flags & TR_ROLL_LOST)
		snprintf(out, size,
			 "it was given an environment without gsstap's variables; --follow-exec puts them "
			 "back");
	else
		snprintf(out, size, "the shim did not come up in it; it may have ended before");
}

static void name(const struct roll_escape *escape)
{
	char reason[256], times[32] = "";

	find_reason(escape->entry, reason, sizeof(reason));
	if (escape->count > 1)
		snprintf(times, sizeof(times), " %zu times", escape->count);
	tool_error("%s ran unobserved%s: %s", escape->entry->path, times, reason);
}

static void name_loss(const struct roll_loss *loss)
{
	char process[80], parent[40] = "";

	if (loss->parent)
		snprintf(parent, sizeof(parent), " (child of %u)", loss->parent);
	snprintf(process, sizeof(process), "process %u%s", loss->pid, parent);
	run_report_loss(process, loss->events, loss->reason);
}

static void tell(const struct roll_seen *seen)
{
	for (size_t i = 0; i < seen->losses && i < ROLL_NAMED; i++)
		name_loss(&seen->loss[i]);
	for (size_t i = 0; i < seen->names; i++)
		name(seen->named[i]);
	if (seen->losses > ROLL_NAMED)
		tool_error("%zu more processes lost events", seen->losses - ROLL_NAMED);
	if (seen->more)
		tool_error("%zu more programs ran unobserved", seen->more);
	if (seen->incomplete)
		tool_error(
			"more programs were executed than could be followed: others may have run without the "
			"shim");
}

static void explain(const char *path, void *found)
{
	found_explain(found, path);
}

/* What nobody who has the shim could tell of. Returns of how many processes. */
static size_t tell_found(const struct roll_seen *seen, const struct run_roll_program *program)
{
	struct found *found = program->found;
	size_t all;

	if (found_asks(found)) {
		found_explain(found, program->path);
		roll_each_escape(seen, explain, found);
	}
	all = found_tell(found);
	if (program->problem && (seen->all || all))
		tool_error("what unobserved programs start could not be looked for: %s", program->problem);
	else if (seen->all || all)
		tool_error("what unobserved programs start is looked for again and again while they run: "
			   "what ended "
			   "between two looks is not named");
	return all;
}

/* What is taken of the roll, as its head said it first: they may go on writing. Read, not mapped: who has it
 * may still cut it. NULL, with errno: no memory, or 0. */
static void *read_roll(int fd, size_t *size)
{
	struct tr_roll head;
	struct stat status;
	ssize_t got = -1;
	char *bytes;

	errno = 0;
	if (pread(fd, &head, sizeof(head), 0) != sizeof(head) || head.used < sizeof(head) ||
	    fstat(fd, &status) || status.st_size < (off_t)sizeof(head) || status.st_size > (off_t)SIZE)
		return NULL;
	*size = head.used < (uint64_t)status.st_size ? head.used : (size_t)status.st_size;
	bytes = malloc(*size);
	if (bytes)
		got = pread(fd, bytes, *size, 0);
	if (got < (ssize_t)sizeof(head)) {
		free(bytes);
		return NULL;
	}
	memcpy(bytes, &head, sizeof(head));
	*size = (size_t)got;
	return bytes;
}

static const char *why_no_roll(int fd, int error)
{
	if (error && error != ENOENT)
		return strerror(error);
	if (fd >= 0)
		return "the roll of them is damaged";
	return made ? "there is no roll of them"
		    : "the file size limit (ulimit -f) leaves no room for the roll of them";
}

int run_roll_open(const struct run_dir *dir)
{
	char path[PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/%s", dir->path, NAME);
	return open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

bool run_roll_news(int roll, uint64_t *read)
{
	static char bytes[65536] __attribute__((aligned(TR_ROLL_ALIGN)));
	struct tr_roll head;
	size_t taken;
	ssize_t got;
	bool lost = false;

	if (!*read)
		*read = sizeof(head);
	do {
		if (pread(roll, &head, sizeof(head), 0) != sizeof(head) || head.used <= *read)
			return lost;
		got = pread(roll, bytes,
			    head.used - *read < sizeof(bytes) ? head.used - *read : sizeof(bytes),
			    (off_t)*read);
		taken = 0;
		if (got > 0)
			lost |= roll_read_news(bytes, (size_t)got, &taken);
		*read += taken;
	} while (taken);
	return lost;
}

size_t run_roll_report(const struct run_dir *dir, const struct run_roll_program *program, uint64_t *lost)
{
	struct roll_seen seen = {0};
	void *bytes = NULL;
	size_t size;
	int fd = run_roll_open(dir);

	if (fd >= 0)
		bytes = read_roll(fd, &size);
	if (bytes) {
		roll_read(&seen, bytes, size, program->pid);
		tell(&seen);
		*lost += seen.lost;
	} else {
		tool_error("the programs that were executed could not be followed: %s",
			   why_no_roll(fd, errno));
	}
	seen.all += tell_found(&seen, program);
	seen.all += !bytes;
	if (fd >= 0)
		close(fd);
	roll_seen_free(&seen);
	free(bytes);
	return seen.all;
}
