/* SPDX-License-Identifier: MIT */
/*
 * Whose an event is. Events bear a pid alone; which process that is says the process event before them, by
 * boot, pid namespace, pid and start: so a pid that was given out again, a machine that was started again and
 * a trace in several files are told apart and together. What no process event speaks of is of an unknown
 * program, one a pid.
 */
#include "tools/model/facts.h"
#include "tools/model/zmq.h"

#include <inttypes.h>
#include <stdio.h>

static struct model_process *new_process(const struct facts *facts)
{
	struct model *model = facts->model;
	struct model_process *process;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_number(&key, ++model->images);
	process = model_node_get(&model->processes, &key, sizeof(*process), &made);
	model_key_end(&key);
	model->failed |= !process;
	if (process) {
		process->image = model->images;
		process->calls = true;
	}
	return process;
}

/* One of which no process event tells: its program is its own, with this gap. */
static struct model_process *unknown(const struct facts *facts, enum model_gap_kind why)
{
	struct model_process *process = new_process(facts);
	struct facts here = {facts->event, facts->model, process};
	struct model_text texts[5] = {{0}};

	if (!process)
		return NULL;
	texts[2] = (struct model_text){(char *)process->node.key, process->node.length};
	process->program = facts_program(facts, texts);
	if (!process->program)
		return NULL;
	model_text_free(&process->program->container); /* was the key only */
	facts_gap(&here, why, (struct model_about){.why = {0}}, 1);
	return process;
}

static struct model_known *known(const struct facts *facts, struct model_key *key)
{
	struct model_known *found;
	bool made;

	found = model_node_get(&facts->model->known, key, sizeof(*found), &made);
	model_key_end(key);
	facts->model->failed |= !found;
	return found;
}

/* By where its events are. */
static struct model_known *known_here(const struct facts *facts)
{
	const struct tr_event *event = facts->event;
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, 0);
	model_key_number(&key, event->file);
	model_key_number(&key, event->interface);
	model_key_number(&key, event->head.pid);
	return known(facts, &key);
}

/* By what a process event says. NULL: it says too little. */
static struct model_known *known_identity(const struct facts *facts)
{
	struct model_known *identity;
	struct model_key key;

	if (!facts_has(facts, TR_F_BOOT) || !facts_has(facts, TR_F_STARTED))
		return NULL;
	model_key_begin(&key);
	model_key_number(&key, 1);
	model_key_text(&key, facts_text(facts, TR_F_BOOT));
	model_key_number(&key, facts_number(facts, TR_F_PID_NAMESPACE));
	model_key_number(&key, facts->event->head.pid);
	model_key_number(&key, facts_number(facts, TR_F_STARTED));
	identity = known(facts, &key);
	if (identity) {
		facts_keep(facts, &identity->boot, facts_text(facts, TR_F_BOOT));
		identity->space = facts_number(facts, TR_F_PID_NAMESPACE);
		identity->started = facts_number(facts, TR_F_STARTED);
		identity->pid = facts->event->head.pid;
	}
	return identity;
}

/* The last one that had this pid, in the pid namespace that the event's process is in. */
static struct model_known *known_holder(const struct facts *facts, uint64_t pid)
{
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, 2);
	model_key_text(&key, facts_text(facts, TR_F_BOOT));
	model_key_number(&key, facts_number(facts, TR_F_PID_NAMESPACE));
	model_key_number(&key, pid);
	return known(facts, &key);
}

static bool other_host(const struct facts *facts, const struct model_process *before)
{
	struct model_text host = facts_text(facts, TR_F_HOST);

	return before->program && before->program->host.at && host.at &&
	       !model_text_same(before->program->host, host);
}

/* Two that ran at one time: one pid namespace gives a pid out again when the process before has ended. */
static bool together(const struct model_known *one, const struct model_known *other)
{
	return one && other && one->space != other->space && model_text_same(one->boot, other->boot);
}

/*
 * What a process event is of. From it on so are the events of that pid; but one pid on two hosts, or in two
 * containers, at one place comes of joined traces, and then nobody can tell.
 */
static struct model_process *started(const struct facts *facts, struct model_known *here)
{
	struct model_known *identity = known_identity(facts);
	struct model_process *before = here->process, *process = identity ? identity->process : before;
	bool nameless = before && before->program && !before->program->name.at && !before->program->exe.at;

	if (!process && nameless && !here->mixed)
		process = before;
	if (!process || (!identity && before && other_host(facts, before)))
		process = new_process(facts);
	if (!process)
		return NULL;
	if (identity) {
		struct model_known *holder = known_holder(facts, facts->event->head.pid);

		identity->process = process;
		process->identity = identity;
		if (holder)
			holder->process = process;
	}
	if (here->mixed)
		return process;
	here->mixed = before && before != process &&
		      (other_host(facts, before) || together(before->identity, identity));
	here->process = here->mixed ? unknown(facts, MODEL_GAP_MIXED) : process;
	return process;
}

struct model_process *facts_process(const struct facts *facts)
{
	struct model_known *here = known_here(facts);

	if (!here)
		return NULL;
	if (facts->event->head.event == TR_E_process)
		return started(facts, here);
	if (!here->process)
		here->process = unknown(facts, MODEL_GAP_START);
	return here->process && here->process->program ? here->process : NULL;
}

static struct model_program *program_of(const struct facts *facts)
{
	char space[32];
	int length = snprintf(space, sizeof(space), "pid:[%ju]",
			      (uintmax_t)facts_number(facts, TR_F_PID_NAMESPACE));
	const struct model_text container = {space, (size_t)length}, none = {0};
	const struct model_text texts[5] = {
		facts_text(facts, TR_F_COMMAND),
		facts_text(facts, TR_F_HOST),
		facts_has(facts, TR_F_PID_NAMESPACE) ? container : none,
		facts_text(facts, TR_F_EXE),
		facts_text(facts, TR_F_SCRIPT),
	};

	return facts_program(facts, texts);
}

/* One that began after its child is another one, which got the pid. */
static void learn_fork(const struct facts *facts)
{
	struct model_process *process = facts->process;
	struct model_known *holder = NULL;

	if (!facts_has(facts, TR_F_FORKED_PID)) {
		process->fork = (struct model_fork){0};
		return;
	}
	if (process->fork.from || !process->identity)
		return;
	holder = known_holder(facts, facts_number(facts, TR_F_FORKED_PID));
	if (!holder || !holder->process || holder->process == process ||
	    holder->process->identity->started > process->identity->started)
		return;
	process->fork = (struct model_fork){
		.from = holder->process,
		.image = holder->process->image,
		.time = facts->event->time,
		.seq = facts_number(facts, TR_F_FORKED_SEQ),
		.tid = (uint32_t)facts_number(facts, TR_F_FORKED_TID),
	};
}

/* Once a file, and again when another program is executed: that one has none of the handles. */
void learn_process(struct facts *facts)
{
	struct model_process *process = facts->process;
	struct model_program *program = program_of(facts), *before = process->program;

	if (!program)
		return;
	facts_keep(facts, &program->args, facts_text(facts, TR_F_ARGS));
	facts_keep(facts, &program->cgroup, facts_text(facts, TR_F_CGROUP));
	process->uid_known = facts_has(facts, TR_F_UID);
	process->uid = (uint32_t)facts_number(facts, TR_F_UID);
	process->clock_offset = (int64_t)facts_number(facts, TR_F_CLOCK_OFFSET);
	process->calls = !model_text_is(facts_text(facts, TR_F_LEVEL), "audit");
	learn_fork(facts);
	if (program == before)
		return;
	process->program = program;
	process->zap = false;
	program->processes++;
	if (before && before->processes)
		process->image = ++facts->model->images;
	model_zmq_closes(process->zmq, facts->event->time);
	if (!process->calls)
		facts_gap(facts, MODEL_GAP_LEVEL, (struct model_about){.why = {0}}, 1);
}
