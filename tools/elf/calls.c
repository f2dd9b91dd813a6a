/* SPDX-License-Identifier: MIT */
/* Looks names up in trace/calls.def; see elf_calls.h. */
#include "tools/elf/calls.h"

#include <stddef.h>
#include <string.h>

static const struct elf_call calls[] = {
#define CALL(id, library, name) {#name, true, NULL},
#define EXCUSED(name, reason) {#name, false, reason},
#include "trace/calls.def"
#undef CALL
#undef EXCUSED
};

const struct elf_call *elf_call_find(const char *name)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (!strcmp(calls[i].name, name))
			return &calls[i];
	return NULL;
}

const char *elf_call_family(const char *name)
{
	if (!strncmp(name, "gss_", 4))
		return "gss";
	return strncmp(name, "zmq_", 4) ? NULL : "zmq";
}
