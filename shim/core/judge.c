/* SPDX-License-Identifier: MIT */
/*
 * A verdict applied: asked for topic by topic, recorded with its rule and line, and in audit mode passed
 * over.
 */
#include "shim/core/judge.h"

#include "shim/core/program.h"
#include "shim/core/record.h"

/* Without a call it is about a connection, and our role in it. */
static bool refuses(const struct tap_scope *scope, enum pol_role role, const struct pol_verdict *verdict,
		    const char *subject)
{
	static const struct {
		uint16_t event;
		const char *comment;
	} told[2][2] = {
		{{TR_E_refused, "refused: "}, {TR_E_would_refuse, "would refuse: "}},
		{{TR_E_changed, "changed: "}, {TR_E_would_change, "would change: "}},
	};
	const int change = verdict->action == POL_CHANGE, would = verdict->audit != 0;
	struct tr_draft *d = tap_event(scope, told[change][would].event);

	if (d) {
		tr_comment(d, told[change][would].comment);
		tr_comment(d, verdict->reason);
		if (scope->call)
			tr_put_u32(d, TR_F_CALL, scope->call);
		else if (role)
			tr_put_u32(d, TR_F_ROLE, role == POL_INITIATOR ? TR_ROLE_CLIENT : TR_ROLE_SERVER);
		tr_put_text(d, TR_F_RULE, verdict->rule);
		if (verdict->line)
			tr_put_u32(d, TR_F_LINE, verdict->line);
		tr_put_text(d, TR_F_REASON, verdict->reason);
		tr_put_text(d, TR_F_SUBJECT, subject);
		tr_commit(d);
	}
	return !verdict->audit;
}

bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject)
{
	return refuses(scope, (enum pol_role)0, verdict, subject);
}

void (*tap_acceptor_denies)(const char *peer);

struct hearer {
	struct pol_hearer hearer;
	const struct tap_scope *scope;
	enum pol_role role;
	unsigned *told;
	const char *subject;
};

/* Is it to be kept? In audit mode it is told once. */
static bool keeps(const struct pol_hearer *hearer, enum pol_topic topic, const struct pol_verdict *verdict)
{
	const struct hearer *h = (const struct hearer *)hearer;
	bool again = h->told && *h->told >> topic & 1;

	if (verdict->action == POL_ALLOW)
		return false;
	if (!h->told || (again && verdict->audit))
		return !verdict->audit;
	*h->told |= verdict->audit ? 1u << topic : 0;
	if (verdict->action == POL_DENY && h->role == POL_ACCEPTOR &&
	    __atomic_load_n(&tap_acceptor_denies, __ATOMIC_ACQUIRE))
		tap_acceptor_denies(h->subject);
	return refuses(h->scope, h->role, verdict, h->subject);
}

enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, unsigned *told,
			  const char *subject, struct pol_verdict *verdict)
{
	const struct pol *policy = tap_policy_take();
	struct pol_process process = tap_program(pol_judges_user(policy));
	struct hearer hearer = {{keeps}, scope, facts->role, told, subject};
	struct pol_facts known = *facts;
	enum pol_action worst;

	known.process = &process;
	worst = pol_judge_context(policy, &known, verdict, &hearer.hearer);
	tap_policy_give(policy);
	return worst;
}

enum pol_action tap_judge_use(const struct tap_scope *scope, const struct pol_facts *facts, enum pol_use use,
			      bool again, const char *subject, struct pol_verdict *verdict)
{
	const struct pol *policy = tap_policy_take();
	struct pol_process process = tap_program(pol_judges_user(policy));
	struct pol_facts known = *facts;
	enum pol_action action;

	known.process = &process;
	action = pol_judge_use(policy, &known, use, verdict);
	tap_policy_give(policy);
	if (action == POL_ALLOW)
		return POL_ALLOW;
	if (scope && (!again || (verdict->action == POL_DENY && !verdict->audit)))
		refuses(scope, facts->role, verdict, subject);
	return verdict->audit ? POL_ALLOW : verdict->action;
}

bool tap_is_kicked(const struct tap_scope *scope, const struct pol_facts *facts, uint32_t since,
		   const char *subject, struct pol_verdict *verdict)
{
	const struct pol *policy = tap_policy_take();
	enum pol_action action = pol_judge_kick(policy, facts, since, verdict);

	tap_policy_give(policy);
	return action == POL_DENY && refuses(scope, facts->role, verdict, subject);
}

uint32_t tap_max_age(const struct pol_facts *facts)
{
	const struct pol *policy = tap_policy_take();
	struct pol_process process = tap_program(pol_judges_user(policy));
	struct pol_facts known = *facts;
	uint32_t age;

	known.process = &process;
	age = pol_max_age(policy, &known);
	tap_policy_give(policy);
	return age;
}
