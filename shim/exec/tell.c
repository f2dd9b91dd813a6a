/* SPDX-License-Identifier: MIT */
/*
 * What is told of a program that is executed: an event where its environment lost us, or will be ignored, and
 * an entry in the roll of a run. A program that ignores its environment is told of where Kerberos is in it:
 * each event may make a trace of its own, for the shell that executes sudo or ping, in which nothing else is.
 *
 * A child of vfork records into its parent's trace, since its memory is the parent's. One of fork makes a
 * trace of its own, and must not wait for locks that nobody holds in it any more: the loader is not asked.
 */
#include "shim/core/lock.h"
#include "shim/exec/exec.h"
#include "trace/roll.h"
#include "trace/writer.h"

#include <errno.h>
#include <unistd.h>

static __thread bool recording;
/* In a child of vfork the kernel alone knows it. */
static pid_t own_pid(void)
{
	return tap_exec_filter == TAP_FILTER_KILLS_GETPID ? (pid_t)tap_process() : getpid();
}

bool tap_exec_is_lent(void)
{
	return tap_process() != (uint32_t)own_pid();
}

bool tap_exec_in_child(void)
{
	return recording && !tap_exec_is_lent() && tap_lineage() != tap_first_lineage;
}

static const char *why_left(const struct tap_exec *e)
{
	if (!e->missing)
		return "it gains privileges, and its loader ignores the environment";
	if (e->secure)
		return "it gains privileges, and its loader would ignore what is put back";
	return "neither an enforced policy nor --follow-exec asks for it to be put back";
}

static const char *comment(const struct tap_exec *e, int error)
{
	if (error)
		return "could not be executed";
	if (!e->missing)
		return "executed, and ignores its environment";
	return e->restored ? "an environment that lost gsstap was mended"
			   : "executed with an environment that lost gsstap";
}

static void put(struct tr_draft *d, const struct tap_exec *e, int error)
{
	char missing[128];

	d->comment = comment(e, error);
	tr_put_text(d, TR_F_FUNCTION, e->function);
	tr_put_text(d, TR_F_PATH, e->where);
	if (e->missing) {
		tap_exec_missing(e, missing, sizeof(missing));
		tr_put_text(d, TR_F_MISSING, missing);
		tr_put_u32(d, TR_F_RESTORED, e->restored);
	}
	if (!e->missing || !e->restored)
		tr_put_text(d, TR_F_REASON, why_left(e));
	if (error)
		tr_put_u32(d, TR_F_ERRNO, (uint32_t)error);
	if (tap_exec_is_lent())
		tr_put_u32(d, TR_F_CHILD, (uint32_t)own_pid());
}

static void record(struct tap_exec *e, int error)
{
	struct tr_draft *d;

	recording = true;
	d = tr_begin(TR_E_exec);
	if (d) {
		put(d, e, error);
		tr_commit(d);
		e->recorded = true;
	}
	if (tap_exec_is_lent())
		tr_thread_lent();
	recording = false;
}

void tap_exec_record(struct tap_exec *e)
{
	int saved = errno;

	if ((e->missing || e->secure) && !e->absent && tr_level != TR_LEVEL_OFF &&
	    (e->missing || tap_exec_is_kerberos(e)))
		record(e, 0);
	errno = saved;
}

static struct tr_roll_entry *add(unsigned kind, pid_t pid, const struct tap_exec *e)
{
	unsigned flags = tap_exec_filter ? 0 : tap_roll_reach(); /* it may not be asked */
	struct tr_roll_entry *entry;

	if (e->missing && !e->restored)
		flags |= TR_ROLL_LOST;
	if (e->secure)
		flags |= TR_ROLL_SECURE;
	entry = tap_roll_add(kind, pid, flags, e->where);
	if (!tap_exec_filter && !tr_confined && !(flags & TR_ROLL_NO_HELLO))
		tap_roll_ring();
	return entry;
}

void tap_exec_tell(const struct tap_exec *e, pid_t pid)
{
	int saved = errno;

	if (tap_roll_is_open() && !e->elsewhere && !e->absent)
		add(pid ? TR_ROLL_SPAWNED : TR_ROLL_EXEC, pid ? pid : own_pid(), e);
	errno = saved;
}

void tap_exec_tell_shell(struct tap_exec *e)
{
	int saved = errno;

	if (tap_roll_is_open() && e->missing && !e->restored && !e->absent)
		e->told = add(TR_ROLL_SHELL, own_pid(), e);
	errno = saved;
}

void tap_exec_shell_failed(struct tap_exec *e, int error)
{
	int saved = errno;

	tap_roll_undo(e->told);
	if (e->recorded)
		record(e, error);
	errno = saved;
}

void tap_exec_failed(struct tap_exec *e, int error)
{
	if (!e->elsewhere && !e->absent)
		tap_roll_add(TR_ROLL_FAILED, own_pid(), 0, NULL);
	if (!e->recorded)
		return;
	tap_exec_find(e);
	record(e, error);
	tap_exec_forget(e);
}
