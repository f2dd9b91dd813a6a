/* SPDX-License-Identifier: MIT */
/* What two policies say differently of what traces hold. */
#include "tools/replay/judge.h"
#include "tools/replay/policies.h"
#include "tools/replay/words.h"

#include <string.h>

enum { SAME, ONLY_A_ALLOWS, ONLY_B_ALLOWS, OTHERWISE, KINDS };

static int kind_of(enum pol_action a, enum pol_action b)
{
	if (a == b)
		return SAME;
	if (b == POL_DENY)
		return ONLY_A_ALLOWS;
	return a == POL_DENY ? ONLY_B_ALLOWS : OTHERWISE;
}

struct difference {
	int kind;
	struct replay_judged by[2];
};

static struct difference difference(const struct replay_diff *diff, const struct replay_case *c)
{
	struct difference d;

	for (int i = 0; i < 2; i++)
		replay_judge(diff->pols[i], c, &d.by[i], NULL, NULL);
	/* Of a use about which one of them cannot be asked nothing is said. */
	d.kind = d.by[0].open || d.by[1].open ? SAME : kind_of(d.by[0].action, d.by[1].action);
	return d;
}

static void say_side(struct out *out, const char *name, const struct replay_judged *by)
{
	out_str(out, "        ");
	out_safe(out, name);
	out_str(out, ": ");
	out_safe(out, by->action == POL_ALLOW ? "allowed" : by->by.reason);
	out_char(out, '\n');
}

static void say_case(struct out *out, const struct replay_diff *diff, const struct replay_case *c,
		     const struct difference *d)
{
	out_str(out, "    ");
	words_example(out, c, 0);
	if (c->count > 1) {
		out_str(out, " (");
		out_unsigned(out, c->count);
		out_str(out, " times)");
	}
	out_char(out, '\n');
	for (int i = 0; i < 2; i++)
		say_side(out, diff->names[i], &d->by[i]);
}

static void say_head(struct out *out, const struct replay_diff *diff, int kind, uint64_t count)
{
	const char *const *names = diff->names;

	if (kind == OTHERWISE) {
		out_str(out, "Changed or secured by one of them alone: ");
	} else {
		out_safe(out, names[kind == ONLY_B_ALLOWS]);
		out_str(out, " allows, and ");
		out_safe(out, names[kind != ONLY_B_ALLOWS]);
		out_str(out, " refuses: ");
	}
	out_unsigned(out, count);
	out_char(out, '\n');
}

static bool judges(const struct replay_diff *diff, const struct replay_case *c)
{
	return pol_judges_use(diff->pols[0], (enum pol_use)c->is.use) ||
	       pol_judges_use(diff->pols[1], (enum pol_use)c->is.use);
}

bool replay_diff_print(struct replay *replay, struct out *out)
{
	struct replay_diff *diff = (struct replay_diff *)replay;
	uint64_t count[KINDS] = {0}, contexts = 0, uses = 0, endpoints = 0;
	bool judged = pol_judges_uses(diff->pols[0]) || pol_judges_uses(diff->pols[1]);

	for (const struct replay_case *c = replay->first; c; c = c->next) {
		if (case_is_endpoint(c))
			endpoints += c->count;
		else if (c->is.kind == CASE_CONTEXT)
			contexts += c->count;
		else
			uses += judges(diff, c) ? c->count : 0;
		count[difference(diff, c).kind] += c->count;
	}
	diff->differs = count[ONLY_A_ALLOWS] + count[ONLY_B_ALLOWS] + count[OTHERWISE];
	out_str(out, "Of ");
	words_judged(out, contexts, judged ? uses : UINT64_MAX, endpoints);
	out_str(out, " the policies differ in ");
	out_unsigned(out, diff->differs);
	out_str(out, ".\n");
	for (int kind = ONLY_A_ALLOWS; kind < KINDS; kind++) {
		unsigned shown = 0;

		if (count[kind])
			say_head(out, diff, kind, count[kind]);
		for (const struct replay_case *c = replay->first; c && shown < REPLAY_DIFF_MOST;
		     c = c->next) {
			struct difference d = difference(diff, c);

			if (d.kind != kind)
				continue;
			say_case(out, diff, c, &d);
			shown++;
		}
	}
	return true;
}
