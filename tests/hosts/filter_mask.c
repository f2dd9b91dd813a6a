/* SPDX-License-Identifier: MIT */
/*
 * filter_mask taken|refused: a filter that stops what a recorder writes with, while other threads make calls;
 * or one that the kernel does not take. Prints which signals are blocked then, in this thread and in others:
 * those that were.
 */
#include "gss.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 4
static atomic_uint calls;
static atomic_bool done;

static void print_mask(void)
{
	sigset_t set;

	pthread_sigmask(SIG_BLOCK, NULL, &set);
	for (int signal = 1; signal < 32; signal++)
		if (sigismember(&set, signal))
			printf(" %d", signal);
	printf(" blocked\n");
}

static void call(void)
{
	gss_buffer_desc text = {5, "alice"};
	OM_uint32 minor;
	gss_name_t name;

	need(!gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &name), "gss_import_name");
	gss_release_name(&minor, &name);
	atomic_fetch_add(&calls, 1);
}

static void *work(void *unused)
{
	while (!atomic_load(&done))
		call();
	return unused;
}

static void *work_and_print(void *lock)
{
	work(NULL);
	pthread_mutex_lock(lock);
	print_mask();
	pthread_mutex_unlock(lock);
	return NULL;
}

int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pwritev, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};
	bool refused = argc > 1 && !strcmp(argv[1], "refused");
	pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	pthread_t threads[THREADS];
	sigset_t own;

	sigemptyset(&own);
	sigaddset(&own, SIGUSR1);
	sigaddset(&own, SIGTERM);
	pthread_sigmask(SIG_BLOCK, &own, NULL);
	for (int i = 0; i < THREADS; i++)
		need(!pthread_create(&threads[i], NULL, work_and_print, &lock), "pthread_create");
	call();
	while (atomic_load(&calls) < 500)
		call();
	need(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "PR_SET_NO_NEW_PRIVS");
	need(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, refused ? 1u << 31 : 0, &program) ==
		     (refused ? -1 : 0),
	     "seccomp");
	for (unsigned now = atomic_load(&calls); atomic_load(&calls) < now + 500;)
		call();
	atomic_store(&done, true);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	print_mask();
	return 0;
}
