/* SPDX-License-Identifier: MIT */
/*
 * What is known of a program, and the verdict on it.
 */
#ifndef TOOLS_ELF_VERDICT_H
#define TOOLS_ELF_VERDICT_H

#include "tools/elf/reach.h"
#include "tools/elf/script.h"
#include "tools/elf/secure.h"

enum elf_verdict { ELF_COVERED, ELF_PARTLY, ELF_NOT_COVERED };
#define ELF_VERDICT_NAMES                                                                                    \
	{                                                                                                    \
		"covered", "partly", "not_covered"                                                           \
	}

struct elf_report {
	const char *asked; /* as the user named it */
	struct elf_chain chain;
	struct elf_secure secure;
	struct elf_tree tree; /* node 0 is the program */
	enum elf_verdict verdict;
	struct list reasons; /* why it is not all covered: one sentence each */
	struct list notes;   /* what cannot be told from files, and what else helps */
	size_t references;   /* to wrapped functions, in all objects */
	bool loads;	     /* it, or a library that it uses directly, imports dlopen or dlsym */
};

/* Fills verdict, reasons and notes from the rest. */
void elf_report_judge(struct elf_report *report);

/* The verdict in words, without reasons. */
const char *elf_report_sentence(const struct elf_report *report);

#endif
