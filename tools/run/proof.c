/* SPDX-License-Identifier: MIT */
/*
 * Holds PROGRAM at its entry point until the hello is seen. The entry point (AT_ENTRY) is where ld.so hands
 * over after all constructors. A breakpoint stands there until then, which what its constructors may fork
 * inherits and is rid of before it runs. Not a debug register: in some virtual machines one can be set and
 * never stops anybody.
 */
#include "tools/run/proof.h"

#include "tools/run/hello.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define BREAKPOINT 0xcc

struct sought {
	pid_t pid;
	bool found;
};

static void seek(void *context, const char *line)
{
	struct sought *sought = context;
	char version[64];
	int said;

	if (sscanf(line, "gsstap %63s %d", version, &said) == 2 && said == sought->pid)
		sought->found = true;
}

bool run_proof_hello(const char *hello_path, pid_t pid)
{
	struct sought sought = {.pid = pid};

	run_hello_each(hello_path, seek, &sought);
	return sought.found;
}

static void refuse(struct run_proof *proof, const char *reason)
{
	kill(proof->pid, SIGKILL);
	snprintf(proof->reason, sizeof(proof->reason), "%s", reason);
	proof->state = RUN_PROOF_MISSING;
}

int run_proof_hold(struct run_proof *proof, pid_t pid, const char *hello_path)
{
	*proof = (struct run_proof){.state = RUN_PROOF_HELD, .pid = pid, .hello_path = hello_path};
#ifdef __x86_64__
	if (!ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK | PTRACE_O_EXITKILL))
		return 0;
	snprintf(proof->reason, sizeof(proof->reason),
		 "it cannot be held for the proof that the shim is in it: ptrace: %s (is gsstap itself being "
		 "traced?)",
		 strerror(errno));
#else
	snprintf(proof->reason, sizeof(proof->reason),
		 "on this architecture there is no proof that the shim is in it");
#endif
	proof->state = RUN_PROOF_MISSING;
	return -1;
}

#ifdef __x86_64__

static uintptr_t entry_point(pid_t pid)
{
	char path[64];
	Elf64_auxv_t pair;
	uintptr_t entry = 0;
	FILE *auxv;

	snprintf(path, sizeof(path), "/proc/%d/auxv", (int)pid);
	auxv = fopen(path, "re");
	if (!auxv)
		return 0;
	while (!entry && fread(&pair, sizeof(pair), 1, auxv) == 1)
		if (pair.a_type == AT_ENTRY)
			entry = pair.a_un.a_val;
	fclose(auxv);
	return entry;
}

/* One byte of code, in the process's own copy of the page. */
static bool set_code(pid_t pid, uintptr_t at, long word)
{
	return !ptrace(PTRACE_POKETEXT, pid, at, word);
}

/* The new program is mapped and nothing of it has run, ld.so included. */
static void at_exec(struct run_proof *proof)
{
	proof->entry = entry_point(proof->pid);
	errno = 0;
	proof->code = proof->entry ? ptrace(PTRACE_PEEKTEXT, proof->pid, proof->entry, 0) : 0;
	if (!proof->entry || errno ||
	    !set_code(proof->pid, proof->entry, (proof->code & ~0xffl) | BREAKPOINT))
		refuse(proof, "no breakpoint could be set on its entry point");
	else
		ptrace(PTRACE_CONT, proof->pid, 0, 0);
}

static bool is_at_entry(const struct run_proof *proof)
{
	struct user_regs_struct registers;

	return proof->entry && !ptrace(PTRACE_GETREGS, proof->pid, 0, &registers) &&
	       registers.rip == proof->entry + 1;
}

static void at_entry(struct run_proof *proof)
{
	struct user_regs_struct registers;

	if (!run_proof_hello(proof->hello_path, proof->pid)) {
		refuse(proof, RUN_PROOF_WHY_MISSING);
		return;
	}
	if (!set_code(proof->pid, proof->entry, proof->code) ||
	    ptrace(PTRACE_GETREGS, proof->pid, 0, &registers)) {
		refuse(proof, "its entry point could not be put right again");
		return;
	}
	registers.rip = proof->entry;
	ptrace(PTRACE_SETREGS, proof->pid, 0, &registers);
	proof->state = RUN_PROOF_GIVEN;
	ptrace(PTRACE_DETACH, proof->pid, 0, 0);
}

void run_proof_child(const struct run_proof *proof, pid_t pid, int status)
{
	if (status >> 16 != PTRACE_EVENT_STOP || !proof->entry)
		return;
	set_code(pid, proof->entry, proof->code);
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

void run_proof_stop(struct run_proof *proof, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_EXEC)
		at_exec(proof);
	else if (event == PTRACE_EVENT_STOP && sig != SIGTRAP)
		ptrace(PTRACE_LISTEN, proof->pid, 0, 0); /* stopped for job control: stays so until SIGCONT */
	else if (event)
		ptrace(PTRACE_CONT, proof->pid, 0, 0);
	else if (sig == SIGTRAP && is_at_entry(proof))
		at_entry(proof);
	else
		ptrace(PTRACE_CONT, proof->pid, 0, sig);
}

#else

void run_proof_stop(struct run_proof *proof, int status)
{
	(void)status;
	refuse(proof, "on this architecture there is no proof that the shim is in it");
}

void run_proof_child(const struct run_proof *proof, pid_t pid, int status)
{
	(void)proof, (void)pid, (void)status;
}

#endif
