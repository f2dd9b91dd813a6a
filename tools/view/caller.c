/* SPDX-License-Identifier: MIT */
/*
 * Objects by process. A process is a file and a pid, since traces of two hosts can hold the same pid. Its
 * objects are sorted by where they begin; the one learned last wins where two begin at the same address
 * (dlclose, then dlopen).
 */
#include "tools/view/caller.h"

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
	struct object *objects;
	size_t count;
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

static void forget(struct process *process)
{
	for (size_t i = 0; i < process->count; i++)
		free(process->objects[i].name);
	free(process->objects);
	process->objects = NULL;
	process->count = 0;
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

/* The first object that begins above address. */
static size_t above(const struct process *process, uint64_t address)
{
	size_t low = 0, high = process->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (process->objects[middle].base > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void insert(struct process *process, struct object object)
{
	size_t at = above(process, object.base);
	struct object *more;

	if (at && process->objects[at - 1].base == object.base) {
		free(process->objects[at - 1].name);
		process->objects[at - 1] = object;
		return;
	}
	more = reallocarray(process->objects, process->count + 1, sizeof(*more));
	if (!more) {
		free(object.name);
		return;
	}
	memmove(more + at + 1, more + at, (process->count - at) * sizeof(*more));
	more[at] = object;
	process->objects = more;
	process->count++;
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
	size_t at = process ? above(process, event->head.caller) : 0;
	const struct object *object;

	if (!at)
		return NULL;
	object = &process->objects[at - 1];
	*offset = event->head.caller - object->base;
	return *offset < object->size ? object->name : NULL;
}
