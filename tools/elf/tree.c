/* SPDX-License-Identifier: MIT */
/* Finds a program's libraries; see tree.h. The order of the search is that of glibc's _dl_map_object. */
#include "tools/elf/tree.h"

#include "tools/elf/search.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define NODES_MAX 1024

/* The directory of an object, for $ORIGIN: of the file itself for the program, as it was found for a library.
 */
static char *origin_of(const struct elf_tree *tree, size_t node)
{
	char *path = node == 0 ? realpath(tree->nodes[0].path, NULL) : NULL, *slash;

	if (!path)
		path = must_strdup(tree->nodes[node].path);
	slash = strrchr(path, '/');
	if (!slash) {
		free(path);
		return must_strdup(".");
	}
	slash[slash == path] = 0;
	return path;
}

static char *search_one(const struct elf_tree *tree, const struct elf_search *search, size_t node,
			const char *list, const char *name)
{
	char *origin, *found;

	if (!list)
		return NULL;
	origin = origin_of(tree, node);
	found = elf_search_list(search, list, origin, name);
	free(origin);
	return found;
}

/* DT_RPATH of the object and of those that caused it to be loaded, at last of the program. */
static char *search_rpaths(const struct elf_tree *tree, const struct elf_search *search, size_t from,
			   const char *name)
{
	for (size_t node = from;; node = tree->nodes[node].parent) {
		char *found = search_one(tree, search, node, tree->nodes[node].object->rpath, name);

		if (found || node == 0)
			return found;
	}
}

static char *search_environment(const struct elf_tree *tree, const struct elf_search *search,
				const char *name)
{
	char *origin = origin_of(tree, 0), *found = elf_search_environment(search, origin, name);

	free(origin);
	return found;
}

static char *find_slash(const struct elf_tree *tree, const struct elf_search *search, size_t from,
			const char *name)
{
	char *origin = origin_of(tree, from), *path = elf_search_expand(search, name, origin);

	free(origin);
	return path;
}

/* Each place is asked only when those before had nothing. */
static char *find(const struct elf_tree *tree, const struct elf_search *search, size_t from, const char *name,
		  enum elf_found *how)
{
	const struct elf_object *object = tree->nodes[from].object;
	char *path = NULL;

	*how = strchr(name, '/') ? ELF_FOUND_PATH : ELF_FOUND_RPATH;
	if (*how == ELF_FOUND_PATH)
		return find_slash(tree, search, from, name);
	if (!object->runpath)
		path = search_rpaths(tree, search, from, name);
	while (!path && ++*how < ELF_FOUND_INTERPRETER) {
		if (*how == ELF_FOUND_ENVIRONMENT)
			path = search_environment(tree, search, name);
		else if (*how == ELF_FOUND_RUNPATH)
			path = search_one(tree, search, from, object->runpath, name);
		else if (*how == ELF_FOUND_CACHE)
			path = elf_search_cache(search, name, object->nodeflib);
		else if (!object->nodeflib)
			path = elf_search_defaults(search, name);
	}
	return path;
}

static struct elf_node *known(const struct elf_tree *tree, const char *name)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct elf_node *node = &tree->nodes[i];

		if (!strcmp(node->name, name) || list_has(&node->aliases, name) ||
		    (node->object && node->object->soname && !strcmp(node->object->soname, name)))
			return node;
	}
	return NULL;
}

static struct elf_node *add_node(struct elf_tree *tree, const char *name, size_t parent, enum elf_found found)
{
	struct elf_node *node;

	tree->nodes = must_grow(tree->nodes, tree->count, sizeof(*tree->nodes));
	node = &tree->nodes[tree->count++];
	*node = (struct elf_node){.name = must_strdup(name), .parent = parent, .found = found};
	return node;
}

static bool same_file(const struct elf_tree *tree, const struct elf_file *file, const char *name)
{
	for (size_t i = 0; i < tree->count; i++) {
		struct elf_node *node = &tree->nodes[i];

		if (node->object && node->object->inode == file->inode &&
		    node->object->device == file->device) {
			list_add(&node->aliases, name);
			return true;
		}
	}
	return false;
}

static void load(struct elf_tree *tree, const struct elf_search *search, size_t from, const char *name)
{
	char error[160] = "", *path;
	struct elf_node *node;
	struct elf_file *file;
	enum elf_found how;

	if (known(tree, name))
		return;
	path = find(tree, search, from, name, &how);
	file = path ? elf_file_open(path, error, sizeof(error)) : NULL;
	if (file && same_file(tree, file, name)) {
		elf_file_close(file);
		free(path);
		return;
	}
	node = add_node(tree, name, from, path ? how : ELF_FOUND_NOT);
	node->path = path;
	node->object = file ? elf_object_read(file) : NULL;
	if (path && !file)
		node->error = must_strdup(error);
	else if (file && !node->object->native)
		node->error = must_strdup("built for another architecture");
	elf_file_close(file);
}

/* The loader itself is there before any library, under its soname: libc needs it by that name. */
static void load_interpreter(struct elf_tree *tree)
{
	const char *own = tree->nodes[0].object->interpreter, *path = own ? own : elf_native()->interpreter;
	char error[160];
	struct elf_file *file = elf_file_open(path, error, sizeof(error));
	struct elf_node *node;

	if (!file)
		return;
	node = add_node(tree, path, 0, ELF_FOUND_INTERPRETER);
	node->path = must_strdup(path);
	node->object = elf_object_read(file);
	elf_file_close(file);
}

void elf_tree_build(struct elf_tree *tree, const char *path, struct elf_object *program, bool secure)
{
	struct elf_search search;
	struct elf_node *root;

	*tree = (struct elf_tree){0};
	root = add_node(tree, path, 0, ELF_FOUND_SELF);
	root->path = must_strdup(path);
	root->object = program;
	if (!program->native || program->type == ELF_TYPE_OTHER || program->type == ELF_TYPE_STATIC ||
	    program->type == ELF_TYPE_STATIC_PIE)
		return;
	/* How another C library's loader searches is not known here. */
	if (program->interpreter && !elf_native_interpreter(program->interpreter))
		return;
	elf_search_open(&search, secure);
	load_interpreter(tree);
	for (size_t i = 0; i < tree->count && !tree->cut; i++) {
		const struct elf_object *object = tree->nodes[i].object;

		for (size_t n = 0; object && object->native && n < object->needed.count && !tree->cut; n++) {
			load(tree, &search, i, object->needed.items[n]);
			tree->cut = tree->count >= NODES_MAX;
		}
	}
	elf_search_close(&search);
}

void elf_tree_free(struct elf_tree *tree)
{
	for (size_t i = 0; i < tree->count; i++) {
		free(tree->nodes[i].name);
		list_free(&tree->nodes[i].aliases);
		free(tree->nodes[i].path);
		free(tree->nodes[i].error);
		elf_object_free(tree->nodes[i].object);
	}
	free(tree->nodes);
	*tree = (struct elf_tree){0};
}

static bool provides(const struct elf_object *object, const struct elf_symbol *wanted)
{
	for (size_t i = 0; i < object->symbols.count; i++) {
		const struct elf_symbol *symbol = &object->symbols.items[i];

		if (!symbol->defined || strcmp(symbol->name, wanted->name))
			continue;
		/* An unversioned definition satisfies any reference, an unversioned reference takes the
		 * default. */
		if (!symbol->version ||
		    (wanted->version ? !strcmp(symbol->version, wanted->version) : !symbol->old))
			return true;
	}
	return false;
}

size_t elf_tree_provider(const struct elf_tree *tree, size_t from, const struct elf_symbol *symbol)
{
	const struct elf_object *self = tree->nodes[from].object;

	if (symbol->defined && (self->symbolic || symbol->self_bound))
		return from;
	/* The copy in the program is a variable's new place, what it is copied from is looked for behind the
	 * program. */
	for (size_t i = symbol->how & ELF_BY_COPY ? 1 : 0; i < tree->count; i++)
		if (tree->nodes[i].object && provides(tree->nodes[i].object, symbol))
			return i;
	return tree->count;
}
