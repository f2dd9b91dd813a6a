/* SPDX-License-Identifier: MIT */
/* Looks names up in trace/calls.def; see calls.h. */
#include "tools/elf/calls.h"

#include <stddef.h>
#include <string.h>

static const struct family {
	const char *name, *prefix;
} families[] = {
#define FAMILY(name, prefix, listed) {listed ? #name : NULL, prefix},
#include "trace/calls.def"
};

static const struct elf_call calls[] = {
#define CALL(id, family, purpose, name) {#name, true, NULL},
#define EXCUSED(name, reason) {#name, false, reason},
#include "trace/calls.def"
};

const char *elf_call_family(const char *name)
{
	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!strncmp(name, families[i].prefix, strlen(families[i].prefix)))
			return families[i].name;
	return NULL;
}

const struct elf_call *elf_call_find(const char *name)
{
	for (size_t i = 0; elf_call_family(name) && i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

bool elf_call_is(const char *name, const char *family)
{
	const char *own = elf_call_family(name);

	return own && !strcmp(own, family);
}
