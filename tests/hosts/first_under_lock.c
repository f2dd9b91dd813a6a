/* SPDX-License-Identifier: MIT */
/*
 * The first calls of a process, by two threads at once, one of which has the loader's list of objects locked:
 * it makes its calls from the callback of dl_iterate_phdr.
 */
#include "gss.h"
#include <link.h>
#include <pthread.h>
#include <unistd.h>

static pthread_barrier_t at_once;

static void calls(void)
{
	gss_OID_set set = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	for (int i = 0; i < 10; i++) {
		gss_create_empty_oid_set(&minor, &set);
		gss_release_oid_set(&minor, &set);
	}
}

static int callback(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)info, (void)size, (void)unused;
	pthread_barrier_wait(&at_once);
	calls();
	return 1;
}

static void *under_lock(void *unused)
{
	dl_iterate_phdr(callback, NULL);
	return unused;
}

int main(void)
{
	pthread_t thread;

	alarm(60);
	pthread_barrier_init(&at_once, NULL, 2);
	need(!pthread_create(&thread, NULL, under_lock, NULL), "a thread");
	pthread_barrier_wait(&at_once);
	calls();
	pthread_join(thread, NULL);
	puts("ended");
	return 0;
}
