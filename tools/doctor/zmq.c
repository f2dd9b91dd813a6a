/* SPDX-License-Identifier: MIT */
/* Asks libzmq itself; see zmq.h. */
#include "tools/doctor/zmq.h"

#include "tools/base/list.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SONAME "libzmq.so.5"

static void ask(struct probe_zmq *zmq, void *library)
{
	void (*version)(int *major, int *minor, int *patch);
	int (*has)(const char *capability);
	struct link_map *map;
	int numbers[3];

	*(void **)&version = dlsym(library, "zmq_version");
	*(void **)&has = dlsym(library, "zmq_has");
	if (!dlinfo(library, RTLD_DI_LINKMAP, &map))
		zmq->path = must_strdup(map->l_name);
	if (version) {
		version(&numbers[0], &numbers[1], &numbers[2]);
		snprintf(zmq->version, sizeof(zmq->version), "%d.%d.%d", numbers[0], numbers[1], numbers[2]);
	}
	zmq->gssapi = has && has("gssapi") == 1;
}

void probe_zmq_look(struct probe_zmq *zmq)
{
	void *library = dlopen(SONAME, RTLD_LAZY | RTLD_LOCAL);
	const char *error = library ? NULL : dlerror();

	*zmq = (struct probe_zmq){0};
	if (!library) {
		zmq->text = must_strdup(error ? error : "it cannot be loaded");
		zmq->state = strstr(zmq->text, "No such file") ? PROBE_MISSING : PROBE_MALFORMED;
		return;
	}
	ask(zmq, library);
	dlclose(library);
}

void probe_zmq_free(struct probe_zmq *zmq)
{
	free(zmq->text);
	free(zmq->path);
	*zmq = (struct probe_zmq){0};
}
