/* SPDX-License-Identifier: MIT */
/*
 * See found.h. Bounded: of so many different ones each is known, the others are counted.
 */
#include "tools/run/found.h"

#include "tools/base/tool.h"
#include "tools/elf/script.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEPT 1000
#define NAMED 10

struct item {
	struct found_program of; /* its texts are behind it */
	bool explained;
	struct stat file;
	size_t count;
	char text[];
};

struct found {
	void *tree;
	struct item *item[KEPT];
	size_t items, asking;
	size_t others; /* processes of programs beyond these */
};

static int compare_text(const char *one, const char *other)
{
	return one && other ? strcmp(one, other) : (one != NULL) - (other != NULL);
}

static int compare(const void *one, const void *other)
{
	const struct found_program *a = &((const struct item *)one)->of,
				   *b = &((const struct item *)other)->of;
	int order = compare_text(a->program, b->program);

	if (!order)
		order = compare_text(a->by, b->by);
	return order ? order : a->hidden - b->hidden;
}

struct found *found_new(void)
{
	return calloc(1, sizeof(struct found));
}

static struct item *make(const struct found_program *of)
{
	size_t program = strlen(of->program) + 1, by = of->by ? strlen(of->by) + 1 : 0;
	struct item *item = calloc(1, sizeof(*item) + program + by);

	if (!item)
		return NULL;
	item->of.program = memcpy(item->text, of->program, program);
	if (by)
		item->of.by = memcpy(item->text + program, of->by, by);
	item->of.hidden = of->hidden;
	item->of.pid = of->pid;
	item->of.ended = of->ended;
	if (of->file)
		item->file = *of->file;
	return item;
}

static struct item *find(struct found *found, const struct found_program *of)
{
	struct item like = {.of = *of}, **known = tfind(&like, &found->tree, compare), *item;

	if (known)
		return *known;
	item = found->items < KEPT ? make(of) : NULL;
	if (!item || !tsearch(item, &found->tree, compare)) {
		free(item);
		return NULL;
	}
	found->item[found->items++] = item;
	found->asking += !of->by;
	return item;
}

void found_add(struct found *found, const struct found_program *of)
{
	struct item *item = find(found, of);

	if (item)
		item->count++;
	else
		found->others++;
}

bool found_asks(const struct found *found)
{
	return found->asking > 0;
}

static void settle(struct found *found, struct item *item)
{
	found->asking -= !item->explained;
	item->explained = true;
}

void found_judge(struct found *found, bool (*is_so)(const void *context, pid_t pid, bool ended),
		 const void *context)
{
	for (size_t i = 0; i < found->items; i++) {
		struct item *item = found->item[i];

		if (!item->of.by && !is_so(context, item->of.pid, item->of.ended))
			settle(found, item);
	}
}

static bool explain(struct found *found, const char *path)
{
	struct stat file;
	bool any = false;

	if (stat(path, &file))
		return false;
	for (size_t i = 0; i < found->items; i++) {
		struct item *item = found->item[i];

		if (!item->of.by && item->file.st_dev == file.st_dev && item->file.st_ino == file.st_ino) {
			settle(found, item);
			any = true;
		}
	}
	return any;
}

void found_explain(struct found *found, const char *path)
{
	struct elf_chain chain;

	if (explain(found, path) || *path != '/')
		return;
	elf_script_follow(path, &chain);
	for (size_t i = 0; i < chain.count; i++)
		explain(found, chain.steps[i].interpreter);
	if (chain.program)
		explain(found, chain.program);
	elf_chain_free(&chain);
}

static void name(const struct item *item)
{
	char times[48] = "";

	if (item->count > 1)
		snprintf(times, sizeof(times), " %zu times at least", item->count);
	if (item->of.hidden)
		tool_error(
			"%s may have run unobserved%s: it was started by %s, which ran without the shim, and "
			"you may not look into it",
			item->of.program, times, item->of.by);
	else if (item->of.by)
		tool_error("%s ran unobserved%s: it was started by %s, which ran without the shim",
			   item->of.program, times, item->of.by);
	else
		tool_error(
			"%s ran unobserved%s: it was started out of sight, by a program that ran without the "
			"shim or by a system call that asked no library",
			item->of.program, times);
}

size_t found_tell(struct found *found)
{
	size_t all = found->others, named = 0, more = 0;

	/* A copy of one by fork, left by its parent. */
	for (size_t i = 0; i < found->items && found->asking; i++)
		if (found->item[i]->of.by)
			explain(found, found->item[i]->of.program);
	for (size_t i = 0; i < found->items; i++) {
		const struct item *item = found->item[i];

		if (item->explained)
			continue;
		all += item->count;
		if (named++ < NAMED)
			name(item);
		else
			more++;
	}
	if (found->others)
		tool_error("%zu more programs that they started ran unobserved, and %zu processes of others",
			   more, found->others);
	else if (more)
		tool_error("%zu more programs that they started ran unobserved", more);
	return all;
}

void found_free(struct found *found)
{
	if (!found)
		return;
	tdestroy(found->tree, free);
	free(found);
}
