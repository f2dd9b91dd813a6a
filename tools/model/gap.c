/* SPDX-License-Identifier: MIT */
/*
 * What is not observed of a program: calls that do not reach us, programs that were executed without us,
 * events that were lost, a policy that could not be used.
 */
#include "tools/model/facts.h"

static void keep_about(const struct facts *facts, struct model_about *at, const struct model_about *about)
{
	facts_keep(facts, &at->family, about->family);
	facts_keep(facts, &at->object, about->object);
	facts_keep(facts, &at->library, about->library);
	facts_keep(facts, &at->why, about->why);
}

/* *number is part of the key. */
static void *get(const struct facts *facts, struct model_list *list, size_t size, const uint64_t *number,
		 const struct model_about *about, bool *made)
{
	const struct model_text texts[] = {about->family, about->object, about->library, about->why};

	return facts_get(facts, list, size, number, 1, texts, 4, made);
}

void facts_gap_of(const struct facts *facts, struct model_program *program, enum model_gap_kind kind,
		  struct model_about about, uint64_t count)
{
	const uint64_t number = kind;
	struct model_gap *gap;
	bool made;

	gap = get(facts, &program->gaps, sizeof(*gap), &number, &about, &made);
	if (made) {
		gap->kind = kind;
		keep_about(facts, &gap->about, &about);
	}
	if (gap)
		gap->count += count;
}

void facts_gap(const struct facts *facts, enum model_gap_kind kind, struct model_about about, uint64_t count)
{
	facts_gap_of(facts, facts->process->program, kind, about, count);
}

/* One that was told of before has not come to be. */
static void take_back(const struct facts *facts, enum model_gap_kind kind, struct model_about about)
{
	struct model_list *gaps = &facts->process->program->gaps;
	const uint64_t number = kind;
	struct model_gap *gap;
	bool made;

	gap = get(facts, gaps, sizeof(*gap), &number, &about, &made);
	if (!gap || (gap->count && --gap->count))
		return;
	model_node_drop(gaps, &gap->node);
	model_gap_free(gap);
	model_node_free(&gap->node);
}

void learn_coverage(struct facts *facts)
{
	const struct model_about about = {facts_text(facts, TR_F_FAMILY), facts_text(facts, TR_F_OBJECT),
					  facts_text(facts, TR_F_LIBRARY), facts_text(facts, TR_F_HOW)};
	const uint64_t reached = facts_number(facts, TR_F_REACHED);
	struct model_coverage *coverage;
	bool made;

	if (!facts_has(facts, TR_F_REACHED))
		return;
	coverage = get(facts, &facts->process->program->coverage, sizeof(*coverage), &reached, &about, &made);
	if (made) {
		coverage->reached = reached;
		keep_about(facts, &coverage->about, &about);
	}
	if (coverage)
		coverage->processes++;
	if (!reached)
		facts_gap(facts, MODEL_GAP_COVERAGE, about, 1);
}

/* What was put back is observed: it has a trace of its own. That one failed is told after it was begun. */
void learn_exec(struct facts *facts)
{
	const struct model_about about = {.object = facts_text(facts, TR_F_PATH),
					  .why = facts_text(facts, TR_F_REASON)};

	if (facts_number(facts, TR_F_RESTORED))
		return;
	if (facts_has(facts, TR_F_ERRNO))
		take_back(facts, MODEL_GAP_EXEC, about);
	else
		facts_gap(facts, MODEL_GAP_EXEC, about, 1);
}

void learn_policy(struct facts *facts)
{
	const struct model_about about = {.object = facts_text(facts, TR_F_PATH),
					  .why = facts_text(facts, TR_F_REASON)};

	if (model_text_is(facts_text(facts, TR_F_OUTCOME_TEXT), "broken"))
		facts_gap(facts, MODEL_GAP_POLICY, about, 1);
}

void learn_dropped(struct facts *facts)
{
	const struct model_about about = {.why = facts_text(facts, TR_F_WHY)};
	uint64_t count = facts_number(facts, TR_F_COUNT);

	facts->process->program->dropped += count;
	facts_gap(facts, MODEL_GAP_LOST, about, count);
}
