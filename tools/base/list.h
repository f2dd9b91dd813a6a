/* SPDX-License-Identifier: MIT */
/*
 * Memory and lists of strings. An allocation that fails ends the command (exit 125): what is asked for is
 * bounded by the callers, so it fails on a full machine only.
 */
#ifndef TOOLS_BASE_LIST_H
#define TOOLS_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
	char **items;
	size_t count;
};

void *must_calloc(size_t count, size_t size);
/* Room for one more: call before items[count] is written. Doubles at powers of two. */
void *must_grow(void *items, size_t count, size_t size);
char *must_strdup(const char *text);
/* vsprintf into a new string. */
char *must_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

void list_take(struct list *list, char *text); /* text is the list's from now on */
void list_add(struct list *list, const char *text);
bool list_has(const struct list *list, const char *text);
void list_free(struct list *list);

#endif
