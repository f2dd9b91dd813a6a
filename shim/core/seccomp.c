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
#include "shim/core/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define SET_SECCOMP 22 /* PR_SET_SECCOMP; sys/prctl.h declares prctl with dots */

long (*tap_real_syscall)(long number, ...);
long tap_syscall(long number, long a, long b, long c, long d, long e, long f);
TAP_EXPORT int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d);

/* What the recorder and the shim around it ask of the kernel. */
static const struct {
	int number;
	uint64_t args[6];
} calls[] = {
	{SYS_pwrite64, {0}},
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
	{SYS_getpid, {0}},
	{SYS_gettid, {0}},
	{SYS_sched_yield, {0}},
	{SYS_clock_gettime, {0}},
};

static bool jumps(const struct sock_filter *in, uint32_t a, uint32_t x)
{
	uint32_t with = BPF_SRC(in->code) == BPF_X ? x : in->k;

	switch (BPF_OP(in->code)) {
	case BPF_JEQ:
		return a == with;
	case BPF_JGT:
		return a > with;
	case BPF_JGE:
		return a >= with;
	case BPF_JSET:
		return a & with;
	}
	return true;
}

static bool compute(const struct sock_filter *in, uint32_t *a, uint32_t x)
{
	uint32_t with = BPF_SRC(in->code) == BPF_X ? x : in->k;

	switch (BPF_OP(in->code)) {
	case BPF_ADD:
		*a += with;
		return true;
	case BPF_SUB:
		*a -= with;
		return true;
	case BPF_AND:
		*a &= with;
		return true;
	case BPF_OR:
		*a |= with;
		return true;
	case BPF_XOR:
		*a ^= with;
		return true;
	case BPF_LSH:
		*a = with < 32 ? *a << with : 0;
		return true;
	case BPF_RSH:
		*a = with < 32 ? *a >> with : 0;
		return true;
	}
	return false; /* filters of system calls neither multiply nor divide */
}

static bool load(const struct sock_filter *in, const struct seccomp_data *data, const uint32_t *memory,
		 uint32_t *to)
{
	if (BPF_MODE(in->code) == BPF_IMM)
		*to = in->k;
	else if (BPF_MODE(in->code) == BPF_MEM && in->k < BPF_MEMWORDS)
		*to = memory[in->k];
	else if (BPF_MODE(in->code) == BPF_ABS && in->k <= sizeof(*data) - sizeof(*to))
		memcpy(to, (const char *)data + in->k, sizeof(*to));
	else
		return false;
	return true;
}

/* What the filter says to a call; what is not understood is a kill. Filters jump forward only, so this ends.
 */
static uint32_t run(const struct sock_fprog *program, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = {0};

	for (unsigned at = 0; at < program->len; at++) {
		const struct sock_filter *in = &program->filter[at];

		switch (BPF_CLASS(in->code)) {
		case BPF_LD:
		case BPF_LDX:
			if (!load(in, data, memory, BPF_CLASS(in->code) == BPF_LD ? &a : &x))
				return SECCOMP_RET_KILL_PROCESS;
			break;
		case BPF_ST:
		case BPF_STX:
			if (in->k >= BPF_MEMWORDS)
				return SECCOMP_RET_KILL_PROCESS;
			memory[in->k] = BPF_CLASS(in->code) == BPF_ST ? a : x;
			break;
		case BPF_ALU:
			if (!compute(in, &a, x))
				return SECCOMP_RET_KILL_PROCESS;
			break;
		case BPF_JMP:
			if (BPF_OP(in->code) == BPF_JA)
				at += in->k;
			else
				at += jumps(in, a, x) ? in->jt : in->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(in->code) == BPF_A ? a : in->k;
		case BPF_MISC:
			if (BPF_MISCOP(in->code) == BPF_TAX)
				x = a;
			else
				a = x;
			break;
		}
	}
	return SECCOMP_RET_KILL_PROCESS;
}

static bool lets_us_work(const struct sock_fprog *program)
{
	struct seccomp_data data = {.arch = AUDIT_ARCH_X86_64};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		uint32_t action;

		data.nr = calls[i].number;
		memcpy(data.args, calls[i].args, sizeof(data.args));
		action = run(program, &data) & SECCOMP_RET_ACTION_FULL;
		if (action != SECCOMP_RET_ALLOW && action != SECCOMP_RET_LOG)
			return false;
	}
	return true;
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

/* True: the recorder has withdrawn. */
static bool withdraw(bool strict, const void *program)
{
	int saved = errno;
	bool confined = tap_on && (strict || (program && !lets_us_work(program)));

	if (confined) {
		if (may_be_recorded())
			tr_ready();
		tr_confine();
	}
	errno = saved;
	return confined;
}

TAP_EXPORT int prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d)
{
	static int (*real)(int, ...);
	bool confined = false;
	int result;

	if (!real)
		__atomic_store_n(&real, (__typeof__(real))tap_find_next("prctl"), __ATOMIC_RELAXED);
	if (option == SET_SECCOMP)
		confined =
			withdraw(a == SECCOMP_MODE_STRICT, a == SECCOMP_MODE_FILTER ? (const void *)b : NULL);
	result = real(option, a, b, c, d);
	if (confined && result)
		tr_confine_undone();
	return result;
}

/* Of tail.S: what may be about a filter, and the very first of all. */
long tap_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	bool confined = false;
	long result;

	if (!tap_real_syscall)
		__atomic_store_n(&tap_real_syscall, (__typeof__(tap_real_syscall))tap_find_next("syscall"),
				 __ATOMIC_RELEASE);
	if (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER))
		confined = withdraw(a == SECCOMP_SET_MODE_STRICT,
				    a == SECCOMP_SET_MODE_FILTER ? (const void *)c : NULL);
	else if (number == SYS_prctl && a == SET_SECCOMP)
		confined =
			withdraw(b == SECCOMP_MODE_STRICT, b == SECCOMP_MODE_FILTER ? (const void *)c : NULL);
	result = tap_real_syscall(number, a, b, c, d, e, f);
	if (confined && result)
		tr_confine_undone();
	return result;
}
