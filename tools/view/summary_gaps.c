/* SPDX-License-Identifier: MIT */
/*
 * What was not observed, of all programs: first of all that is printed, for what was not seen may be
 * anything.
 */
#include "tools/view/summary_words.h"

#define AT_MOST 10 /* lines of one heading: what there is of everything is in JSON */

static void say_gap(struct out *out, const struct model_gap *g)
{
	const struct model_about *about = &g->about;

	switch (g->kind) {
	case MODEL_GAP_COVERAGE:
		if (about->family.at) {
			say_words(out, about->family);
			out_str(out, "_ ");
		}
		out_str(out, "calls of ");
		say_words_or(out, about->object, "an object");
		out_str(out, " to ");
		say_words_or(out, about->library, "a library");
		out_str(out, " do not reach gsstap");
		break;
	case MODEL_GAP_EXEC:
		out_str(out, "what became of ");
		say_words_or(out, about->object, "a program");
		out_str(out, ", which it executed without gsstap ");
		say_plural(out, g->count, "time");
		break;
	case MODEL_GAP_LOST:
		out_str(out, "events that were lost: ");
		out_unsigned(out, g->count);
		break;
	case MODEL_GAP_POLICY:
		out_str(out,
			"a policy that could not be used, so that all it would have judged is refused: ");
		say_words_or(out, about->object, "its path is not known");
		break;
	case MODEL_GAP_LEVEL:
		out_str(out, "what it binds and connects by itself: its trace is of level audit");
		break;
	case MODEL_GAP_START:
		out_str(out, "how it began: these traces have no process event of it");
		break;
	case MODEL_GAP_HANDSHAKE:
		out_str(out, "the end of a handshake with ");
		say_words_or(out, about->object, "an initiator that it did not learn of");
		out_str(out, ", which it began ");
		say_plural(out, g->count, "time");
		break;
	case MODEL_GAP_MIXED:
		out_str(out, "whose its events are: two hosts or containers have this pid, and what joined "
			     "their traces did not keep them apart");
		break;
	}
	if (about->why.at) {
		out_str(out, ": ");
		say_words(out, about->why);
	}
	out_char(out, '\n');
}

struct gap_pass {
	struct out *out;
	bool chosen, print; /* chosen: what nobody asked to be recorded; else what went wrong */
	uint64_t count, printed;
	const struct model_program *program;
};

static void one_gap(void *at, void *context)
{
	const struct model_gap *g = at;
	struct gap_pass *pass = context;

	if ((g->kind == MODEL_GAP_LEVEL) != pass->chosen)
		return;
	if (!pass->print) {
		pass->count++;
		return;
	}
	if (++pass->printed > AT_MOST)
		return;
	out_str(pass->out, "  ");
	say_program(pass->out, pass->program);
	out_str(pass->out, ": ");
	say_gap(pass->out, g);
}

static void gaps_of(void *at, void *context)
{
	struct model_program *program = at;
	struct gap_pass *pass = context;

	pass->program = program;
	model_each(&program->gaps, one_gap, pass);
}

uint64_t summary_gaps(struct out *out, struct model *model, bool chosen, uint64_t damaged)
{
	struct gap_pass pass = {.out = out, .chosen = chosen, .count = !!damaged};

	model_each(&model->programs, gaps_of, &pass);
	if (!pass.count)
		return 0;
	out_paint(out, YELLOW);
	out_str(out, chosen ? "Not recorded: " : "Gaps in what was observed: ");
	out_unsigned(out, pass.count);
	out_paint(out, PLAIN);
	out_char(out, '\n');
	if (damaged)
		out_str(out, "  not all of the traces could be read: standard error names what is missing or "
			     "damaged\n");
	pass.print = true;
	model_each(&model->programs, gaps_of, &pass);
	if (pass.printed > AT_MOST) {
		out_str(out, "  and ");
		out_unsigned(out, pass.printed - AT_MOST);
		out_str(out, " more, which --format json lists\n");
	}
	return pass.count;
}
