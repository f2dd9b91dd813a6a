/* SPDX-License-Identifier: MIT */
/*
 * The symbols of a file that the caller asks for by name: what it imports and defines, and through which
 * relocations it refers to them.
 *
 * From the dynamic symbol table (what the loader binds), and on request from .symtab (what the link editor
 * bound and a preload cannot reach).
 */
#ifndef TOOLS_ELF_SYMBOLS_H
#define TOOLS_ELF_SYMBOLS_H

#include "tools/elf/dynamic.h"
#include "tools/elf/relocations.h"

struct elf_symbol {
	char *name;
	char *version;	 /* the version node it wants or has; NULL for none */
	bool defined;	 /* in this object */
	bool function;	 /* by its type; an import without a type counts as one */
	bool old;	 /* defined, but not the default version */
	bool self_bound; /* STV_PROTECTED: the object's own references stay with itself */
	unsigned how;	 /* ELF_BY_* of the relocations that name it, 0 for none */
};

struct elf_symbols {
	struct elf_symbol *items;
	size_t count;
};

/*
 * Appends the dynamic symbols whose name is wanted, at most 4096, in the order of the table. wanted is asked
 * only about names that are C identifiers of at most 127 bytes: others come from no compiler of C.
 */
void elf_symbols_dynamic(const struct elf_dynamic *dynamic, bool (*wanted)(const char *name),
			 struct elf_symbols *symbols);

/* Appends the functions that .symtab says are defined here; nothing when the file is stripped. */
void elf_symbols_static(struct elf_file *file, bool (*wanted)(const char *name), struct elf_symbols *symbols);

/* The symbol of that name that is (or is not) defined here, or NULL. */
const struct elf_symbol *elf_symbols_find(const struct elf_symbols *symbols, const char *name, bool defined);

void elf_symbols_free(struct elf_symbols *symbols);

#endif
