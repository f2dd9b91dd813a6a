/* SPDX-License-Identifier: MIT */
/*
 * The names that matter: the rows of trace/calls.def, for looking up what a symbol or string is. No list of
 * its own.
 */
#ifndef TOOLS_ELF_CALLS_H
#define TOOLS_ELF_CALLS_H

#include <stdbool.h>

struct elf_call {
	const char *name;
	bool wrapped;	     /* by the shim */
	const char *excused; /* why not */
};

/* The row of a function of a listed family, or NULL. */
const struct elf_call *elf_call_find(const char *name);

/* The listed family that a name belongs to by its prefix, such as "gss"; NULL: none. */
const char *elf_call_family(const char *name);

/* Is name one of this family's, as far as its prefix says? */
bool elf_call_is(const char *name, const char *family);

#endif
