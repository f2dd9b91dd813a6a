/* SPDX-License-Identifier: MIT */
/*
 * Who runs, and what of it is not observed: calls that do not reach us, events that were lost, a policy that
 * could not be used, a trace without calls, or without a beginning.
 */
#include "tools/model/facts.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct sum_text literal(const char *text)
{
	return (struct sum_text){(char *)text, strlen(text)};
}

/* What an event is of, until a process event says more: one of its own. */
static struct sum_program *unknown(const struct facts *facts, const struct sum_process *process)
{
	const struct sum_text texts[5] = {{0}, {0}, {(char *)process->node.key, process->node.length}};
	struct sum_program *program = facts_program(facts, texts);

	if (program)
		sum_text_free(&program->container); /* was the key only */
	return program;
}

struct sum_process *facts_process(const struct facts *facts)
{
	const struct tr_event *event = facts->event;
	struct summary *s = facts->summary;
	struct sum_process *process;
	struct sum_key key;
	bool made;

	sum_key_begin(&key);
	sum_key_number(&key, event->file);
	sum_key_number(&key, event->interface);
	sum_key_number(&key, event->head.pid);
	process = sum_node_get(&s->processes, &key, sizeof(*process), &made);
	sum_key_end(&key);
	s->failed |= !process;
	if (!made)
		return process;
	process->calls = true;
	if (event->head.event != TR_E_process) {
		struct facts here = {event, s, process};
		struct sum_gap *gap;

		process->program = unknown(facts, process);
		gap = process->program ? facts_gap(&here, SUM_GAP_START, (struct sum_text){0},
						   (struct sum_text){0}, (struct sum_text){0})
				       : NULL;
		if (gap)
			gap->count = 1;
	}
	return process->program || event->head.event == TR_E_process ? process : NULL;
}

void learn_process(struct facts *facts)
{
	struct sum_text level = facts_text(facts, TR_F_LEVEL);
	char space[32];
	int length = snprintf(space, sizeof(space), "pid:[%ju]",
			      (uintmax_t)facts_number(facts, TR_F_PID_NAMESPACE));
	const struct sum_text container = {space, (size_t)length}, none = {0};
	const struct sum_text texts[5] = {
		facts_text(facts, TR_F_COMMAND),
		facts_text(facts, TR_F_HOST),
		facts_has(facts, TR_F_PID_NAMESPACE) ? container : none,
		facts_text(facts, TR_F_EXE),
		facts_text(facts, TR_F_SCRIPT),
	};
	struct sum_program *program = facts_program(facts, texts);
	struct sum_gap *gap;

	if (!program) {
		facts->process = NULL;
		return;
	}
	facts->process->program = program;
	program->processes++;
	facts->process->zap = false;
	facts->process->calls = !level.at || !sum_text_same(level, literal("audit"));
	if (facts->process->calls)
		return;
	gap = facts_gap(facts, SUM_GAP_LEVEL, (struct sum_text){0}, (struct sum_text){0},
			(struct sum_text){0});
	if (gap)
		gap->count++;
}

void learn_coverage(struct facts *facts)
{
	struct sum_gap *gap;

	if (!facts_has(facts, TR_F_REACHED) || facts_number(facts, TR_F_REACHED))
		return;
	gap = facts_gap(facts, SUM_GAP_COVERAGE, facts_text(facts, TR_F_OBJECT),
			facts_text(facts, TR_F_LIBRARY), facts_text(facts, TR_F_HOW));
	if (gap)
		gap->count++;
}

void learn_policy(struct facts *facts)
{
	struct sum_gap *gap;

	if (sum_text_same(facts_text(facts, TR_F_OUTCOME_TEXT), literal("loaded")))
		return;
	gap = facts_gap(facts, SUM_GAP_POLICY, facts_text(facts, TR_F_PATH), (struct sum_text){0},
			facts_text(facts, TR_F_REASON));
	if (gap)
		gap->count++;
}

void learn_dropped(struct facts *facts)
{
	struct sum_gap *gap = facts_gap(facts, SUM_GAP_LOST, (struct sum_text){0}, (struct sum_text){0},
					facts_text(facts, TR_F_WHY));
	uint64_t count = facts_number(facts, TR_F_COUNT);

	facts->process->program->dropped += count;
	if (gap)
		gap->count += count;
}
