/* SPDX-License-Identifier: MIT */
/*
 * A summary for people: first what was not observed, who still has to move and what fails, then all there is,
 * by program. That all is well is only said when nothing that could fail went unobserved.
 */
#include "tools/view/summary.h"
#include "tools/view/summary_words.h"

#include <time.h>

static void any(void *at, void *context)
{
	const struct model_program *p = at;

	*(bool *)context |= p->endpoints.first || p->pairs.first;
}

void summary_text(struct out *out, struct model *model, uint64_t damaged)
{
	static const struct {
		enum model_state state;
		const char *heading, *colour;
	} lists[] = {
		{MODEL_STATE_UNSECURED, "Still to be secured: ", RED},
		{MODEL_STATE_UNENCRYPTED, "Authenticated, but not encrypted: ", RED},
		{MODEL_STATE_FAILING, "Failing: ", YELLOW},
		{MODEL_STATE_REFUSED, "Refused: ", YELLOW},
		{MODEL_STATE_UNOBSERVED, "Not observed: ", YELLOW},
		{MODEL_STATE_CURVE, "CURVE set, keys not observed: ", YELLOW},
		{MODEL_STATE_AUTHENTICATED, "Authenticated, and nothing seen to be protected: ", YELLOW},
	};
	uint64_t gaps = summary_gaps(out, model, false, damaged), found = 0;
	bool something = false;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		found += summary_urgent(out, model, lists[i].state, lists[i].heading, lists[i].colour);
	summary_terms(out, model, (uint64_t)time(NULL));
	gaps += summary_gaps(out, model, true, 0);
	model_each(&model->programs, any, &something);
	if (!something)
		out_str(out, "No endpoint and no security context is in these traces.\n");
	else if (!found)
		out_str(out, gaps ? "Nothing else that was seen is unsecured or fails; what was not observed "
				    "may be.\n"
				  : "Nothing that was seen is unsecured, and nothing fails.\n");
	model_each(&model->programs, summary_program, out);
}
