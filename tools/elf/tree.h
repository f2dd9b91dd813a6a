/* SPDX-License-Identifier: MIT */
/*
 * A program and the libraries the dynamic loader would load with it, in the order in which symbols are looked
 * up in them (breadth first, the program itself at 0).
 */
#ifndef TOOLS_ELF_TREE_H
#define TOOLS_ELF_TREE_H

#include "tools/elf/object.h"

enum elf_found {
	ELF_FOUND_SELF,
	ELF_FOUND_PATH, /* the name has a slash */
	ELF_FOUND_RPATH,
	ELF_FOUND_ENVIRONMENT,
	ELF_FOUND_RUNPATH,
	ELF_FOUND_CACHE,
	ELF_FOUND_DEFAULT,
	ELF_FOUND_INTERPRETER, /* the dynamic loader itself */
	ELF_FOUND_NOT,
};
#define ELF_FOUND_NAMES                                                                                      \
	{                                                                                                    \
		"self", "path", "rpath", "ld_library_path", "runpath", "ld_so_cache", "default",             \
			"interpreter", "not_found"                                                           \
	}

struct elf_node {
	char *name;	     /* as the object that needs it names it */
	struct list aliases; /* other names it was asked for by */
	char *path;	     /* NULL when not found */
	char *error;	     /* why the file that was found cannot be loaded, or NULL */
	enum elf_found found;
	size_t parent;		   /* the node that needs it first */
	struct elf_object *object; /* NULL when not found or not readable */
};

struct elf_tree {
	struct elf_node *nodes;
	size_t count;
	bool cut; /* more libraries than can be real */
};

/* Takes the program over (path is copied) and finds its libraries. secure: it runs with AT_SECURE. */
void elf_tree_build(struct elf_tree *tree, const char *path, struct elf_object *program, bool secure);
void elf_tree_free(struct elf_tree *tree);

/*
 * The node whose definition a reference of node from would bind to if nothing were preloaded, by name and
 * version; tree->count when there is none.
 */
size_t elf_tree_provider(const struct elf_tree *tree, size_t from, const struct elf_symbol *symbol);

#endif
