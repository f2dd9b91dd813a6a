/* SPDX-License-Identifier: MIT */
/*
 * What `gsstap inspect` finds out about a program, and its verdict. Gathered first, printed by text.c and
 * json.c: both say the same.
 */
#ifndef TOOLS_ELF_REPORT_H
#define TOOLS_ELF_REPORT_H

#include "tools/elf/verdict.h"

#include <stdio.h>

/* Inspects a program. Returns 0, or -1 with one sentence in error when there is none that can be read. */
int elf_report_make(struct elf_report *report, const char *asked, char *error, size_t size);
void elf_report_free(struct elf_report *report);

/* Each returns 0, or -1 when out could not be written. */
int elf_report_text(const struct elf_report *report, FILE *out, bool colour);
int elf_report_json(const struct elf_report *report, FILE *out);

#endif
