/* SPDX-License-Identifier: MIT */
/*
 * Runs a seccomp filter over a system call, as the kernel will: what it would answer is known before it is in
 * force. Makes no call itself.
 */
#include "shim/core/filter.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <string.h>

unsigned tap_deaths;

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
	uint32_t a = 0, x = 0, jump, memory[BPF_MEMWORDS] = {0};

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
			jump = BPF_OP(in->code) == BPF_JA ? in->k : jumps(in, a, x) ? in->jt : in->jf;
			if (jump >= program->len - at)
				return SECCOMP_RET_KILL_PROCESS;
			at += jump;
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

enum tap_answer tap_filter(const struct sock_fprog *program, int number, const uint64_t args[6])
{
	struct seccomp_data data = {.arch = AUDIT_ARCH_X86_64, .nr = number};

	memcpy(data.args, args, sizeof(data.args));
	switch (run(program, &data) & SECCOMP_RET_ACTION_FULL) {
	case SECCOMP_RET_ALLOW:
	case SECCOMP_RET_LOG:
		return TAP_ANSWER_PASS;
	case SECCOMP_RET_ERRNO:
	case SECCOMP_RET_TRACE:
	case SECCOMP_RET_USER_NOTIF:
		return TAP_ANSWER_REFUSE;
	}
	return TAP_ANSWER_KILL;
}
