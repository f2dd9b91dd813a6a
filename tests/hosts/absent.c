/* SPDX-License-Identifier: MIT */
/*
 * A program that links no GSS library and no libzmq asks whether they are there, as programs do that can use
 * them if they are: by RTLD_DEFAULT, by RTLD_NEXT, by the program's handle; then of a libzmq that it loads,
 * for functions that only draft builds have. What is not there must not seem to be.
 */
#include <dlfcn.h>
#include <stdio.h>

static const char *const names[] = {"gss_wrap", "zmq_bind", "zmq_ctx_set_ext", "zmq_version"};

static void ask(const char *where, void *handle)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		dlerror();
		printf("%s in %s: %s", names[i], where, dlsym(handle, names[i]) ? "yes" : "no");
		printf(", %s\n", dlerror() ? "said so" : "silent");
	}
}

int main(void)
{
	void *zmq;

	ask("the program", RTLD_DEFAULT);
	ask("what follows it", RTLD_NEXT);
	ask("its handle", dlopen(NULL, RTLD_LAZY));
	zmq = dlopen("libzmq.so.5", RTLD_LAZY | RTLD_LOCAL);
	ask("libzmq", zmq);
	ask("the program, with libzmq loaded for itself", RTLD_DEFAULT);
	dlopen("libzmq.so.5", RTLD_LAZY | RTLD_GLOBAL);
	ask("the program, with libzmq loaded for all", RTLD_DEFAULT);
	return 0;
}
