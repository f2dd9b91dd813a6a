/* SPDX-License-Identifier: MIT */
/*
 * Objects by process. A process is a file and a pid, since traces of two hosts can hold the same pid. Its
 * objects are a tree by where they begin, since a trace can have very many; the one learned last wins where
 * two begin at the same address (dlclose, then dlopen).
 */
#include "tools/view/caller.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

struct object {
	uint64_t base, size;
	char *name;
};

struct process {
	unsigned file;
	uint32_t pid;
	void *objects; /* tsearch(3) */
	struct process *next;
};

struct out_objects {
	struct process *buckets[BUCKETS];
	struct process *last; /* events come many of one process */
};

struct out_objects *out_objects_new(void)
{
	return calloc(1, sizeof(struct out_objects));
}

static void free_object(void *object)
{
	free(((struct object *)object)->name);
	free(object);
}

static void forget(struct process *process)
{
	tdestroy(process->objects, free_object);
	process->objects = NULL;
}

void out_objects_free(struct out_objects *objects)
{
	for (size_t i = 0; objects && i < BUCKETS; i++)
		while (objects->buckets[i]) {
			struct process *process = objects->buckets[i];

			objects->buckets[i] = process->next;
			forget(process);
			free(process);
		}
	free(objects);
}

static struct process **bucket_of(struct out_objects *objects, const struct tr_event *event)
{
	return &objects->buckets[(event->head.pid * 31 + event->file) % BUCKETS];
}

static struct process *process_of(struct out_objects *objects, const struct tr_event *event)
{
	struct process *process = objects->last;

	if (process && process->pid == event->head.pid && process->file == event->file)
		return process;
	for (process = *bucket_of(objects, event); process; process = process->next)
		if (process->pid == event->head.pid && process->file == event->file)
			break;
	if (process)
		objects->last = process;
	return process;
}

static struct process *process_new(struct out_objects *objects, const struct tr_event *event)
{
	struct process *process = calloc(1, sizeof(*process)), **bucket = bucket_of(objects, event);

	if (!process)
		return NULL;
	process->file = event->file;
	process->pid = event->head.pid;
	process->next = *bucket;
	*bucket = process;
	return process;
}

/* What is looked for, and the last object met on the way that does not begin above it. */
struct search {
	uint64_t address;
	const struct object *below;
};

static int by_base(const void *one, const void *other)
{
	const struct object *a = one, *b = other;

	return (a->base > b->base) - (a->base < b->base);
}

static int search_step(const void *key, const void *node)
{
	struct search *search = (struct search *)(uintptr_t)key;
	const struct object *object = node;

	if (object->base > search->address)
		return -1;
	search->below = object;
	return object->base < search->address;
}

static const struct object *find(const struct process *process, uint64_t address)
{
	struct search search = {.address = address};

	tfind(&search, (void *const *)&process->objects, search_step);
	return search.below;
}

static void insert(struct process *process, struct object object)
{
	struct object *own = malloc(sizeof(*own)), **there = NULL;

	if (own) {
		*own = object;
		there = tsearch(own, &process->objects, by_base);
	}
	if (there && *there == own)
		return;
	free(own);
	if (!there) {
		free(object.name);
		return;
	}
	free((*there)->name);
	**there = object;
}

static char *last_part(const struct tr_value *path)
{
	const uint8_t *slash = memrchr(path->at, '/', path->length);
	const uint8_t *name = slash ? slash + 1 : path->at;

	return strndup((const char *)name, path->length - (size_t)(name - path->at));
}

/* An object is described by fields: a group of a process event, or those of a library event. */
static void learn_one(struct process *process, struct tr_cursor fields)
{
	struct tr_value value, soname = {0}, path = {0};
	struct object object = {0};

	while (tr_cursor_next(&fields, &value)) {
		if (value.id == TR_F_BASE)
			object.base = tr_value_uint(&value);
		else if (value.id == TR_F_SIZE)
			object.size = tr_value_uint(&value);
		else if (value.id == TR_F_SONAME)
			soname = value;
		else if (value.id == TR_F_PATH)
			path = value;
	}
	if (!object.size || (!soname.length && !path.length))
		return;
	object.name = last_part(soname.length ? &soname : &path);
	if (object.name)
		insert(process, object);
}

void out_objects_learn(struct out_objects *objects, const struct tr_event *event)
{
	struct tr_cursor cursor = event->fields;
	struct process *process;
	struct tr_value value;

	if (event->head.event != TR_E_process && event->head.event != TR_E_library)
		return;
	process = process_of(objects, event);
	if (process && event->head.event == TR_E_process)
		forget(process);
	if (!process)
		process = process_new(objects, event);
	if (!process)
		return;
	if (event->head.event == TR_E_library)
		learn_one(process, cursor);
	else
		while (tr_cursor_next(&cursor, &value))
			if (value.id == TR_F_LIBRARIES)
				learn_one(process, tr_cursor_into(&value));
}

const char *out_objects_find(struct out_objects *objects, const struct tr_event *event, uint64_t *offset)
{
	const struct process *process = process_of(objects, event);
	const struct object *object = process ? find(process, event->head.caller) : NULL;

	if (!object)
		return NULL;
	*offset = event->head.caller - object->base;
	return *offset < object->size ? object->name : NULL;
}
