/* SPDX-License-Identifier: MIT */
/*
 * What dlsym answers for a function that executes programs, to who asks for the C library's own (ctypes,
 * FFI): our wrapper. It runs in the first dlsym of a process, so it calls nothing of the C library's
 * (tests/early.h).
 */
#include "shim/exec/exec.h"

#include <dlfcn.h>
#include <unistd.h>

#define EXEC(name) extern char tap_exec_address_of_##name[] __asm__(#name);
#include "shim/exec/exec.def"
#undef EXEC

static const struct {
	const char *name;
	void *wrapper;
} rows[] = {
#define EXEC(name) {#name, tap_exec_address_of_##name},
#include "shim/exec/exec.def"
#undef EXEC
};

static bool same(const char *one, const char *other)
{
	while (*one && *one == *other) {
		one++;
		other++;
	}
	return *one == *other;
}

int tap_exec_row(const char *name)
{
	if (name[0] != 'e' && name[0] != 'f' && name[0] != 'p' && name[0] != 's')
		return -1;
	for (int i = 0; i < TAP_EXECS; i++)
		if (same(name, rows[i].name))
			return i;
	return -1;
}

/* A function of that name in any other object is not the C library's. */
void *tap_exec_pointer(int row, void *there)
{
	struct dl_find_object found, libc;

	if (!there || _dl_find_object(there, &found) || _dl_find_object((void *)getpid, &libc) ||
	    found.dlfo_map_start != libc.dlfo_map_start)
		return there;
	return rows[row].wrapper;
}
