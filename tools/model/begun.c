/* SPDX-License-Identifier: MIT */
/*
 * Handshakes that began and of which no end is in the traces: the process was ended by a signal, or goes on.
 * Only where calls are in the trace can that be told.
 */
#include "tools/model/facts.h"

#define CONTINUE_NEEDED 1 /* GSS_S_CONTINUE_NEEDED */
#define GENERATIONS 64	  /* of forks that are looked through */

static void end(struct model_handle *context)
{
	context->begun_in = NULL;
	model_text_free(&context->begun_with);
}

static bool is_before(const struct model_handle *context, const struct model_fork *fork)
{
	return context->begun_tid == fork->tid ? context->begun_seq < fork->seq
					       : context->begun_at < fork->time;
}

/* That which this process has of those that it was forked from, if it has not ended there. NULL: none. */
static struct model_handle *inherited(const struct facts *facts)
{
	const struct model_fork *fork = &facts->process->fork;

	for (int i = 0; i < GENERATIONS && fork->from; i++) {
		struct model_handle *context = model_handle_of(&facts->model->contexts, fork->image,
							       facts_number(facts, TR_F_CONTEXT));

		if (context && context->begun_in && is_before(context, fork))
			return context;
		if (fork->from->image != fork->image) /* it has executed another program */
			break;
		fork = &fork->from->fork;
	}
	return NULL;
}

void learn_begun(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT), major = facts_number(facts, TR_F_MAJOR);
	struct model_handle *context, *from;

	if (facts->event->head.depth || !handle || major >> 16 || !(major & CONTINUE_NEEDED))
		return;
	context = model_handle(facts->model, &facts->model->contexts, facts->process, handle);
	if (!context)
		return;
	context->whole = false;
	from = context->begun_in ? NULL : inherited(facts);
	context->begun_in = facts->process->program;
	context->begun_at = facts->event->time;
	context->begun_seq = facts->event->head.seq;
	context->begun_tid = facts->event->head.tid;
	if (facts_has(facts, TR_F_ACCEPTOR))
		facts_keep(facts, &context->begun_with, facts_text(facts, TR_F_ACCEPTOR));
	if (from)
		end(from);
}

/* Who throws a context of its parent's away has not ended that. */
void learn_begun_end(struct facts *facts)
{
	struct model_handle *context = model_handle_known(&facts->model->contexts, facts->process,
							  facts_number(facts, TR_F_CONTEXT));

	if (!context && facts_number(facts, TR_F_OUTCOME) != TR_OUTCOME_ABANDONED)
		context = inherited(facts);
	if (context)
		end(context);
}

static void settle(void *at, void *model)
{
	struct model_handle *context = at;
	const struct facts facts = {.model = model};

	if (context->begun_in)
		facts_gap_of(&facts, context->begun_in, MODEL_GAP_HANDSHAKE,
			     (struct model_about){.object = context->begun_with}, 1);
	context->begun_in = NULL;
}

void begun_settle(struct model *model)
{
	model_each(&model->contexts, settle, model);
}
