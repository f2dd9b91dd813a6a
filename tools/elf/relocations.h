/* SPDX-License-Identifier: MIT */
/*
 * The relocations of an object, reduced to: which symbol is referred to in which ways.
 */
#ifndef TOOLS_ELF_RELOCATIONS_H
#define TOOLS_ELF_RELOCATIONS_H

#include "tools/elf/dynamic.h"

struct elf_relocations {
	unsigned char *how; /* ELF_BY_* by symbol number */
	size_t count;	    /* one more than the highest symbol number that a relocation names */
};

/* A damaged table: as far as it goes. Release with free(relocations->how). */
void elf_relocations_read(const struct elf_dynamic *dynamic, struct elf_relocations *relocations);

#endif
