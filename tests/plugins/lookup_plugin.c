/* SPDX-License-Identifier: MIT */
/*
 * Asks the loader what only the asking object may be answered: RTLD_DEFAULT and RTLD_NEXT from inside an
 * RTLD_LOCAL plugin, dlopen by its own RUNPATH and by $ORIGIN, and the object's name in an error. Whoever
 * interposes dlsym or dlopen and calls on, rather than jumping on, asks as itself and gets other answers.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <zmq.h>

void run(void);

static void open_and_close(const char *what)
{
	void *object = dlopen(what, RTLD_LAZY | RTLD_LOCAL);

	printf("dlopen %s: %s\n", what, object ? "yes" : "no");
	if (object)
		dlclose(object);
}

static void complaint(const char *what, void *found)
{
	const char *error = dlerror();
	const char *mine = error ? strstr(error, "lookup_plugin.so: undefined symbol") : NULL;

	printf("%s: %s, error %s\n", what, found ? "yes" : "no", mine ? mine : "of another");
}

void run(void)
{
	int major, minor, patch;

	zmq_version(&major, &minor, &patch); /* so that libzmq is a dependency */
	printf("default %s\n", dlsym(RTLD_DEFAULT, "zmq_version") ? "yes" : "no");
	printf("default, wrapped %s\n", dlsym(RTLD_DEFAULT, "zmq_ctx_new") ? "yes" : "no");
	printf("next %s\n", dlsym(RTLD_NEXT, "zmq_version") ? "yes" : "no");
	dlerror();
	complaint("no such default", dlsym(RTLD_DEFAULT, "no_such_function"));
	complaint("no such next", dlsym(RTLD_NEXT, "no_such_function"));
	open_and_close("libzmA.so.5");
	open_and_close("$ORIGIN/../two/libzmB.so.5");
	open_and_close("no_such_library.so");
}
