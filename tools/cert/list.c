/* SPDX-License-Identifier: MIT */
/* See list.h. */
#include "tools/cert/list.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_certificate(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && (!strcmp(dot, ".key") || !strcmp(dot, ".key_secret"));
}

int cert_list(struct cert_list *list, const char *directory)
{
	struct dirent **entries;
	int n = scandir(directory, &entries, is_certificate, alphasort);

	*list = (struct cert_list){NULL, 0};
	if (n < 0)
		return -1;
	list->path = calloc((size_t)n + 1, sizeof(*list->path));
	for (int i = 0; i < n; i++) {
		if (!list->path ||
		    asprintf(&list->path[list->count++], "%s/%s", directory, entries[i]->d_name) < 0)
			abort(); /* a tool without memory has nothing left to say */
		free(entries[i]);
	}
	free(entries);
	return 0;
}

void cert_list_free(struct cert_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->path[i]);
	free(list->path);
}
