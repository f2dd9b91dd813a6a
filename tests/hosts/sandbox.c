/* SPDX-License-Identifier: MIT */
/*
 * sandbox WHEN HOW: forbids itself all system calls but a few, before its first gss call or after a
 * handshake; or "aged": after many, and then it signs until GSSAPI lets it no more. HOW: kill or errno (a
 * filter, as sshd's and libseccomp's), call (the same by seccomp(2)), listener (the same with a descriptor of
 * who is told of it, as container runtimes do), bogus (kill, after some that cannot be read), strict, forks
 * (kill, but a child may be made, which does it all), twice (kill, and then one that the kernel does not
 * take), raw (errno, by an instruction of its own), a number (kill for that one alone); or, with tsc, to read
 * the cycle counter. What it does in there needs no other system call, so that it ends well unless somebody
 * else in the process makes one.
 */
#include "gss.h"
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ALLOW(name)                                                                                          \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#define ALLOW_IF(name, wanted)                                                                               \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (wanted) ? SYS_##name : SYS_read, 0, 1),                         \
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

static int forbid(unsigned number)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Filters that lie nowhere, or whose end does, and one that goes round for ever: the kernel takes none. */
static int takes_none(void)
{
	static struct sock_filter round[] = {BPF_STMT(BPF_JMP | BPF_JA, 0xffffffff),
					     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	static char *page;
	struct sock_filter *last;

	if (!page) {
		page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (page == MAP_FAILED || mprotect(page + 4096, 4096, PROT_NONE))
			return 0;
	}
	last = (struct sock_filter *)(page + 4096) - 1;
	*last = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog beyond = {2, last}, far = {1, (struct sock_filter *)8}, none = {1, NULL},
			  loop = {2, round};
	struct sock_fprog *const all[] = {
		(struct sock_fprog *)8, (struct sock_fprog *)(page + 4096 - 8), &beyond, &far, &none, &loop};

	for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		int error = all[i] == &loop || all[i] == &none ? EINVAL : EFAULT;

		if (!prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, all[i]) || errno != error ||
		    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, all[i]) != -1 || errno != error)
			return 0;
	}
	return 1;
}

/* It kills for a way to block signals that there is not. */
static int picky(void)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigprocmask, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 2, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

static int enter(const char *how)
{
	int forks = !strcmp(how, "forks"), twice = !strcmp(how, "twice"), raw = !strcmp(how, "raw"),
	    bogus = !strcmp(how, "bogus");
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(read),
		ALLOW(write),
		ALLOW(brk),
		ALLOW(exit),
		ALLOW(exit_group),
		ALLOW_IF(clone, forks),
		ALLOW_IF(wait4, forks),
		ALLOW_IF(set_robust_list, forks),
		ALLOW_IF(rt_sigprocmask, forks),
		ALLOW_IF(prctl, twice || bogus),
		ALLOW_IF(seccomp, bogus),
		BPF_STMT(BPF_RET | BPF_K,
			 strcmp(how, "errno") && !raw ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | 1),
	};
	struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

	if (*how >= '0' && *how <= '9')
		return forbid((unsigned)atoi(how));
	if (!strcmp(how, "tsc"))
		return prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
	if (!strcmp(how, "strict"))
		return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 8); /* of no meaning, as in a register */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	if (raw) {
		long result = SYS_seccomp;

		__asm__ volatile("syscall"
				 : "+a"(result)
				 : "D"(SECCOMP_SET_MODE_FILTER), "S"(0), "d"(&program)
				 : "rcx", "r11", "memory");
		return (int)result;
	}
	if (!strcmp(how, "listener")) /* its result is the descriptor */
		return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
			       &program) < 1;
	if ((bogus && !takes_none()) || (!strcmp(how, "picky") && picky()))
		return -1;
	if (!strcmp(how, "call"))
		return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		return -1;
	if (bogus && !takes_none())
		return -1;
	return twice && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
}

/* As many contexts as the shim makes room for at once, so that there is none left. */
static struct pair many_handshakes(void)
{
	for (int i = 0; i < 31; i++)
		shake_hands(&oid_krb5);
	return shake_hands(&oid_krb5);
}

/* Tenths of a second, by the clock that is no system call and does without the cycle counter. */
static long tenths(void)
{
	struct timespec t = {0};

	clock_gettime(CLOCK_MONOTONIC_COARSE, &t);
	return t.tv_sec * 10 + t.tv_nsec / 100000000;
}

static int signs_until_no_context(gss_ctx_id_t context)
{
	gss_buffer_desc text = {4, (void *)"text"}, mic = GSS_C_EMPTY_BUFFER;
	OM_uint32 major = GSS_S_COMPLETE, minor;
	long begun = tenths(), tried;

	while (major == GSS_S_COMPLETE && (tried = tenths()) < begun + 3000) {
		major = gss_get_mic(&minor, context, GSS_C_QOP_DEFAULT, &text, &mic);
		gss_release_buffer(&minor, &mic);
		while (tenths() == tried)
			; /* to wait for it would be a system call */
	}
	return major == GSS_S_NO_CONTEXT;
}

int main(int argc, char **argv)
{
	int aged = argc > 1 && !strcmp(argv[1], "aged");
	int after = argc > 1 && !strcmp(argv[1], "after"), set = 0;
	struct pair p = {GSS_C_NO_CONTEXT, GSS_C_NO_CONTEXT};
	int count = argc > 3 ? atoi(argv[3]) : 40;
	OM_uint32 minor, lifetime;
	gss_OID_set_desc oids = {1, &oid_krb5};
	int present, status;

	if (after)
		p = shake_hands(&oid_krb5);
	if (aged)
		p = many_handshakes();
	if (enter(argc > 2 ? argv[2] : "kill"))
		return 3;
	if (argc > 2 && !strcmp(argv[2], "forks") && fork()) {
		wait(&status);
		syscall(SYS_exit_group, status != 0);
	}
	if (aged)
		set = signs_until_no_context(p.initiator) ? count : 0;
	for (int i = 0; i < count && !aged; i++) {
		if (after)
			set += gss_context_time(&minor, p.initiator, &lifetime) == GSS_S_COMPLETE;
		else
			set += gss_test_oid_set_member(&minor, &oid_krb5, &oids, &present) == GSS_S_COMPLETE;
	}
	if (set == count && write(1, "in the sandbox\n", 15) == 15)
		syscall(SYS_exit, 0);
	syscall(SYS_exit, 1);
	return 2;
}
