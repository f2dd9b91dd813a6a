/* SPDX-License-Identifier: MIT */
/*
 * Handshakes that began and of which no end is in the traces: the process was ended by a signal, or goes on.
 * Only where calls are in the trace can that be told.
 */
#include "tools/model/facts.h"

#define CONTINUE_NEEDED 1 /* GSS_S_CONTINUE_NEEDED */

void learn_begun(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT), major = facts_number(facts, TR_F_MAJOR);
	struct model_handle *context;

	if (facts->event->head.depth || !handle || major >> 16 || !(major & CONTINUE_NEEDED))
		return;
	context = model_handle(facts->model, &facts->model->contexts, facts->process, handle);
	if (!context)
		return;
	context->begun_by = facts->process;
	if (facts_has(facts, TR_F_ACCEPTOR))
		facts_keep(facts, &context->begun_with, facts_text(facts, TR_F_ACCEPTOR));
}

void learn_begun_end(struct facts *facts)
{
	struct model_handle *context = model_handle_known(&facts->model->contexts, facts->process,
							  facts_number(facts, TR_F_CONTEXT));

	if (!context)
		return;
	context->begun_by = NULL;
	model_text_free(&context->begun_with);
}

static void settle(void *at, void *model)
{
	struct model_handle *context = at;
	struct facts facts = {.model = model, .process = context->begun_by};

	if (facts.process && facts.process->program)
		facts_gap(&facts, MODEL_GAP_HANDSHAKE, (struct model_about){.object = context->begun_with},
			  1);
	context->begun_by = NULL;
}

void begun_settle(struct model *model)
{
	model_each(&model->contexts, settle, model);
}
