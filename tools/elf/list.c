/* SPDX-License-Identifier: MIT */
/* Memory and lists of strings; see list.h. */
#include "tools/elf/list.h"

#include "tools/base/tool.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
	if (!memory) {
		tool_error("no memory");
		exit(TOOL_SELF);
	}
	return memory;
}

void *elf_calloc(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size));
}

void *elf_grow(void *items, size_t count, size_t size)
{
	if (count & (count - 1)) /* not at a power of two: there is room */
		return items;
	return must(reallocarray(items, count ? 2 * count : 1, size));
}

char *elf_strdup(const char *text)
{
	return must(strdup(text));
}

char *elf_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return must(text);
}

void elf_list_take(struct elf_list *list, char *text)
{
	list->items = elf_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = text;
}

void elf_list_add(struct elf_list *list, const char *text)
{
	elf_list_take(list, elf_strdup(text));
}

bool elf_list_has(const struct elf_list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

void elf_list_free(struct elf_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct elf_list){0};
}
