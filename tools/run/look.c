/* SPDX-License-Identifier: MIT */
/*
 * See look.h. A process that was seen to be somebody else's stays that, and is not looked at again; of ours
 * one small file is read each time, and more where another program runs in it. So a look costs what the
 * tree is large, and no memory but for who lives.
 */
#include "tools/run/look.h"

#include "tools/run/proc.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where what runs in it came from. */
enum origin {
	FROM_SEEN,    /* the same program as its parent's, by fork */
	FROM_WITHOUT, /* a program without the shim: `by` */
	FROM_UNSEEN,  /* who has the shim has told of it, or of what ran in it before */
	FROM_ENDED,   /* what started it, without telling */
};

struct process {
	pid_t pid;
	bool ours, done; /* in this look */
	bool unsure;	 /* whose it is: its parent changed meanwhile */
	bool known;	 /* what runs in it, since a look before */
	enum proc_shim shim;
	enum origin origin;
	struct proc_stat now;
	unsigned long stack;
	char name[80];
	char *program, *by; /* by: or NULL */
};

struct look {
	int proc;
	DIR *all;
	struct found *found;
	struct process *process; /* by pid */
	size_t count;
	size_t *path; /* of a process up to who is known to be ours, or not */
	struct look_result result;
	bool failed;
};

struct look *look_new(struct found *found, const char **why)
{
	struct look *look = calloc(1, sizeof(*look));
	char self[32];
	ssize_t length;

	if (!look) {
		*why = strerror(errno);
		return NULL;
	}
	look->found = found;
	look->all = opendir("/proc");
	look->proc = look->all ? dirfd(look->all) : -1;
	length = look->all ? readlinkat(look->proc, "self", self, sizeof(self) - 1) : -1;
	self[length > 0 ? length : 0] = 0;
	if (atoi(self) == getpid())
		return look;
	*why = "/proc does not show the processes of this run";
	look_free(look);
	return NULL;
}

static void forget_program(struct process *process)
{
	free(process->program);
	free(process->by);
	process->program = process->by = NULL;
	process->known = false;
}

static int by_pid(const void *one, const void *other)
{
	pid_t a = ((const struct process *)one)->pid, b = ((const struct process *)other)->pid;

	return (a > b) - (a < b);
}

static struct process *find(struct process *all, size_t count, pid_t pid)
{
	struct process like = {.pid = pid};

	return count ? bsearch(&like, all, count, sizeof(*all), by_pid) : NULL;
}

/* All who are there, as nobody's yet. */
static struct process *read_pids(struct look *look, size_t *count)
{
	struct process *all = NULL, *more;
	size_t room = 0;

	*count = 0;
	rewinddir(look->all);
	for (struct dirent *entry; (entry = readdir(look->all));) {
		pid_t pid = atoi(entry->d_name);

		if (pid <= 0)
			continue;
		if (*count == room) {
			room = room ? room * 2 : 256;
			more = reallocarray(all, room, sizeof(*all));
			if (!more) {
				free(all);
				return NULL;
			}
			all = more;
		}
		all[(*count)++] = (struct process){.pid = pid, .unsure = true};
	}
	if (all)
		qsort(all, *count, sizeof(*all), by_pid);
	return all;
}

/* What is known of them moves on to who is still there. */
static bool take_attendance(struct look *look)
{
	size_t count;
	struct process *now = read_pids(look, &count);
	size_t *path = now ? reallocarray(look->path, count, sizeof(*path)) : NULL;

	if (!path) {
		free(now);
		return false;
	}
	look->path = path;
	for (size_t i = 0; i < look->count; i++) {
		struct process *before = &look->process[i], *same = find(now, count, before->pid);

		if (!same) {
			forget_program(before);
			continue;
		}
		*same = *before;
		same->done = !before->ours && !before->unsure;
	}
	free(look->process);
	look->process = now;
	look->count = count;
	return true;
}

/* Who was there before cannot have come from us. */
void look_begin(struct look *look)
{
	if (take_attendance(look))
		for (size_t i = 0; i < look->count; i++)
			look->process[i].unsure = false;
}

/* Of a process whose first thread has ended the others may go on. */
static bool refresh(struct look *look, struct process *process)
{
	unsigned long long start = process->now.start;
	struct proc_stat *now = &process->now;

	if (!proc_stat(look->proc, process->pid, now) || now->state == 'X' ||
	    (now->state == 'Z' && now->threads < 2))
		return false;
	if (start != now->start)
		forget_program(process);
	return true;
}

static bool is_same_program(const struct process *process, const char *program, unsigned long stack)
{
	return process->program && process->stack == stack && !strcmp(process->program, program);
}

static bool is_without(const struct process *process)
{
	return process->shim == PROC_WITHOUT || process->shim == PROC_HIDDEN;
}

static void set_origin(struct process *process, const struct process *parent)
{
	const struct process *from = process->program ? process : parent;
	char *by = NULL;

	if (from == process && process->shim == PROC_COMING && process->origin != FROM_SEEN)
		return; /* what came before that is where this came from */
	if (is_without(from)) {
		process->origin = FROM_WITHOUT;
		by = strdup(from->program);
	} else {
		process->origin = from->pid == getpid() ? FROM_ENDED : FROM_UNSEEN;
	}
	free(process->by);
	process->by = by;
}

static void report(struct look *look, const struct process *process, struct stat *file)
{
	struct found_program of = {.program = process->program,
				   .by = process->by,
				   .hidden = process->shim == PROC_HIDDEN,
				   .pid = process->pid,
				   .ended = process->origin == FROM_ENDED,
				   .file = file};

	if (!is_without(process) || process->origin == FROM_SEEN || (of.hidden && !of.by))
		return;
	/* What is not in any directory cannot be compared with what was told. */
	if (!of.by && file && !file->st_nlink)
		return;
	found_add(look->found, &of);
}

static enum proc_shim look_into(struct look *look, const struct process *process,
				const struct process *parent)
{
	enum proc_shim shim = proc_shim(look->proc, process->pid);

	if (shim != PROC_HIDDEN || proc_is_privileged(look->proc, process->pid))
		return shim;
	/* It has made itself hidden: what it is told is known, where its parent has the shim. */
	return parent && parent->shim == PROC_HERE ? PROC_HERE : shim;
}

/* What program? The same is no news: a process may call itself otherwise. */
static bool learn_program(struct look *look, struct process *process, const struct process *parent,
			  struct stat **file)
{
	static char path[PATH_MAX];
	static struct stat found;
	struct proc_stat *now = &process->now;
	bool shown = proc_program(look->proc, process->pid, path, &found), forked;
	char *program;

	*file = shown ? &found : NULL;
	memcpy(process->name, now->name, sizeof(process->name));
	if (is_same_program(process, shown ? path : now->name, now->stack))
		return true;
	program = strdup(shown ? path : now->name);
	if (!program)
		return false;
	forked = !process->program && is_same_program(parent, program, now->stack);
	set_origin(process, parent);
	if (forked)
		process->origin = FROM_SEEN;
	free(process->program);
	process->program = program;
	process->stack = now->stack;
	process->known = forked && parent->known;
	if (process->known)
		process->shim = parent->shim;
	look->result.news = true;
	return true;
}

static void learn(struct look *look, struct process *process, const struct process *parent)
{
	struct proc_stat after;
	struct stat *file;

	if (!learn_program(look, process, parent, &file)) {
		look->failed = true;
		return;
	}
	if (process->known)
		return;
	process->shim = process->now.code ? look_into(look, process, parent) : PROC_COMING;
	if (!proc_stat(look->proc, process->pid, &after) || after.stack != process->stack ||
	    after.start != process->now.start)
		process->shim = PROC_COMING; /* which of two was seen is not known */
	process->known = process->shim != PROC_COMING;
	report(look, process, file);
}

static void look_at(struct look *look, struct process *process, const struct process *parent)
{
	if (process->now.state != 'Z' && (!process->known || process->stack != process->now.stack ||
					  strcmp(process->name, process->now.name) != 0))
		learn(look, process, parent);
	look->result.without |= process->known && is_without(process);
	look->result.coming |= !process->known;
}

/* Whose a process is, the one that it came from decides, which is looked at before it. Who was ours stays so,
 * though its parent ends meanwhile. */
static void settle(struct look *look, struct process *process)
{
	struct process *at = process;
	size_t depth = 0;
	bool unsure = false;

	while (at && !at->done && depth < look->count) {
		look->path[depth++] = (size_t)(at - look->process);
		unsure = !refresh(look, at);
		if (unsure) {
			forget_program(at);
			break;
		}
		unsure = at->now.parent != 0;
		at = find(look->process, look->count, at->now.parent);
	}
	at = at && at->done ? at : NULL;
	unsure &= !at;
	for (; depth; depth--) {
		process = &look->process[look->path[depth - 1]];
		process->done = true;
		process->unsure = unsure;
		process->ours = process->program || (at && at->ours);
		if (process->ours)
			look_at(look, process, at && at->ours ? at : NULL);
		at = process;
	}
}

static void begin_with_ourselves(struct look *look)
{
	struct process *self = find(look->process, look->count, getpid());
	static char path[PATH_MAX];
	struct stat file;

	if (!self || !refresh(look, self))
		return;
	self->done = self->ours = self->known = true;
	self->shim = PROC_HERE;
	self->stack = self->now.stack;
	if (!self->program && proc_program(look->proc, self->pid, path, &file))
		self->program = strdup(path);
}

struct look_result look_at_tree(struct look *look)
{
	look->result = (struct look_result){0};
	if (!take_attendance(look)) {
		look->failed = true;
		return look->result;
	}
	begin_with_ourselves(look);
	for (size_t i = 0; i < look->count; i++)
		settle(look, &look->process[i]);
	for (size_t i = 0; i < look->count; i++)
		if (!look->process[i].ours)
			forget_program(&look->process[i]);
	return look->result;
}

bool look_failed(const struct look *look)
{
	return look->failed;
}

void look_forget(struct look *look)
{
	for (size_t i = 0; i < look->count; i++)
		forget_program(&look->process[i]);
	free(look->process);
	look->process = NULL;
	look->count = 0;
}

void look_free(struct look *look)
{
	look_forget(look);
	free(look->path);
	if (look->all)
		closedir(look->all);
	free(look);
}
