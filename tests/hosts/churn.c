/* SPDX-License-Identifier: MIT */
/*
 * churn ROUNDS PLUGIN...: threads that load plugins, call into them and unload them again, each in its own
 * order and with flags of its own, while others look names up and call a library that stays. The memory that
 * the loader frees is written over at once. Prints how many rounds went well: all.
 */
#include <dlfcn.h>
#include <gssapi/gssapi.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOADERS 3
#define SPOILED 64

static int rounds, plugins, over;
static char **plugin;

/* What dlclose gave back is given out and filled: whoever still follows a pointer into it crashes. */
static void spoil(void)
{
	void *block[SPOILED];

	for (int i = 0; i < SPOILED; i++) {
		size_t size = 1100 + (size_t)i * 4;

		block[i] = malloc(size);
		if (block[i])
			memset(block[i], 0x41, size);
	}
	for (int i = 0; i < SPOILED; i++)
		free(block[i]);
}

static void *load(void *number)
{
	static const int flags[] = {RTLD_LOCAL, RTLD_LOCAL | RTLD_DEEPBIND, RTLD_GLOBAL};
	int well = 0, n = (int)(size_t)number;
	/* A sanitizer's dlopen ends a program that asks for RTLD_DEEPBIND. */
	int kinds = getenv("NO_DEEPBIND") ? 1 : 3;

	for (int i = 0; i < rounds; i++) {
		void *object = dlopen(plugin[(i + n) % plugins], RTLD_NOW | flags[(i / 3 + n) % kinds]);
		int (*call)(void) = object ? (int (*)(void))dlsym(object, "call") : NULL;

		if (i % 4 == 0)
			dlopen(NULL, RTLD_NOW);
		if (call && !call())
			well++;
		if (object)
			dlclose(object);
		spoil();
		if (i % 2)
			dlsym(RTLD_DEFAULT, "gss_wrap");
	}
	return (void *)(size_t)well;
}

static void *look_up(void *unused)
{
	size_t missed = 0;

	(void)unused;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE))
		missed += !dlsym(RTLD_DEFAULT, "malloc") || dlsym(RTLD_DEFAULT, "gss_no_such_function");
	return (void *)missed;
}

static void *call(void *unused)
{
	size_t failed = 0;

	(void)unused;
	while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
		gss_OID_set set = GSS_C_NO_OID_SET;
		OM_uint32 minor;

		failed += gss_create_empty_oid_set(&minor, &set) != GSS_S_COMPLETE ||
			  gss_release_oid_set(&minor, &set) != GSS_S_COMPLETE;
	}
	return (void *)failed;
}

int main(int argc, char **argv)
{
	pthread_t loaders[LOADERS], others[2];
	void *result;

	if (argc < 3)
		return 2;
	rounds = atoi(argv[1]);
	plugin = argv + 2;
	plugins = argc - 2;
	for (size_t i = 0; i < LOADERS; i++)
		pthread_create(&loaders[i], NULL, load, (void *)i);
	pthread_create(&others[0], NULL, look_up, NULL);
	pthread_create(&others[1], NULL, call, NULL);
	for (int i = 0; i < LOADERS; i++) {
		pthread_join(loaders[i], &result);
		printf("loader %d: %zu of %d rounds\n", i, (size_t)result, rounds);
	}
	__atomic_store_n(&over, 1, __ATOMIC_RELEASE);
	pthread_join(others[0], &result);
	printf("look-ups that went wrong: %zu\n", (size_t)result);
	pthread_join(others[1], &result);
	printf("calls that failed: %zu\n", (size_t)result);
	return 0;
}
