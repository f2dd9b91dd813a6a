/* SPDX-License-Identifier: MIT */
/*
 * One reference of one object to a gss_ or zmq_ symbol: where it binds, and whether a preloaded wrapper gets
 * in between.
 *
 * The order of the look-up decides: the program's own definitions, then what is preloaded, then the
 * libraries.
 */
#ifndef TOOLS_ELF_REACH_H
#define TOOLS_ELF_REACH_H

#include "tools/elf/tree.h"

enum elf_reach {
	ELF_REACHED,
	ELF_NOT_WRAPPED,     /* the shim leaves it alone: calls.def says why, or does not know it */
	ELF_DATA,	     /* a variable */
	ELF_SELF_BOUND,	     /* the object prefers its own definition (-Bsymbolic, protected) */
	ELF_PROGRAM_DEFINES, /* the program's own definition comes before anything preloaded */
};
#define ELF_REACH_NAMES                                                                                      \
	{                                                                                                    \
		"reached", "not_wrapped", "data", "self_bound", "program_defines"                            \
	}

/* Is this symbol a reference that the loader binds, to a gss_ or zmq_ name? */
bool elf_is_reference(const struct elf_symbol *symbol);

/* What becomes of it; *provider as elf_tree_provider has it. */
enum elf_reach elf_reach(const struct elf_tree *tree, size_t node, const struct elf_symbol *symbol,
			 size_t *provider);

/* Is node 0 a program, not a library that is looked at by itself? */
bool elf_tree_has_program(const struct elf_tree *tree);

/* How many wrapped functions of a family an object contains that its own calls cannot be kept from: built in
 * without a dynamic symbol, or (program) defined before anything preloaded. One of them in *example, unless
 * it is NULL. */
size_t elf_built_in(const struct elf_object *object, bool program, const char *family, const char **example);

#endif
