/* SPDX-License-Identifier: MIT */
/* Memory and lists of strings; see list.h. */
#include "tools/base/list.h"

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

void *must_calloc(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size));
}

void *must_grow(void *items, size_t count, size_t size)
{
	if (count & (count - 1)) /* not at a power of two: there is room */
		return items;
	return must(reallocarray(items, count ? 2 * count : 1, size));
}

char *must_strdup(const char *text)
{
	return must(strdup(text));
}

char *must_format(const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	if (vasprintf(&text, format, arguments) < 0)
		text = NULL;
	va_end(arguments);
	return must(text);
}

void list_take(struct list *list, char *text)
{
	list->items = must_grow(list->items, list->count, sizeof(*list->items));
	list->items[list->count++] = text;
}

void list_add(struct list *list, const char *text)
{
	list_take(list, must_strdup(text));
}

bool list_has(const struct list *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (!strcmp(list->items[i], text))
			return true;
	return false;
}

void list_free(struct list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct list){0};
}
