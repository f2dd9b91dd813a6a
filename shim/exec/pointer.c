/* SPDX-License-Identifier: MIT */
/*
 * What dlsym answers for a function that executes programs, to who asks for the C library's own (ctypes,
 * FFI): our wrapper. It runs in the first dlsym of a process, so it calls nothing of the C library's
 * (tests/early.h).
 */
#include "shim/exec/exec.h"

#include "trace/unconst.h"

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

static bool share_object(const void *one, const void *other)
{
	struct dl_find_object its, others;

	return one && other && !_dl_find_object(TR_UNCONST(one), &its) &&
	       !_dl_find_object(TR_UNCONST(other), &others) && its.dlfo_map_start == others.dlfo_map_start;
}

/*
 * A function of that name in any other object is not the C library's. A preload behind us whose own function
 * our wrapper calls is given the C library's, as it would be without us: ours would call it again.
 */
void *tap_exec_pointer(int row, void *there, void *next, const void *from)
{
	return share_object(there, (const void *)getpid) && !share_object(next, from) ? rows[row].wrapper
										      : there;
}
