/* SPDX-License-Identifier: MIT */
/*
 * Contexts that one process exports and another imports: what passes there counts for whose handshake it was.
 * They can be imported more than once, so they are kept, as many as handshakes that wait.
 */
#include "tools/model/facts.h"

#include <string.h>

static void exported(struct facts *facts)
{
	const struct model_handle *context = model_handle_known(&facts->model->contexts, facts->process,
								facts_number(facts, TR_F_CONTEXT));
	struct model_handshake *kept;
	bool made;

	if (!context || !context->tally[0])
		return;
	kept = facts_handshake(facts, TR_F_EXPORTED, true, &made);
	if (kept)
		memcpy(kept->waiting, context->tally, sizeof(kept->waiting));
}

static void imported(struct facts *facts)
{
	bool made;
	const struct model_handshake *kept = facts_handshake(facts, TR_F_EXPORTED, false, &made);
	uint64_t handle = facts_number(facts, TR_F_CONTEXT);
	struct model_handle *context =
		handle ? model_handle(facts->model, &facts->model->contexts, facts->process, handle) : NULL;

	if (!context)
		return;
	context->whole = true;
	if (kept)
		memcpy(context->tally, kept->waiting, sizeof(context->tally));
}

void learn_transfer(struct facts *facts)
{
	if (facts_number(facts, TR_F_MAJOR) >> 16)
		return;
	if (facts->event->head.call == TR_gss_export_sec_context)
		exported(facts);
	else if (facts->event->head.call == TR_gss_import_sec_context)
		imported(facts);
}
