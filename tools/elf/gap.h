/* SPDX-License-Identifier: MIT */
/*
 * Calls of a family that an object makes without the loader's help, so that nothing preloaded gets in
 * between. Asked by `gsstap inspect`, and by `gsstap run` before it starts a program under a policy with
 * rules for that family.
 *
 * A library of the family itself (libzmq.so.5, libgssapi_krb5.so.2) has no gap in it: what it calls of itself
 * is a part of the call that was seen.
 */
#ifndef TOOLS_ELF_GAP_H
#define TOOLS_ELF_GAP_H

#include "tools/elf/tree.h"

enum elf_gap_kind {
	ELF_GAP_NONE,
	ELF_GAP_BUILT_IN,   /* linked into it, or (program) defined by it, before anything preloaded */
	ELF_GAP_LINKED,	    /* it defines and exports them, and refers to none: bound when it was linked */
	ELF_GAP_SELF_BOUND, /* it refers to its own definitions and prefers them */
	ELF_GAP_NAMELESS,   /* it seems to hold the library, stripped of its names */
	ELF_GAP_GO,	    /* a Go program that imports none: packages of its own language may speak it */
};

struct elf_gap {
	enum elf_gap_kind kind;
	size_t count;	     /* of functions that are not reached; 0: not known */
	const char *example; /* one of them; "" when none is known */
};

/* What is out of reach of a family ("gss", "zmq") in node n, which has an object. */
struct elf_gap elf_gap_find(const struct elf_tree *tree, size_t n, const char *family);

/*
 * Does node n hold a libzmq whose connections come to the shim all the same, so that a policy can judge them
 * by address? As shim/wire/within.c finds one.
 */
bool elf_gap_by_address(const struct elf_tree *tree, size_t n);

/* One sentence about a gap that is there; a new string. */
char *elf_gap_words(const struct elf_tree *tree, size_t n, const char *family, const struct elf_gap *gap);

#endif
