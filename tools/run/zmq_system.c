/* SPDX-License-Identifier: MIT */
/* Finds the system's libzmq; see run_zmq_system.h. */
#include "tools/run/zmq_system.h"

#include "tools/elf/search.h"

#include <stdlib.h>

/* Whatever else it does, libzmq's mechanism begins every connection of a client with this function. */
bool run_zmq_has_gssapi(const struct elf_object *object)
{
	return elf_object_imports(object, "gss_init_sec_context") ||
	       elf_symbols_find(&object->built_in, "gss_init_sec_context", true);
}

/* Takes path over. */
static int take(struct run_zmq_system *system, char *path)
{
	char error[160];
	struct elf_file *file = path ? elf_file_open(path, error, sizeof(error)) : NULL;
	struct elf_object *object = file ? elf_object_read(file) : NULL;

	elf_file_close(file);
	if (object && elf_object_defines(object, "zmq") && run_zmq_has_gssapi(object)) {
		*system = (struct run_zmq_system){path, object};
		return 0;
	}
	elf_object_free(object);
	free(path);
	return -1;
}

int run_zmq_system_find(struct run_zmq_system *system)
{
	struct elf_search search;
	int failed;

	*system = (struct run_zmq_system){0};
	elf_search_open(&search, false);
	failed = take(system, elf_search_environment(&search, ".", RUN_ZMQ_SONAME)) &&
		 take(system, elf_search_cache(&search, RUN_ZMQ_SONAME, false)) &&
		 take(system, elf_search_defaults(&search, RUN_ZMQ_SONAME));
	elf_search_close(&search);
	return failed ? -1 : 0;
}

void run_zmq_system_free(struct run_zmq_system *system)
{
	free(system->path);
	elf_object_free(system->object);
	*system = (struct run_zmq_system){0};
}
