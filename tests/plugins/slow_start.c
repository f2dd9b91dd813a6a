/* SPDX-License-Identifier: MIT */
/*
 * A plugin of tests/hosts/slow_load.c, whose constructor looks names up and calls a library while a thread of
 * its program waits for the loader, which is the constructor's. Says whether it was made to wait itself.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gssapi/gssapi.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LOOK_UPS 50
#define FUTEX "202 "

extern int waiting, loading;

static long waits(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return usage.ru_nvcsw;
}

/* Until the other thread sleeps in a look-up of its own. */
static void meet(void)
{
	char path[64], call[4] = "";
	int thread, file;

	while (!(thread = __atomic_load_n(&waiting, __ATOMIC_ACQUIRE)))
		sched_yield();
	snprintf(path, sizeof(path), "/proc/self/task/%d/syscall", thread);
	while (memcmp(call, FUTEX, sizeof(call))) {
		sched_yield();
		file = open(path, O_RDONLY);
		if (file < 0 || read(file, call, sizeof(call)) != sizeof(call))
			call[0] = 0;
		close(file);
	}
}

static void constructed(void) __attribute__((constructor));

static void constructed(void)
{
	gss_buffer_desc text = {5, "alice"};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;
	long before;
	int found = 0;

	__atomic_store_n(&loading, 1, __ATOMIC_RELEASE);
	meet();
	before = waits();
	errno = 4242;
	for (int i = 0; i < LOOK_UPS; i++)
		found += dlsym(RTLD_DEFAULT, "malloc") != NULL && dlopen(NULL, RTLD_NOW) != NULL;
	printf("%d found, errno %d, %s\n", found, errno, waits() - before < LOOK_UPS ? "at once" : "waited");
	before = waits();
	if (gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name) == GSS_S_COMPLETE)
		gss_release_name(&minor, &name);
	printf("first call: %s\n", waits() - before < LOOK_UPS ? "at once" : "waited");
}
