/* SPDX-License-Identifier: MIT */
/*
 * Hosts and objects by process. A process is a file, an interface of it and a pid: traces of two hosts can
 * hold the same pid, and mergecap keeps the interfaces of different ones apart. Objects are sorted by where
 * they begin; the one learned last wins where two begin at the same address (dlclose, then dlopen).
 */
#include "tools/view/origin.h"

#include "tools/base/table.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

struct object {
	uint64_t base, size;
	char *name;
};

struct key {
	uint32_t file, interface, pid;
};

struct process {
	struct table_entry entry;
	struct key key;
	void *objects; /* tsearch(3): a trace can have very many */
	char *host;    /* may hold any byte */
	size_t host_length;
	bool several; /* hosts */
};

struct origins {
	struct table processes;
	struct process *last; /* events come many of one process */
};

struct origins *origins_new(void)
{
	return calloc(1, sizeof(struct origins));
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

static void release(struct table_entry *entry)
{
	struct process *process = (struct process *)entry;

	forget(process);
	free(process->host);
	free(process);
}

void origins_free(struct origins *origins)
{
	if (!origins)
		return;
	table_free(&origins->processes, release);
	free(origins);
}

static struct key key_of(const struct tr_event *event)
{
	return (struct key){event->file, event->interface, event->head.pid};
}

static bool same(const struct table_entry *entry, const void *key)
{
	return !memcmp(&((const struct process *)entry)->key, key, sizeof(struct key));
}

static struct process *process_of(struct origins *origins, const struct tr_event *event)
{
	struct key key = key_of(event);
	struct process *found = origins->last;

	if (found && same(&found->entry, &key))
		return found;
	found = table_find(&origins->processes, table_hash(&key, sizeof(key)), same, &key);
	if (found)
		origins->last = found;
	return found;
}

static struct process *process_new(struct origins *origins, const struct tr_event *event)
{
	struct process *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->key = key_of(event);
	if (table_add(&origins->processes, &process->entry, table_hash(&process->key, sizeof(process->key))))
		return process;
	free(process);
	return NULL;
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

static void learn_host(struct process *process, const struct tr_event *event)
{
	struct tr_value host;

	if (!tr_event_find(event, TR_F_HOST, &host) || !host.length)
		return;
	if (process->host) {
		process->several |=
			process->host_length != host.length || memcmp(process->host, host.at, host.length);
		return;
	}
	process->host = malloc(host.length);
	if (!process->host)
		return;
	memcpy(process->host, host.at, host.length);
	process->host_length = host.length;
}

void origins_learn(struct origins *origins, const struct tr_event *event)
{
	struct tr_cursor cursor = event->fields;
	struct process *process;
	struct tr_value value;

	if (event->head.event != TR_E_process && event->head.event != TR_E_library)
		return;
	process = process_of(origins, event);
	if (!process)
		process = process_new(origins, event);
	if (!process)
		return;
	if (event->head.event == TR_E_library) {
		learn_one(process, cursor);
		return;
	}
	forget(process);
	learn_host(process, event);
	while (tr_cursor_next(&cursor, &value))
		if (value.id == TR_F_LIBRARIES)
			learn_one(process, tr_cursor_into(&value));
}

bool origins_host(struct origins *origins, const struct tr_event *event, struct tr_bytes *host)
{
	const struct process *process = process_of(origins, event);

	if (!process || !process->host || process->several)
		return false;
	*host = (struct tr_bytes){(const uint8_t *)process->host, process->host_length};
	return true;
}

const char *origins_caller(struct origins *origins, const struct tr_event *event, uint64_t *offset)
{
	const struct process *process = process_of(origins, event);
	const struct object *object = process && !process->several ? find(process, event->head.caller) : NULL;

	if (!object)
		return NULL;
	*offset = event->head.caller - object->base;
	return *offset < object->size ? object->name : NULL;
}
