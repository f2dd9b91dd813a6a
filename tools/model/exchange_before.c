/* SPDX-License-Identifier: MIT */
/*
 * What a process did before a handshake and for it: names that it imported, credentials that it acquired. A
 * call belongs to the handshake of the role that it is for that comes next, by its thread or the first one.
 */
#include "tools/model/exchange_parts.h"

static bool is_name(const struct model_step *step)
{
	return step->call == TR_gss_import_name;
}

/* A name belongs to the credential that is acquired for it, else to who initiates. */
static bool name_is_acceptors(const struct model_step *name)
{
	for (const struct model_step *step = name->next; step; step = step->next)
		if (!is_name(step) && model_text_same(step->name, name->name))
			return step->usage != 1;
	return false;
}

/* usage: as <gssapi.h> has it; 0 both, 1 initiate, 2 accept. */
static bool belongs(const struct model_step *step, const struct model_talk *talk)
{
	bool initiates = talk->role == TR_ROLE_INITIATOR;

	if (step->time > talk->first || (step->tid != talk->tid && step->tid != talk->pid))
		return false;
	if (is_name(step) && talk->credential)
		return model_text_same(step->name, talk->steps.last->name);
	if (is_name(step))
		return name_is_acceptors(step) != initiates;
	return step->usage == 0 || (step->usage == 1) == initiates;
}

void exchange_take_before(struct exchanges *exchanges, const struct model_talk *talk,
			  struct model_steps *before)
{
	struct exchange_process *process;
	struct model_steps left = {0};
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, talk->process->image);
	process = model_node_find(&exchanges->processes, &key);
	model_key_end(&key);
	if (!process)
		return;
	for (struct model_step *step = process->before.first, *next; step; step = next) {
		next = step->next;
		/* Asked while those behind it still are there. */
		model_steps_add(belongs(step, talk) ? before : &left, step);
	}
	process->before = left;
}

/* Bounded: a process may import names for ever and never need them. */
void exchange_keep_before(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_process *process;
	struct model_step *step = facts_step(facts);
	bool made;

	process = step ? facts_get(facts, &exchanges->processes, sizeof(*process), &facts->process->image, 1,
				   NULL, 0, &made)
		       : NULL;
	if (!process) {
		if (step)
			model_step_free(step);
		return;
	}
	model_steps_add(&process->before, step);
	if (process->before.count > EXCHANGE_BEFORE)
		model_step_free(model_steps_take(&process->before));
}
