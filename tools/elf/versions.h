/* SPDX-License-Identifier: MIT */
/*
 * Symbol versions of an object (GNU extension, LSB core 10.7): the name that a DT_VERSYM index stands for.
 */
#ifndef TOOLS_ELF_VERSIONS_H
#define TOOLS_ELF_VERSIONS_H

#include "tools/elf/dynamic.h"

#define ELF_VERSION_COUNT 0x8000 /* bit 15 says hidden */

struct elf_versions {
	Elf_Data *versym;   /* NULL: the object has no versions */
	const char **names; /* ELF_VERSION_COUNT of them, in the object's string table; NULL for none */
};

/* symbols: how many entries the symbol table has. */
void elf_versions_read(const struct elf_dynamic *dynamic, size_t symbols, struct elf_versions *versions);
void elf_versions_free(struct elf_versions *versions);

/* The version of a symbol by its number, NULL for none; *hidden: it is not what an unversioned reference
 * gets. */
const char *elf_versions_of(const struct elf_versions *versions, size_t symbol, bool *hidden);

#endif
