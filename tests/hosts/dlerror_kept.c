/* SPDX-License-Identifier: MIT */
/*
 * A look-up that fails, a gss call that nobody has made before, and only then dlerror: the text is that of
 * the look-up, once, whoever looked for something meanwhile. On two threads, since the text is each thread's
 * own.
 */
#include <dlfcn.h>
#include <gssapi/gssapi.h>
#include <pthread.h>
#include <stdio.h>

static void tell(const char *when)
{
	const char *text = dlerror();

	printf("%s: %s\n", when, text ? text : "nothing");
}

static void *first(void *name)
{
	gss_buffer_desc buffer = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	dlsym(RTLD_DEFAULT, name);
	gss_release_buffer(&minor, &buffer);
	tell("after the first call");
	tell("again");
	gss_release_buffer(&minor, &buffer);
	tell("after the second call");
	return NULL;
}

static void second(const char *name)
{
	gss_OID_set none = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	dlsym(RTLD_DEFAULT, name);
	tell("at once");
	gss_release_oid_set(&minor, &none);
	tell("after a call");
}

static void third(const char *name)
{
	gss_name_t none = GSS_C_NO_NAME;
	OM_uint32 minor;

	dlsym(RTLD_DEFAULT, name);
	gss_release_name(&minor, &none);
	dlsym(RTLD_DEFAULT, "malloc");
	tell("after one that succeeded");
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, first, "no_such_function"))
		return 1;
	pthread_join(thread, NULL);
	second("no_such_other");
	third("no_such_third");
	return 0;
}
