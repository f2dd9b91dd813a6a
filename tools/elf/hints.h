/* SPDX-License-Identifier: MIT */
/*
 * What the bytes of an object hint at: strings that name our libraries or functions (for dlopen and dlsym).
 * Hints, not proof: they never make a verdict worse.
 */
#ifndef TOOLS_ELF_HINTS_H
#define TOOLS_ELF_HINTS_H

#include "tools/elf/dynamic.h"

struct elf_hints {
	struct list libraries; /* such as "libzmq.so.5" */
	struct list functions; /* names of calls.def that stand alone as strings */
	bool zap;	       /* holds the address of the ZAP handler, as libzmq does */
	bool mechglue;	       /* holds the path of the list of mechanisms, as a libgssapi does */
	bool cut;	       /* the file is larger than what was searched */
};

/* Searches the loaded part of the file (its first 512 MiB at most), but for the dynamic string table. */
void elf_hints_read(const struct elf_dynamic *dynamic, struct elf_hints *hints);
void elf_hints_free(struct elf_hints *hints);

#endif
