/* SPDX-License-Identifier: MIT */
/*
 * Forks while another thread walks the loader's list, which it has locked then, and never lets go in the
 * child. The child looks a name up, which does not need that list, and calls GSSAPI for the first time.
 * Prints how each child ended; one that hangs is ended by its alarm.
 */
#include "gss.h"
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static sem_t inside, forked;

static int hold(struct dl_phdr_info *info, size_t size, void *unused)
{
	(void)info, (void)size, (void)unused;
	sem_post(&inside);
	while (sem_wait(&forked))
		;
	return 1;
}

static void *walk(void *unused)
{
	(void)unused;
	dl_iterate_phdr(hold, NULL);
	return NULL;
}

static int look_up(void)
{
	return !dlsym(RTLD_DEFAULT, "malloc");
}

static int call(void)
{
	gss_buffer_desc text = {5, "alice"};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	return gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name) != GSS_S_COMPLETE ||
	       gss_release_name(&minor, &name) != GSS_S_COMPLETE;
}

static void in_child(const char *what, int (*step)(void))
{
	int status = -1;
	pthread_t walker;
	pid_t child;

	sem_init(&inside, 0, 0);
	sem_init(&forked, 0, 0);
	pthread_create(&walker, NULL, walk, NULL);
	while (sem_wait(&inside))
		;
	child = fork();
	if (!child) {
		signal(SIGALRM, SIG_DFL);
		alarm(60);
		_exit(step());
	}
	sem_post(&forked);
	pthread_join(walker, NULL);
	waitpid(child, &status, 0);
	printf("%s: %x\n", what, (unsigned)status);
}

int main(int argc, char **argv)
{
	/* GSSAPI's own first call loads its mechanisms, which no such child can; and one plugin is new. */
	OM_uint32 minor;
	gss_OID_set mechanisms = GSS_C_NO_OID_SET;

	if (argc != 2 || gss_indicate_mechs(&minor, &mechanisms) != GSS_S_COMPLETE)
		return 2;
	gss_release_oid_set(&minor, &mechanisms);
	if (!dlopen(argv[1], RTLD_NOW))
		return 2;
	in_child("look-up", look_up);
	in_child("first call", call);
	return 0;
}
