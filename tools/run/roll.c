/* SPDX-License-Identifier: MIT */
/*
 * Makes the roll, reads it, and tells what came of it. Bounded by the file: a table of the processes in it,
 * and verdicts for no more programs than are named.
 */
#include "tools/run/roll.h"

#include "tools/base/tool.h"
#include "tools/elf/cover.h"
#include "tools/elf/object.h"
#include "tools/elf/secure.h"
#include "trace/roll.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "hello" TR_ROLL_SUFFIX
#define SIZE (4u << 20) /* of memory mostly: some 40,000 programs */
#define NAMED_AT_MOST 10

int run_roll_make(const struct run_dir *dir)
{
	struct tr_roll head = {.size = SIZE, .used = sizeof(head)};
	struct rlimit limit;
	char path[PATH_MAX];
	int fd, error;

	/* Beyond the limit it would be a signal. */
	if (!getrlimit(RLIMIT_FSIZE, &limit) && limit.rlim_cur < SIZE)
		head.size = limit.rlim_cur & ~(rlim_t)4095;
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
	return error ? -1 : 0;
}

/* A process, as far as the roll tells. */
struct process {
	uint32_t pid;
	unsigned answers;		  /* that nothing which was told before asked for */
	bool answered;			  /* ever */
	const struct tr_roll_entry *open; /* executed, and not answered yet; NULL: none */
};

/* Programs of one path and one reason. */
struct escape {
	const struct tr_roll_entry *entry;
	size_t count;
};

struct report {
	void *processes, *escapes; /* trees of tsearch */
	struct escape *named[NAMED_AT_MOST];
	size_t names, more, all, sandboxes;
	bool out_of_memory;
};

static int by_pid(const void *one, const void *other)
{
	uint32_t a = ((const struct process *)one)->pid, b = ((const struct process *)other)->pid;

	return (a > b) - (a < b);
}

static int by_program(const void *one, const void *other)
{
	const struct tr_roll_entry *a = ((const struct escape *)one)->entry,
				   *b = ((const struct escape *)other)->entry;

	return a->flags == b->flags ? strcmp(a->path, b->path)
				    : (a->flags > b->flags) - (a->flags < b->flags);
}

/* Finds or makes the item of a tree that is like this one. */
static void *item(void **tree, const void *like, size_t size, int (*compare)(const void *, const void *))
{
	void **found = tfind(like, tree, compare), *made;

	if (found)
		return *found;
	made = malloc(size);
	if (!made)
		return NULL;
	memcpy(made, like, size);
	found = tsearch(made, tree, compare);
	if (found)
		return *found;
	free(made);
	return NULL;
}

/* The dynamic loader itself, asked to list or verify (ldd, another run): whatever it runs would have
 * answered. */
static bool runs_nothing(const struct tr_roll_entry *entry)
{
	return !entry->flags && elf_native_interpreter(entry->path);
}

static void escaped(struct report *report, const struct tr_roll_entry *entry)
{
	struct escape like = {.entry = entry}, *escape;

	if (runs_nothing(entry))
		return;
	report->all++;
	escape = item(&report->escapes, &like, sizeof(like), by_program);
	if (!escape) {
		report->out_of_memory = true;
		return;
	}
	if (!escape->count++) {
		if (report->names < NAMED_AT_MOST)
			report->named[report->names++] = escape;
		else
			report->more++;
	}
}

/* Its own trace, where it has one, does not tell of these. */
static void sandboxed(struct report *report, const struct tr_roll_entry *entry)
{
	struct tr_roll_sandbox told;
	char parent[40] = "";

	memcpy(&told, entry->path, sizeof(told));
	if (!told.lost)
		return;
	report->all++;
	if (report->sandboxes++ >= NAMED_AT_MOST)
		return;
	if (told.parent)
		snprintf(parent, sizeof(parent), " (child of %u)", told.parent);
	tool_error("process %u%s ran in a sandbox, a seccomp filter: %llu events not recorded", entry->pid,
		   parent, (unsigned long long)told.lost);
}

static void take(struct report *report, const struct tr_roll_entry *entry)
{
	struct process like = {.pid = entry->pid}, *process;

	process = item(&report->processes, &like, sizeof(like), by_pid);
	if (!process) {
		report->out_of_memory = true;
		return;
	}
	switch (entry->kind) {
	case TR_ROLL_HERE:
		process->answered = true;
		if (process->open)
			process->open = NULL;
		else
			process->answers++;
		break;
	case TR_ROLL_EXEC:
		if (process->open) /* who tells of the next program was there after all, or has died */
			escaped(report, process->open);
		process->open = entry;
		break;
	case TR_ROLL_FAILED:
		process->open = NULL;
		break;
	case TR_ROLL_SPAWNED:
		if (process->answers)
			process->answers--;
		else
			process->open = entry;
		break;
	case TR_ROLL_SHELL:
		escaped(report, entry);
		break;
	case TR_ROLL_SANDBOX:
		sandboxed(report, entry);
		break;
	}
}

/* Is this an entry, whole and with a path that ends? */
static bool is_entry(const struct tr_roll_entry *entry, size_t room)
{
	return entry->mark == TR_ROLL_MARK && entry->length >= sizeof(*entry) && entry->length <= room &&
	       entry->length % TR_ROLL_ALIGN == 0 &&
	       (entry->kind == TR_ROLL_SANDBOX
			? entry->length >= sizeof(*entry) + sizeof(struct tr_roll_sandbox)
		: entry->length == sizeof(*entry)
			? entry->kind == TR_ROLL_HERE || entry->kind == TR_ROLL_FAILED
			: memchr(entry->path, 0, entry->length - sizeof(*entry)) != NULL);
}

static void read_entries(struct report *report, const char *bytes, size_t used)
{
	size_t at = sizeof(struct tr_roll);

	while (at + sizeof(struct tr_roll_entry) <= used) {
		const struct tr_roll_entry *entry = (const void *)(bytes + at);

		if (is_entry(entry, used - at)) {
			take(report, entry);
			at += entry->length;
		} else {
			at += TR_ROLL_ALIGN; /* its writer was killed at it */
		}
	}
}

/* Who was told of and has not answered when all is over. */
static void close_one(const void *node, VISIT visit, void *report)
{
	const struct process *process = *(struct process *const *)node;

	if ((visit == postorder || visit == leaf) && process->open)
		escaped(report, process->open);
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

static void name(const struct escape *escape)
{
	char reason[256], times[32] = "";

	find_reason(escape->entry, reason, sizeof(reason));
	if (escape->count > 1)
		snprintf(times, sizeof(times), " %zu times", escape->count);
	tool_error("%s ran unobserved%s: %s", escape->entry->path, times, reason);
}

static void read_roll(struct report *report, char *bytes, size_t size, pid_t program)
{
	const struct tr_roll *head = (const void *)bytes;
	size_t used = head->used < size ? head->used : size;
	struct process like = {.pid = (uint32_t)program};
	void **found;

	read_entries(report, bytes, used);
	found = tfind(&like, &report->processes, by_pid);
	twalk_r(report->processes, close_one, report);
	if (!found || !(*(struct process **)found)->answered)
		report->all++;
	for (size_t i = 0; i < report->names; i++)
		name(report->named[i]);
	if (report->sandboxes > NAMED_AT_MOST)
		tool_error("%zu more processes ran in a sandbox", report->sandboxes - NAMED_AT_MOST);
	if (report->more)
		tool_error("%zu more programs ran unobserved", report->more);
	if (head->used > size || report->out_of_memory) {
		report->all++;
		tool_error(
			"more programs were executed than could be followed: others may have run without the "
			"shim");
	}
}

size_t run_roll_report(const struct run_dir *dir, pid_t program)
{
	struct report report = {0};
	char path[PATH_MAX + 16], *bytes = NULL;
	struct stat status;
	ssize_t got = -1;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir->path, NAME);
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	/* Read, not mapped: who has it may still cut it. */
	if (fd >= 0 && !fstat(fd, &status) && status.st_size >= (off_t)sizeof(struct tr_roll) &&
	    status.st_size <= (off_t)SIZE)
		bytes = malloc((size_t)status.st_size);
	if (bytes)
		got = read(fd, bytes, (size_t)status.st_size);
	if (fd >= 0)
		close(fd);
	if (got >= (ssize_t)sizeof(struct tr_roll)) {
		read_roll(&report, bytes, (size_t)got, program);
	} else {
		tool_error("the programs that were executed could not be followed: %s",
			   fd < 0 ? "there is no roll of them" : "the roll of them is damaged");
		report.all++;
	}
	tdestroy(report.processes, free);
	tdestroy(report.escapes, free);
	free(bytes);
	return report.all;
}
