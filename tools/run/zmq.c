/* SPDX-License-Identifier: MIT */
/*
 * Decides whether a libzmq is replaced; see zmq.h.
 */
#include "tools/run/zmq.h"

#include "tools/elf/reach.h"
#include "tools/run/zmq_lacks.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int run_zmq_option(struct run_zmq *zmq, const char *text, char *error, size_t size)
{
	char *path;

	if (!strcmp(text, "no")) {
		zmq->leave = true;
	} else {
		path = realpath(text, NULL);
		if (!path) {
			snprintf(error, size, "%s", strerror(errno));
			return -1;
		}
		elf_list_take(&zmq->named, path);
	}
	if (!zmq->leave || !zmq->named.count)
		return 0;
	snprintf(error, size, "'no' and an object were given: say one of them");
	return -1;
}

void run_zmq_free(struct run_zmq *zmq)
{
	elf_list_free(&zmq->named);
}

static bool refers(const struct elf_object *object)
{
	for (size_t i = 0; i < object->symbols.count; i++)
		if (run_zmq_is_name(object->symbols.items[i].name) &&
		    elf_is_reference(&object->symbols.items[i]))
			return true;
	return false;
}

static bool defines(const struct elf_object *object)
{
	return elf_object_defines(object, "zmq") || elf_built_in(object, false, "zmq", NULL);
}

/* " and N more" for N + 1 things of which one was named; a new string. */
static char *more_than(size_t count)
{
	return count > 1 ? elf_format(" and %zu more", count - 1) : elf_strdup("");
}

/* A named object must be one that a libzmq can be replaced for. Returns 0 or the exit status. */
static int check_named(const char *path)
{
	char error[160];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	struct elf_object *object = file ? elf_object_read(file) : NULL;
	int status = TOOL_USAGE;

	elf_file_close(file);
	if (!object)
		tool_error("--replace-libzmq=%s: %s", path, error);
	else if (!object->native)
		tool_error("--replace-libzmq=%s: it is built for another architecture", path);
	else if (!refers(object) && !defines(object))
		tool_error("--replace-libzmq=%s: it refers to no zmq_ function: name the addon, extension or "
			   "library that calls libzmq",
			   path);
	else
		status = 0;
	elf_object_free(object);
	return status;
}

/* The first libzmq in it that was built without GSSAPI, or NULL, and how many there are. */
static const struct elf_node *find_without_gssapi(const struct elf_tree *tree, size_t *count)
{
	const struct elf_node *first = NULL;

	*count = 0;
	for (size_t i = 0; i < tree->count; i++) {
		const struct elf_node *node = &tree->nodes[i];

		if (!node->object || !defines(node->object) || run_zmq_has_gssapi(node->object))
			continue;
		(*count)++;
		if (!first)
			first = node;
	}
	return first;
}

/* old is what is to be replaced, in words. */
static int refuse(const char *program, const char *old)
{
	tool_error("%s is not started: %s cannot be replaced by a libzmq with GSSAPI", program, old);
	return TOOL_SELF;
}

/* Returns 0 with zmq->path, or the exit status. */
static int replace(struct run_zmq *zmq, const struct elf_tree *tree, const char *program, const char *old)
{
	struct run_zmq_system system;
	int status = 0;

	if (run_zmq_system_find(&system)) {
		tool_error(RUN_ZMQ_SONAME " is not installed on this system, or was built without GSSAPI");
		return refuse(program, old);
	}
	if (run_zmq_tell_lacks(tree, &system, &zmq->named)) {
		status = refuse(program, old);
	} else {
		snprintf(zmq->path, sizeof(zmq->path), "%s", system.path);
		tool_error("%s is replaced by %s", old, zmq->path);
	}
	run_zmq_system_free(&system);
	return status;
}

/* What is to be replaced in the tree, in words; a new string, or NULL for nothing. */
static char *name_old(const struct run_zmq *zmq, const struct elf_tree *tree)
{
	size_t count;
	const struct elf_node *without = find_without_gssapi(tree, &count);
	char *more = more_than(count), *words = NULL;

	if (without)
		words = elf_format("%s%s%s, built without GSSAPI,",
				   run_zmq_is_library(without) ? "" : "the libzmq in ", without->path, more);
	else if (zmq->named.count)
		words = elf_format("the libzmq of %s", zmq->named.items[0]);
	free(more);
	return words;
}

int run_zmq_check_named(const struct run_zmq *zmq)
{
	int status = 0;

	for (size_t i = 0; i < zmq->named.count && !status; i++)
		status = check_named(zmq->named.items[i]);
	return status;
}

int run_zmq_decide(struct run_zmq *zmq, const struct run_scope *scope, const char *program, bool injects)
{
	int status = 0;
	char *old;

	if (zmq->leave || !scope->known || (!injects && !zmq->named.count))
		return 0;
	old = name_old(zmq, &scope->tree);
	if (old)
		status = replace(zmq, &scope->tree, program, old);
	free(old);
	return status;
}
