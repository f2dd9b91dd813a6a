/* SPDX-License-Identifier: MIT */
/*
 * The relocations of an object, reduced to: which symbol is referred to in which ways.
 */
#ifndef TOOLS_ELF_RELOCATIONS_H
#define TOOLS_ELF_RELOCATIONS_H

#include "tools/elf/dynamic.h"

enum elf_how {
	ELF_BY_JUMP_SLOT = 1, /* a call through the PLT */
	ELF_BY_GLOB_DAT = 2,  /* an address in the GOT: -fno-plt calls, function pointers, data */
	ELF_BY_ABSOLUTE = 4,  /* an address in data */
	ELF_BY_COPY = 8,      /* data copied into the program */
	ELF_BY_OTHER = 16,
};
#define ELF_HOW_NAMES                                                                                        \
	{                                                                                                    \
		"jump_slot", "glob_dat", "absolute", "copy", "other"                                         \
	}

struct elf_relocations {
	unsigned char *how; /* ELF_BY_* by symbol number */
	size_t count;	    /* one more than the highest symbol number that a relocation names */
};

/* A damaged table: as far as it goes. Release with free(relocations->how). */
void elf_relocations_read(const struct elf_dynamic *dynamic, struct elf_relocations *relocations);

#endif
