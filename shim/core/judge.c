/* SPDX-License-Identifier: MIT */
/*
 * A verdict applied: asked for topic by topic, recorded with its rule and line, and in audit mode passed
 * over.
 */
#include "shim/core/judge.h"

#include "shim/core/record.h"

bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject)
{
	struct tr_draft *d = tap_event(scope, verdict->audit ? TR_E_would_refuse : TR_E_refused);

	if (d) {
		tr_comment(d, verdict->audit ? "would refuse: " : "refused: ");
		tr_comment(d, verdict->reason);
		tr_put_u32(d, TR_F_CALL, scope->call);
		tr_put_text(d, TR_F_RULE, verdict->rule);
		if (verdict->line)
			tr_put_u32(d, TR_F_LINE, verdict->line);
		tr_put_text(d, TR_F_REASON, verdict->reason);
		tr_put_text(d, TR_F_SUBJECT, subject);
		tr_commit(d);
	}
	return !verdict->audit;
}

enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, bool told,
			  const char *subject, struct pol_verdict *verdict)
{
	enum pol_action worst = POL_ALLOW;

	for (int topic = 0; topic < POL_TOPICS; topic++) {
		enum pol_action action = pol_judge(&tap_policy, facts, (enum pol_topic)topic, verdict);

		if (action == POL_ALLOW || (told ? !tap_refuses(scope, verdict, subject) : verdict->audit))
			continue;
		if (action == POL_DENY)
			return POL_DENY;
		worst = POL_CHANGE;
	}
	return worst;
}
