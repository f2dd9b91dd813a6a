/* SPDX-License-Identifier: MIT */
/*
 * Memory and lists of strings for the ELF inspector. An allocation that fails ends the command (exit 125):
 * what is asked for is bounded by file.h and by the callers, so it fails on a full machine only.
 */
#ifndef TOOLS_ELF_LIST_H
#define TOOLS_ELF_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct elf_list {
	char **items;
	size_t count;
};

void *elf_calloc(size_t count, size_t size);
/* Room for one more: call before items[count] is written. Doubles at powers of two. */
void *elf_grow(void *items, size_t count, size_t size);
char *elf_strdup(const char *text);
/* vsprintf into a new string. */
char *elf_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

void elf_list_take(struct elf_list *list, char *text); /* text is the list's from now on */
void elf_list_add(struct elf_list *list, const char *text);
bool elf_list_has(const struct elf_list *list, const char *text);
void elf_list_free(struct elf_list *list);

#endif
