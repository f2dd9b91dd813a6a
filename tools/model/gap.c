/* SPDX-License-Identifier: MIT */
/*
 * What is not observed of a program: calls that do not reach us, events that were lost, a policy that could
 * not be used.
 */
#include "tools/model/facts.h"

#include <string.h>

void learn_coverage(struct facts *facts)
{
	struct model_gap *gap;

	if (!facts_has(facts, TR_F_REACHED) || facts_number(facts, TR_F_REACHED))
		return;
	gap = facts_gap(facts, MODEL_GAP_COVERAGE, facts_text(facts, TR_F_OBJECT),
			facts_text(facts, TR_F_LIBRARY), facts_text(facts, TR_F_HOW));
	if (gap)
		gap->count++;
}

void learn_policy(struct facts *facts)
{
	struct model_gap *gap;

	if (model_text_is(facts_text(facts, TR_F_OUTCOME_TEXT), "loaded"))
		return;
	gap = facts_gap(facts, MODEL_GAP_POLICY, facts_text(facts, TR_F_PATH), (struct model_text){0},
			facts_text(facts, TR_F_REASON));
	if (gap)
		gap->count++;
}

void learn_dropped(struct facts *facts)
{
	struct model_gap *gap = facts_gap(facts, MODEL_GAP_LOST, (struct model_text){0},
					  (struct model_text){0}, facts_text(facts, TR_F_WHY));
	uint64_t count = facts_number(facts, TR_F_COUNT);

	facts->process->program->dropped += count;
	if (gap)
		gap->count += count;
}
