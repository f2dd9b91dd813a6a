/* SPDX-License-Identifier: MIT */
/*
 * PROGRAM, its libraries and the objects that it will probably load, as one scope, for what is preloaded is
 * met by all of them. Files are read, nothing is executed.
 */
#ifndef TOOLS_RUN_SCOPE_H
#define TOOLS_RUN_SCOPE_H

#include "tools/elf/tree.h"

struct run_scope {
	bool known; /* PROGRAM could be read */
	struct elf_tree tree;
};

/*
 * Reads PROGRAM, whose path is judged (see run_judged_file) and whose arguments are argv. What it loads by
 * itself is guessed.
 */
void run_scope_open(struct run_scope *scope, const char *judged, char **argv);
void run_scope_close(struct run_scope *scope);

#endif
