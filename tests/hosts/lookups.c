/* SPDX-License-Identifier: MIT */
/*
 * Looks names up in every way a program can and tells which object each answer lies in. Names that no GSS or
 * ZeroMQ interposer has a reason to touch come first: those answers may not differ by a byte. For the others
 * only what a call through the pointer does is told.
 */
#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

/* The program's own symbol, exported (flags.mk): RTLD_DEFAULT finds it, RTLD_NEXT must not. */
int own_function(void);

int own_function(void)
{
	return 7;
}

static const char *home(void *address)
{
	const char *slash;
	Dl_info info;

	if (!address)
		return "nowhere";
	if (!dladdr(address, &info))
		return "unknown";
	slash = strrchr(info.dli_fname, '/');
	return slash ? slash + 1 : info.dli_fname;
}

static void plain(void)
{
	static const char *const names[] = {
		"malloc",	"malloc_trim",	    "own_function",	 "zmq_version",
		"zmq_msg_data", "no_such_function", "dlopen_is_not_this"};
	void *handle = dlopen("libzmq.so.5", RTLD_LAZY | RTLD_NOLOAD);

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		printf("%s: default %s", names[i], home(dlsym(RTLD_DEFAULT, names[i])));
		printf(", next %s", home(dlsym(RTLD_NEXT, names[i])));
		printf(", libzmq %s\n", home(dlsym(handle, names[i])));
	}
	printf("error: %s\n", dlsym(handle, "no_such_function") ? "none" : dlerror());
	printf("then: %s\n", dlerror() ? "again" : "none");
	printf("memcpy@GLIBC_2.2.5: %s\n", home(dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.2.5")));
	printf("memcpy@NO_2: %s\n", home(dlvsym(RTLD_DEFAULT, "memcpy", "NO_2")));
	printf("null handle's error: %s\n", dlsym(handle, "") ? "none" : "some");
	dlclose(handle);
}

static void through(const char *how, void *found, void *socket, const char *endpoint)
{
	int (*bind_to)(void *, const char *) = (int (*)(void *, const char *))found;

	printf("zmq_bind by %s: %s\n", how,
	       !found			   ? "nowhere"
	       : bind_to(socket, endpoint) ? "failed"
					   : "bound");
}

static void wrapped(void)
{
	void *handle = dlopen("libzmq.so.5", RTLD_LAZY), *context = zmq_ctx_new();
	void *socket = zmq_socket(context, ZMQ_PULL);

	through("default", dlsym(RTLD_DEFAULT, "zmq_bind"), socket, "inproc://a");
	through("next", dlsym(RTLD_NEXT, "zmq_bind"), socket, "inproc://b");
	through("handle", dlsym(handle, "zmq_bind"), socket, "inproc://c");
	through("name", (void *)zmq_bind, socket, "inproc://d");
	through("version", dlvsym(handle, "zmq_bind", "NO_2"), socket, "inproc://e");
	printf("versions: %s\n", home(dlvsym(handle, "gss_wrap", "gssapi_krb5_2_MIT")) ? "looked up" : "");
	zmq_close(socket);
	zmq_ctx_term(context);
	dlclose(handle);
}

int main(void)
{
	plain();
	malloc_trim(0);
	wrapped();
	return 0;
}
