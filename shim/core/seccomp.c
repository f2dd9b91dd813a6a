/* SPDX-License-Identifier: MIT */
/*
 * A program that is about to forbid itself system calls (sshd's and file's sandboxes): a call of ours that
 * its filter does not know would be its death. So the filter is run over the calls that the recorder makes
 * before it is in force; if it stops one of them, the recorder takes the space it may need and makes no call
 * any more.
 *
 * The call itself is passed on as it is, and its result with it. prctl and syscall are how programs and
 * libseccomp ask for a filter; all other system calls jump past us (tail.S).
 */
#include "shim/core/ending.h"
#include "shim/core/filter.h"
#include "shim/core/lock.h"
#include "shim/core/readable.h"
#include "shim/core/scope.h"
#include "shim/core/snapshot.h"
#include "shim/exec/exec.h"
#include "shim/loader/next.h"
#include "trace/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/single_threaded.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of linux/prctl.h; sys/prctl.h declares prctl with dots. */
#define SET_SECCOMP 22
#define SET_TSC 26

long (*tap_real_syscall)(long number, ...);
long tap_syscall(long number, long a, long b, long c, long d, long e, long f);
TAP_EXPORT int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/* What the recorder and the shim around it ask of the kernel. */
struct call {
	int number;
	uint64_t args[6];
};
static const struct call calls[] = {
	{SYS_pwritev, {0}},
	{SYS_pread64, {0}},
	{SYS_newfstatat, {0}},
	{SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_RDWR | O_CLOEXEC | O_NOFOLLOW}},
	{SYS_close, {0}},
	{SYS_fcntl, {0, F_DUPFD_CLOEXEC}},
	{SYS_prlimit64, {0}},
	{SYS_ftruncate, {0}},
	{SYS_fchmodat, {0}},
	{SYS_unlinkat, {0}},
	{SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, (uint64_t)-1}},
	{SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, MAP_SHARED}},
	{SYS_munmap, {0}},
	{SYS_madvise, {0, 4096, MADV_DONTFORK}},
	{SYS_futex, {0}},
	{SYS_rt_sigprocmask, {0}},
	{SYS_rt_sigtimedwait, {0}},
	{SYS_getpid, {0}},
	{SYS_gettid, {0}},
	{SYS_sched_yield, {0}},
	{SYS_clock_gettime, {0}},
	{SYS_getrandom, {0}}, /* what messages are sealed by */
};
/* ... and does without where it is refused: only to die of it matters. */
static const struct call more_calls[] = {
	{SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_RDONLY | O_CLOEXEC}},
	{SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_WRONLY | O_APPEND | O_CLOEXEC}},
	{SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_PATH | O_CLOEXEC}},
	{SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600}},
	{SYS_read, {0}},
	{SYS_write, {0}},
	{SYS_fstat, {0}},
	{SYS_statx, {0}},
	{SYS_readlink, {0}},
	{SYS_symlinkat, {0}},
	{SYS_renameat2, {AT_FDCWD & 0xffffffff, 0, AT_FDCWD & 0xffffffff}},
	{SYS_mprotect, {0, 4096, PROT_READ | PROT_WRITE}},
	{SYS_mincore, {0}},
	{SYS_nanosleep, {0}},
	{SYS_sigaltstack, {0}},
	{SYS_tgkill, {0}},
	{SYS_getppid, {0}},
	{SYS_getuid, {0}},
	{SYS_uname, {0}},
	/* Of a program that is executed. */
	{SYS_access, {0}},
	{SYS_faccessat2, {0}},
	{SYS_getcwd, {0}},
	{SYS_getegid, {0}},
	{SYS_geteuid, {0}},
	{SYS_getgid, {0}},
	{SYS_getxattr, {0}},
	{SYS_statfs, {0}},
};

/* Of the libraries that are called for connections of libzmq's, on threads of ours. */
static const struct {
	unsigned death;
	struct call call;
} others_calls[] = {
	{TAP_DEATH_HANDSHAKE, {SYS_clone3, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_clone, {0}}}, /* where that is refused */
	{TAP_DEATH_HANDSHAKE, {SYS_rseq, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_set_robust_list, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_exit, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_mprotect, {0, 4096, PROT_READ | PROT_WRITE}}},
	{TAP_DEATH_HANDSHAKE | TAP_DEATH_FILES, {SYS_openat, {AT_FDCWD & 0xffffffff, 0, O_RDONLY}}},
	{TAP_DEATH_HANDSHAKE | TAP_DEATH_FILES, {SYS_newfstatat, {0}}},
	{TAP_DEATH_HANDSHAKE | TAP_DEATH_FILES, {SYS_read, {0}}},
	{TAP_DEATH_HANDSHAKE | TAP_DEATH_FILES, {SYS_close, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_lseek, {0}}},
	{TAP_DEATH_HANDSHAKE, {SYS_access, {0}}},
	{TAP_DEATH_FILES, {SYS_getdents64, {0}}},
	{TAP_DEATH_SOCKET, {SYS_eventfd2, {0}}},
	{TAP_DEATH_GROW, {SYS_mremap, {0}}},
	{TAP_DEATH_HANDSHAKE | TAP_DEATH_RANDOM, {SYS_getrandom, {0}}},
	{TAP_DEATH_SHUTDOWN, {SYS_shutdown, {0, SHUT_RDWR}}},
};

/* Where it is not, the kernel takes no filter. */
static bool is_there(const struct sock_fprog *program)
{
	struct tap_readable known = {0};

	return program && tap_is_readable(&known, program, sizeof(*program)) && program->filter &&
	       program->len &&
	       tap_is_readable(&known, program->filter, program->len * sizeof(*program->filter));
}

static enum tap_answer worst_answer(const struct sock_fprog *program)
{
	enum tap_answer worst = TAP_ANSWER_PASS, answer;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		answer = tap_filter(program, calls[i].number, calls[i].args);
		if (answer > worst)
			worst = answer;
	}
	for (size_t i = 0; i < sizeof(more_calls) / sizeof(more_calls[0]); i++)
		if (tap_filter(program, more_calls[i].number, more_calls[i].args) == TAP_ANSWER_KILL)
			return TAP_ANSWER_KILL;
	return worst;
}

static unsigned deaths_by(const struct sock_fprog *program)
{
	unsigned deaths = 0;

	for (size_t i = 0; i < sizeof(others_calls) / sizeof(others_calls[0]); i++)
		if (tap_filter(program, others_calls[i].call.number, others_calls[i].call.args) ==
		    TAP_ANSWER_KILL)
			deaths |= others_calls[i].death;
	return deaths;
}

/* What programs that are executed under it must know, and cannot find out. */
static enum tap_exec_filter told_of(enum tap_answer answer, const struct sock_fprog *program)
{
	static const uint64_t none[6];

	if (answer != TAP_ANSWER_KILL)
		return TAP_FILTER_NONE;
	return program && tap_filter(program, SYS_getpid, none) != TAP_ANSWER_KILL ? TAP_FILTER_KILLS
										   : TAP_FILTER_KILLS_GETPID;
}

/* Has this program anything that we could record? Then its trace is made while it can be. */
static bool may_be_recorded(void)
{
	struct tap_snapshot *all = tap_snapshot(0);
	bool any = false;

	for (size_t i = 0; all && i < all->count; i++)
		for (int family = 0; family < TR_FAMILIES; family++)
			any |= all->image[i].family[family].ours || all->image[i].family[family].unbound;
	if (all)
		tap_snapshot_free(all);
	return any;
}

/* What was done for a filter that may not come into force after all. */
struct withdrawal {
	bool confined, blinds;
	enum tap_exec_filter filter; /* from before */
	unsigned deaths;	     /* likewise */
};

static struct withdrawal withdraw(unsigned long mode, const void *program)
{
	bool strict = mode == SECCOMP_MODE_STRICT;
	struct withdrawal before = {.filter = tap_exec_filter, .deaths = tap_deaths};
	enum tap_answer answer = TAP_ANSWER_PASS;
	int saved = errno;

	/* A strict one has none: what stands there is whatever was in the register. With nothing asked for,
	 * too: what is around the recorder wants to know who it is in a child. */
	if (strict || (mode == SECCOMP_MODE_FILTER && program && tap_unasked)) {
		program = NULL;
		answer = TAP_ANSWER_KILL;
		before.blinds = true;
	} else if (mode == SECCOMP_MODE_FILTER && is_there(program)) {
		answer = worst_answer(program);
		__atomic_or_fetch(&tap_deaths, deaths_by(program), __ATOMIC_RELAXED);
		before.blinds = tap_filter(program, tap_readable_call, tap_readable_args) != TAP_ANSWER_PASS;
	}
	if (answer != TAP_ANSWER_PASS) {
		if (tap_on && !tr_confined && may_be_recorded())
			tr_ready();
		tap_process();
		tap_lineage(); /* known from now on without asking */
		if (strict)    /* there the kernel takes the cycle counter away as well */
			tr_clock_without_counter();
		before.confined = tr_confine();
		if (told_of(answer, program) > tap_exec_filter)
			tap_exec_filter = told_of(answer, program);
	}
	errno = saved;
	return before;
}

static void settle(struct withdrawal before, bool in_force)
{
	int saved = errno;

	if (in_force) {
		tap_unasked |= before.blinds;
		return;
	}
	tap_exec_filter = before.filter;
	__atomic_store_n(&tap_deaths, before.deaths, __ATOMIC_RELAXED);
	if (before.confined)
		tr_confine_undone();
	errno = saved;
}

TAP_EXPORT int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	static int (*real)(int, ...);
	struct withdrawal before;
	int result;

	if (!real)
		__atomic_store_n(&real, (__typeof__(real))tap_find_next("prctl"), __ATOMIC_RELAXED);
	if (option == SET_TSC)
		tr_clock_without_counter();
	if (option != SET_SECCOMP)
		return real(option, a, b, c, d);
	before = withdraw(a, (const void *)b);
	result = real(option, a, b, c, d);
	settle(before, !result);
	return result;
}

/* A thread that is not the last ends by SYS_exit alone. The C library knows nothing of those that a program
 * has made by clone; under a filter, to ask the kernel could be the end. */
static bool is_last_thread(void)
{
	return __libc_single_threaded && !tr_confined && syscall(SYS_gettid) == getpid();
}

/* Of tail.S: what may be about a filter, what may be the end of the process or of its program, and the very
 * first of all. */
long tap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	static const unsigned long modes[] = {[SECCOMP_SET_MODE_STRICT] = SECCOMP_MODE_STRICT,
					      [SECCOMP_SET_MODE_FILTER] = SECCOMP_MODE_FILTER};
	unsigned long mode = SECCOMP_MODE_DISABLED;
	struct withdrawal before;
	long result;

	if (!tap_real_syscall)
		__atomic_store_n(&tap_real_syscall, (__typeof__(tap_real_syscall))tap_find_next("syscall"),
				 __ATOMIC_RELEASE);
	if (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER))
		mode = modes[a];
	else if (number == SYS_prctl && a == SET_SECCOMP)
		mode = (unsigned long)b;
	else if (number == SYS_prctl && a == SET_TSC)
		tr_clock_without_counter();
	if (number == SYS_execve || number == SYS_execveat)
		return tap_exec_by_number(tap_real_syscall, number, (const long[]){a, b, c, d, e});
	if (number == SYS_exit_group || (number == SYS_exit && is_last_thread()))
		tap_ends_now();
	if (mode == SECCOMP_MODE_DISABLED)
		return tap_real_syscall(number, a, b, c, d, e, f);
	before = withdraw(mode, (const void *)c);
	result = tap_real_syscall(number, a, b, c, d, e, f);
	/* A descriptor, of who is told of what the filter stops, is no failure; a thread's number is
	 * (SECCOMP_FILTER_FLAG_TSYNC). */
	settle(before,
	       !result || (result > 0 && number == SYS_seccomp && b & SECCOMP_FILTER_FLAG_NEW_LISTENER));
	return result;
}
