/* SPDX-License-Identifier: MIT */
/*
 * From a program's name to the file that is executed in the end: the search through PATH, #! lines, and
 * env(1) in them. Nothing is executed.
 */
#ifndef TOOLS_ELF_SCRIPT_H
#define TOOLS_ELF_SCRIPT_H

#include "tools/base/list.h"

#include <stddef.h>

/* A #! line that was followed. */
struct elf_step {
	char *script;
	char *interpreter; /* the path that leads on: env's PROGRAM where the line names env */
};

struct elf_chain {
	struct elf_step *steps;
	size_t count;
	char *program;	    /* the file at the end, or NULL after a problem */
	char *problem;	    /* one sentence, or NULL */
	bool drops_preload; /* an env in it clears or replaces LD_PRELOAD */
};

/* Follows a path through #! lines, as deep as the kernel goes. */
void elf_script_follow(const char *path, struct elf_chain *chain);
void elf_chain_free(struct elf_chain *chain);

#endif
