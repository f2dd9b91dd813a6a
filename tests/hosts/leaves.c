/* SPDX-License-Identifier: MIT */
/*
 * leaves HOW [CONTEXTS]: has a security context that is being established, and an established pair with a
 * message behind it, and ends in some way without deleting any; or a child of it does, and then it deletes
 * them itself. CONTEXTS: so many more that are being established. after-thread: a thread that the C library
 * knows nothing of has ended before the message.
 */
#include "gss.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static gss_ctx_id_t begin(void)
{
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_name_t service = import(SERVICE);
	OM_uint32 major, minor;

	major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, service, &oid_krb5,
				     GSS_C_MUTUAL_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL,
				     &token, NULL, NULL);
	check(major, minor, "gss_init_sec_context");
	need(major == GSS_S_CONTINUE_NEEDED, "to be continued");
	gss_release_buffer(&minor, &token);
	gss_release_name(&minor, &service);
	return context;
}

static void on_signal(int number)
{
	_exit(number == SIGUSR1 ? 3 : 4);
}

static void *exit_here(void *unused)
{
	(void)unused;
	exit(3);
}

static int end_thread(void *unused)
{
	(void)unused;
	return (int)syscall(SYS_exit, 0);
}

static void see_thread_end(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	static pid_t thread; /* cleared by the kernel at its end */
	const int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
			  CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID;
	pid_t there;

	need(clone(end_thread, stack + sizeof(stack), flags, NULL, &thread, NULL, &thread) > 0, "a thread");
	while ((there = __atomic_load_n(&thread, __ATOMIC_ACQUIRE)))
		syscall(SYS_futex, &thread, FUTEX_WAIT, there, NULL, NULL, 0);
}

static void leave(const char *how)
{
	char *const program[] = {"/bin/sh", "-c", "exit 3", NULL}, *const none[] = {NULL};
	pthread_t thread;

	if (!strcmp(how, "exit"))
		exit(3);
	if (!strcmp(how, "_exit"))
		_exit(3);
	if (!strcmp(how, "quick_exit"))
		quick_exit(3);
	if (!strcmp(how, "_Exit"))
		_Exit(3);
	if (!strcmp(how, "syscall"))
		syscall(SYS_exit_group, 3);
	if (!strcmp(how, "syscall-thread"))
		syscall(SYS_exit, 3);
	if (!strcmp(how, "signal")) {
		signal(SIGUSR1, on_signal);
		raise(SIGUSR1);
	}
	if (!strcmp(how, "thread") && !pthread_create(&thread, NULL, exit_here, NULL))
		pthread_join(thread, NULL);
	if (!strcmp(how, "exec")) {
		execve("/nonexistent/sh", program, none);
		execv("/bin/sh", program);
	}
	if (!strcmp(how, "kill"))
		raise(SIGKILL);
}

int main(int argc, char **argv)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_ctx_id_t begun = begin();
	const char *how = argc > 1 ? argv[1] : "return", *in_child = strchr(how, ':');
	OM_uint32 minor;
	pid_t child;
	int status;

	for (int n = argc > 2 ? atoi(argv[2]) : 0; n; n--)
		begin();
	if (!strcmp(how, "after-thread"))
		see_thread_end();
	send_message(&p, "a message");
	if (!in_child) {
		leave(how);
		return 3;
	}
	child = !strncmp(how, "vfork", 5) ? vfork() : fork();
	if (!child) {
		leave(in_child + 1);
		_exit(5);
	}
	need(waitpid(child, &status, 0) == child && WEXITSTATUS(status) == 3, "the child's end");
	hang_up(&p);
	gss_delete_sec_context(&minor, &begun, GSS_C_NO_BUFFER);
	return 3;
}
