/* SPDX-License-Identifier: MIT */
/* The certificates of a directory. */
#ifndef TOOLS_CERT_LIST_H
#define TOOLS_CERT_LIST_H

#include <stddef.h>

struct cert_list {
	char **path;
	size_t count;
};

/* Files whose names end in .key or .key_secret, by name. Returns 0, or -1 with errno. */
int cert_list(struct cert_list *list, const char *directory);
void cert_list_free(struct cert_list *list);

#endif
