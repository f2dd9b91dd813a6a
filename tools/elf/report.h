/* SPDX-License-Identifier: MIT */
/*
 * What `gsstap inspect` finds out about a program, and its verdict. Gathered first, printed by elf_text.c and
 * elf_json.c: both say the same.
 */
#ifndef TOOLS_ELF_REPORT_H
#define TOOLS_ELF_REPORT_H

#include "tools/elf/reach.h"
#include "tools/elf/script.h"
#include "tools/elf/secure.h"

#include <stdio.h>

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
	struct elf_list reasons; /* why it is not all covered: one sentence each */
	struct elf_list notes;	 /* what cannot be told from files, and what else helps */
	size_t references;	 /* to wrapped functions, in all objects */
	bool loads;		 /* it, or a library that it uses directly, imports dlopen or dlsym */
};

/* Inspects a program. Returns 0, or -1 with one sentence in error when there is none that can be read. */
int elf_report_make(struct elf_report *report, const char *asked, char *error, size_t size);
void elf_report_free(struct elf_report *report);

/* Fills verdict, reasons and notes from the rest (elf_verdict.c). */
void elf_report_judge(struct elf_report *report);

/* The verdict in words, without reasons. */
const char *elf_report_sentence(const struct elf_report *report);

/* Each returns 0, or -1 when out could not be written. */
int elf_report_text(const struct elf_report *report, FILE *out, bool colour);
int elf_report_json(const struct elf_report *report, FILE *out);

/* The last part of a path. */

#endif
