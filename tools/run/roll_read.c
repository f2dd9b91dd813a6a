/* SPDX-License-Identifier: MIT */
/*
 * See roll_read.h. Bounded by the file: a table of the processes in it, and one of the programs.
 */
#include "tools/run/roll_read.h"

#include "tools/elf/object.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* A process, as far as the roll tells. */
struct process {
	uint32_t pid;
	unsigned answers;		  /* that nothing which was told before asked for */
	bool answered;			  /* ever */
	bool escaped;			  /* something that it executed did not answer */
	const struct tr_roll_entry *open; /* executed, and not answered yet; NULL: none */
};

static int by_pid(const void *one, const void *other)
{
	uint32_t a = ((const struct process *)one)->pid, b = ((const struct process *)other)->pid;

	return (a > b) - (a < b);
}

static int by_program(const void *one, const void *other)
{
	const struct tr_roll_entry *a = ((const struct roll_escape *)one)->entry,
				   *b = ((const struct roll_escape *)other)->entry;

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

static void escaped(struct roll_seen *seen, const struct tr_roll_entry *entry)
{
	struct roll_escape like = {.entry = entry}, *escape;

	if (runs_nothing(entry))
		return;
	seen->all++;
	escape = item(&seen->escapes, &like, sizeof(like), by_program);
	if (!escape) {
		seen->incomplete = true;
		return;
	}
	if (!escape->count++) {
		if (seen->names < ROLL_NAMED)
			seen->named[seen->names++] = escape;
		else
			seen->more++;
	}
}

static void left_open(struct roll_seen *seen, struct process *process)
{
	process->escaped = true;
	escaped(seen, process->open);
}

/* Its own trace, where it has one, does not tell of these. */
static void lost(struct roll_seen *seen, const struct tr_roll_entry *entry)
{
	const struct tr_roll_loss *told = (const void *)entry->path;

	if (!told->lost)
		return;
	seen->lost += told->lost;
	if (seen->losses++ < ROLL_NAMED)
		seen->loss[seen->losses - 1] = (struct roll_loss){.pid = entry->pid,
								  .parent = told->parent,
								  .events = told->lost,
								  .reason = told->reason};
}

static void take(struct roll_seen *seen, const struct tr_roll_entry *entry)
{
	struct process like = {.pid = entry->pid}, *process;

	process = item(&seen->processes, &like, sizeof(like), by_pid);
	if (!process) {
		seen->incomplete = true;
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
			left_open(seen, process);
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
		escaped(seen, entry);
		break;
	case TR_ROLL_LOSS:
		lost(seen, entry);
		break;
	case TR_ROLL_UNDONE:
		break;
	}
}

/* Is this an entry, whole and with a text that ends? */
static bool is_entry(const struct tr_roll_entry *entry, size_t room)
{
	size_t text = sizeof(*entry);

	if (entry->mark != TR_ROLL_MARK || entry->length < text || entry->length > room ||
	    entry->length % TR_ROLL_ALIGN)
		return false;
	if (entry->kind == TR_ROLL_HERE || entry->kind == TR_ROLL_FAILED)
		return true;
	if (entry->kind == TR_ROLL_LOSS)
		text += sizeof(struct tr_roll_loss);
	return entry->length > text && memchr((const char *)entry + text, 0, entry->length - text);
}

static void read_entries(struct roll_seen *seen, const char *bytes, size_t used)
{
	size_t at = sizeof(struct tr_roll);

	while (at + sizeof(struct tr_roll_entry) <= used) {
		const struct tr_roll_entry *entry = (const void *)(bytes + at);

		if (is_entry(entry, used - at)) {
			take(seen, entry);
			at += entry->length;
		} else {
			at += TR_ROLL_ALIGN; /* its writer was killed at it */
		}
	}
}

/* Who was told of and has not answered when all is over. */
static void close_one(const void *node, VISIT visit, void *seen)
{
	struct process *process = *(struct process *const *)node;

	if ((visit == postorder || visit == leaf) && process->open)
		left_open(seen, process);
}

void roll_read(struct roll_seen *seen, const void *bytes, size_t size, pid_t program)
{
	const struct tr_roll *head = bytes;
	struct process like = {.pid = (uint32_t)program};
	void **found;

	read_entries(seen, bytes, head->used < size ? head->used : size);
	found = tfind(&like, &seen->processes, by_pid);
	twalk_r(seen->processes, close_one, seen);
	/* PROGRAM itself was spoken of before, and only counts. */
	if (!found || !(*(struct process **)found)->answered)
		seen->all++;
	seen->incomplete |= head->used > size;
	seen->all += seen->incomplete;
}

bool roll_read_news(const void *bytes, size_t size, size_t *taken)
{
	const char *at = bytes;
	bool lost = false;

	for (*taken = 0; *taken + sizeof(struct tr_roll_entry) <= size;) {
		const struct tr_roll_entry *entry = (const void *)(at + *taken);

		if (!is_entry(entry, size - *taken))
			break;
		lost |= entry->kind != TR_ROLL_LOSS && entry->flags;
		*taken += entry->length;
	}
	return lost;
}

struct each {
	void (*call)(const char *path, void *context);
	void *context;
};

static void each_one(const void *node, VISIT visit, void *each)
{
	const struct roll_escape *escape = *(struct roll_escape *const *)node;
	const struct each *what = each;

	if (visit == postorder || visit == leaf)
		what->call(escape->entry->path, what->context);
}

void roll_each_escape(const struct roll_seen *seen, void (*each)(const char *path, void *context),
		      void *context)
{
	struct each what = {.call = each, .context = context};

	twalk_r(seen->escapes, each_one, &what);
}

bool roll_ran_unobserved(const void *seen, pid_t pid, bool ended)
{
	struct process like = {.pid = (uint32_t)pid};
	void *const *found = tfind(&like, &((const struct roll_seen *)seen)->processes, by_pid);
	const struct process *process = found ? *(struct process *const *)found : NULL;

	return process ? process->escaped || (ended && !process->answered) : ended;
}

void roll_seen_free(struct roll_seen *seen)
{
	tdestroy(seen->processes, free);
	tdestroy(seen->escapes, free);
}
