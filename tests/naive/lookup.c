/* SPDX-License-Identifier: MIT */
/*
 * dlsym and dlopen interposed the obvious way: call the real one, hand on its answer. A control: RTLD_NEXT
 * then means "after this object" for everybody, so that another preload finds itself and calls itself for
 * ever, and a plugin's RUNPATH is no longer asked. It must not be repaired.
 */
#include <dlfcn.h>

static volatile int calls;

void *dlsym(void *restrict handle, const char *restrict name)
{
	static void *(*real)(void *, const char *);
	void *found;

	if (!real)
		real = (void *(*)(void *, const char *))dlvsym(RTLD_NEXT, "dlsym", "GLIBC_2.34");
	found = real(handle, name);
	calls++; /* keeps the call above from becoming a tail call */
	return found;
}

void *dlopen(const char *file, int mode)
{
	static void *(*real)(const char *, int);
	void *found;

	if (!real)
		real = (void *(*)(const char *, int))dlvsym(RTLD_NEXT, "dlopen", "GLIBC_2.34");
	found = real(file, mode);
	calls++;
	return found;
}
