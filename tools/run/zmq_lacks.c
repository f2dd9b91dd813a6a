/* SPDX-License-Identifier: MIT */
/* Compares a tree with the system's libzmq; see run_zmq_lacks.h. */
#include "tools/run/zmq_lacks.h"

#include "tools/base/path.h"
#include "tools/elf/calls.h"
#include "tools/elf/gap.h"
#include "tools/elf/reach.h"
#include "tools/elf/report.h"
#include "tools/base/tool.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool run_zmq_is_name(const char *name)
{
	return elf_call_is(name, "zmq");
}

/* As ldconfig and auditwheel keep it: libzmq.so.5, libzmq-4e6f4753.so.5. */
bool run_zmq_is_library(const struct elf_node *node)
{
	const char *file = path_base(node->path);
	const char *soname = node->object->soname ? node->object->soname : file;

	return !strncmp(soname, "libzmq", 6) || !strncmp(file, "libzmq", 6);
}

/* What stands in the way. */
struct lacks {
	const struct elf_tree *tree;
	const struct run_zmq_system *system;
	const struct elf_list *named;
	struct elf_list missing;	/* functions that the system's libzmq does not have ... */
	const struct elf_node *needing; /* ... the first object that needs one of them, and how many do */
	size_t needing_count;
};

/* Must the system's libzmq have this function, for node's sake? What a libzmq that is itself replaced calls
 * does not matter; but one that was named answers for its users, who are not known. */
static bool is_needed(const struct lacks *lacks, const struct elf_node *node, const struct elf_symbol *symbol)
{
	if (!run_zmq_is_name(symbol->name))
		return false;
	if (run_zmq_is_library(node) && symbol->defined)
		return elf_list_has(lacks->named, node->path);
	return elf_is_reference(symbol);
}

static void add_missing(struct lacks *lacks, const struct elf_node *node)
{
	const struct elf_symbols *symbols = &node->object->symbols;
	bool any = false;

	for (size_t i = 0; i < symbols->count; i++) {
		const char *name = symbols->items[i].name;

		if (!is_needed(lacks, node, &symbols->items[i]) ||
		    elf_symbols_find(&lacks->system->object->symbols, name, true))
			continue;
		any = true;
		if (!elf_list_has(&lacks->missing, name))
			elf_list_add(&lacks->missing, name);
	}
	lacks->needing_count += any;
	if (any && !lacks->needing)
		lacks->needing = node;
}

/* A zmq_ function whose calls in a node nothing preloaded gets in between, or NULL. */
static const char *find_bound(const struct elf_tree *tree, size_t n)
{
	struct elf_gap gap = elf_gap_find(tree, n, "zmq");

	return *gap.example ? gap.example : NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void tell_missing(struct lacks *lacks)
{
	struct elf_list *names = &lacks->missing;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	qsort(names->items, names->count, sizeof(*names->items), by_name);
	for (size_t i = 0; out && i < names->count; i++)
		fprintf(out, "%s%s", i ? ", " : "", names->items[i]);
	if (out)
		fclose(out);
	tool_error("%s lacks what %s%s refers to: %s", lacks->system->path, lacks->needing->path,
		   lacks->needing_count > 1 ? " (among others)" : "", text ? text : "");
	free(text);
}

bool run_zmq_tell_lacks(const struct elf_tree *tree, const struct run_zmq_system *system,
			const struct elf_list *named)
{
	struct lacks lacks = {.tree = tree, .system = system, .named = named};
	bool any = false;

	for (size_t n = 0; n < tree->count; n++) {
		const struct elf_node *node = &tree->nodes[n];
		const char *bound = node->object ? find_bound(tree, n) : NULL;

		if (node->object)
			add_missing(&lacks, node);
		if (bound)
			tool_error("%s has libzmq linked into it where nothing that is preloaded is met (%s)",
				   node->path, bound);
		any = any || bound;
	}
	if (lacks.needing)
		tell_missing(&lacks);
	elf_list_free(&lacks.missing);
	return any || lacks.needing;
}
