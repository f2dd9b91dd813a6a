/* SPDX-License-Identifier: MIT */
/*
 * Who runs, and what of it is not observed: calls that do not reach us, events that were lost, a policy that
 * could not be used, a trace without calls, or without a beginning.
 */
#include "tools/model/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct model_text literal(const char *text)
{
	return (struct model_text){(char *)text, strlen(text)};
}

/* What an event is of, until a process event says more: one of its own. */
static struct model_program *unknown(const struct facts *facts, const struct model_process *process)
{
	const struct model_text texts[5] = {{0}, {0}, {(char *)process->node.key, process->node.length}};
	struct model_program *program = facts_program(facts, texts);

	if (program)
		model_text_free(&program->container); /* was the key only */
	return program;
}

struct model_process *facts_process(const struct facts *facts)
{
	const struct tr_event *event = facts->event;
	struct model *model = facts->model;
	struct model_process *process;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_number(&key, event->file);
	model_key_number(&key, event->interface);
	model_key_number(&key, event->head.pid);
	process = model_node_get(&model->processes, &key, sizeof(*process), &made);
	model_key_end(&key);
	model->failed |= !process;
	if (!made)
		return process;
	process->calls = true;
	if (event->head.event != TR_E_process) {
		struct facts here = {event, model, process};
		struct model_gap *gap;

		process->program = unknown(facts, process);
		gap = process->program ? facts_gap(&here, MODEL_GAP_START, (struct model_text){0},
						   (struct model_text){0}, (struct model_text){0})
				       : NULL;
		if (gap)
			gap->count = 1;
	}
	return process->program || event->head.event == TR_E_process ? process : NULL;
}

void learn_process(struct facts *facts)
{
	struct model_text level = facts_text(facts, TR_F_LEVEL);
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
	struct model_program *program = facts_program(facts, texts);
	struct model_gap *gap;

	if (!program) {
		facts->process = NULL;
		return;
	}
	facts->process->program = program;
	program->processes++;
	facts->process->zap = false;
	facts->process->calls = !level.at || !model_text_same(level, literal("audit"));
	if (facts->process->calls)
		return;
	gap = facts_gap(facts, MODEL_GAP_LEVEL, (struct model_text){0}, (struct model_text){0},
			(struct model_text){0});
	if (gap)
		gap->count++;
}

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

	if (model_text_same(facts_text(facts, TR_F_OUTCOME_TEXT), literal("loaded")))
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
