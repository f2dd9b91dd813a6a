/* SPDX-License-Identifier: MIT */
/*
 * How the interposer begins, and what it does when a thread ends. Settings come from a few environment
 * variables, read once and copied: programs write their title over their first environment (sshd,
 * setproctitle). With none of them set it stays silent for good.
 */
#include "shim/core/tap.h"
#include "shim/exec/exec.h"
#include "trace/roll.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

bool tap_on;
static char hello_path[PATH_MAX]; /* "" for none */
static pthread_key_t thread_key;
static int started; /* 0, 1 under way, 2 done */

void tap_copy(char *out, size_t size, const char *text)
{
	size_t length = text ? strlen(text) : 0;

	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(out, text, length);
	out[length] = 0;
}

void tap_append(char *out, size_t size, const char *text)
{
	size_t used = strlen(out);

	tap_copy(out + used, size - used, text);
}

static void append_number(char *out, size_t size, unsigned long n)
{
	char digits[24];
	int i = sizeof(digits) - 1;

	digits[i] = 0;
	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	tap_append(out, size, digits + i);
}

/* Says something to `gsstap run`, through the file it made for that; never to the host's own descriptors. */
static void tell(const char *line)
{
	struct rlimit limit;
	struct stat st;
	int fd;

	if (!*hello_path || tr_confined)
		return;
	fd = (int)syscall(SYS_openat, AT_FDCWD, hello_path,
			  O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return;
	/* Beyond the host's file size limit a write would be a signal. */
	if (getrlimit(RLIMIT_FSIZE, &limit) || limit.rlim_cur == RLIM_INFINITY ||
	    (!fstat(fd, &st) && (rlim_t)st.st_size + strlen(line) <= limit.rlim_cur))
		syscall(SYS_write, fd, line, strlen(line));
	syscall(SYS_close, fd);
}

static void say_hello(void)
{
	char line[80] = "gsstap 0.1.0 ";

	append_number(line, sizeof(line), tap_first_process);
	tap_append(line, sizeof(line), "\n");
	tell(line);
	tap_roll_add(TR_ROLL_HERE, (pid_t)tap_first_process, 0, NULL);
}

static void trace_failed(const char *path, int error)
{
	char line[600] = "problem ";

	append_number(line, sizeof(line), (unsigned long)getpid());
	tap_append(line, sizeof(line), " trace ");
	tap_append(line, sizeof(line) - 80, path);
	tap_append(line, sizeof(line), ": ");
	tap_append(line, sizeof(line), strerrordesc_np(error));
	if (tr_was_filtered(error))
		tap_append(line, sizeof(line), " (a seccomp filter stops the recorder's system calls)");
	tap_append(line, sizeof(line), "\n");
	tell(line);
}

static void limit_failed(void)
{
	char line[160] = "problem ";

	append_number(line, sizeof(line), (unsigned long)getpid());
	tap_append(line, sizeof(line),
		   " GSSTAP_MAX_SIZE is no size, such as 10M or 10M,5: its trace has no limit\n");
	tell(line);
}

static void thread_ends(void *unused)
{
	(void)unused;
	tr_thread_ends();
}

/* The first event of a thread: its space is to be handed on when it ends. */
static void thread_begins(void)
{
	pthread_setspecific(thread_key, &thread_key);
}

static int level_from(const char *name)
{
	static const char *const names[] = TR_LEVEL_NAMES;

	for (int i = 0; name && i < (int)(sizeof(names) / sizeof(names[0])); i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* The host may change its directory before its first event. NULL: no trace. */
static const char *absolute(const char *path)
{
	static char whole[PATH_MAX];

	if (!path || !*path)
		return NULL;
	if (path[0] != '/') {
		if (!getcwd(whole, sizeof(whole) - 1)) {
			trace_failed(path, errno);
			return NULL;
		}
		tap_append(whole, sizeof(whole), "/");
	}
	if (strlen(whole) + strlen(path) >= sizeof(whole)) {
		trace_failed(path, ENAMETOOLONG);
		return NULL;
	}
	tap_append(whole, sizeof(whole), path);
	return whole;
}

static void configure(void)
{
	const char *trace = secure_getenv("GSSTAP_TRACE"), *policy = secure_getenv("GSSTAP_POLICY");
	const char *most = secure_getenv("GSSTAP_MAX_SIZE");
	int level = level_from(secure_getenv("GSSTAP_LEVEL"));

	tap_find_loader();
	tap_find_last_error();
	tap_copy(hello_path, sizeof(hello_path), secure_getenv("GSSTAP_HELLO"));
	tap_roll_open(hello_path);
	tap_exec_filter = tap_roll_filter(tap_kept_thread_id());
	tr_confined = tap_exec_filter != 0;
	if (policy && *policy)
		tap_load_policy(policy);
	if (level < 0)
		level = pol_capture(&tap_policy);
	if (level < 0)
		level = TR_LEVEL_TOKENS;
	trace = absolute(trace);
	if (!trace || pthread_key_create(&thread_key, thread_ends))
		level = TR_LEVEL_OFF;
	tap_select(secure_getenv("GSSTAP_CALLS"));
	if (level != TR_LEVEL_OFF || tap_policy.state != POL_NONE) {
		tr_on_failure = trace_failed;
		tr_on_thread = thread_begins;
		if (most && *most && !tr_limit(most))
			limit_failed();
		tr_on_lost = tap_roll_lost;
		tr_configure(level == TR_LEVEL_OFF ? NULL : trace, level, tap_first_event);
		tap_on = true;
	}
	tap_exec_start();
	say_hello();
}

/* By the constructor; or before it, when another library's constructor calls one of our names. */
void tap_start(void)
{
	int expected = 0, saved = errno;

	if (__builtin_expect(__atomic_load_n(&started, __ATOMIC_ACQUIRE) == 2, 1))
		return;
	if (!__atomic_compare_exchange_n(&started, &expected, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return; /* under way: further down on this thread's stack */
	configure();
	__atomic_store_n(&started, 2, __ATOMIC_RELEASE);
	errno = saved;
}

__attribute__((destructor)) static void destruct(void)
{
	tr_finish();
}

__attribute__((constructor)) static void construct(void)
{
	tap_start();
}
