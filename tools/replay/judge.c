/* SPDX-License-Identifier: MIT */
/* See judge.h. */
#include "tools/replay/judge.h"

#include "policy/decide.h"

#include <stddef.h>
#include <string.h>

#define NAME_MOST 255 /* bytes of a principal that are known whole (TAP_NAME) */
#define ASKS_TO_DELEGATE 0x8001u
#define ANONYMOUS 64u	 /* GSS_C_ANON_FLAG */
#define CONFIDENTIAL 16u /* GSS_C_CONF_FLAG */

struct trial {
	struct pol_hearer hearer;
	const struct pol *pol;
	struct pol_process process;
	struct pol_facts facts;
	struct pol_groups groups;
	bool groups_asked; /* by the topic that is judged */
	struct replay_judged *judged;
	void (*heard)(void *context, const struct hearing_of *hearing);
	void *context;
	unsigned told;	  /* topics, as bits, that audit mode told of: once a context */
	bool waits;	  /* the last topic's verdict */
	bool denied;	  /* what audit mode lets follow a denial counts for nothing */
	bool undelegated; /* the request for delegation was taken away */
	uint16_t keyword; /* see hearing_of */
};

static struct pol_name name_of_case(struct model_text text)
{
	if (!text.at || !text.length)
		return (struct pol_name){NULL, false};
	return (struct pol_name){text.at, text.length < NAME_MOST && !memchr(text.at, 0, text.length)};
}

/* Where a script lies is known when it was given by its whole path. */
static const char *script_of(const struct replay_case *c)
{
	const char *given = c->texts[CASE_SCRIPT].at;

	if (c->is.no_script)
		return "";
	return given && *given == '/' ? given : NULL;
}

static void hear(const struct trial *trial, const struct pol_facts *facts, const struct pol_verdict *verdict)
{
	if (trial->heard && !trial->denied)
		trial->heard(trial->context, &(struct hearing_of){facts, trial->keyword, verdict});
}

/* The first denial, or else the first change. */
static void decide(struct trial *trial, const struct pol_verdict *verdict)
{
	if (trial->denied || (verdict->action != POL_DENY && trial->judged->action != POL_ALLOW))
		return;
	*trial->judged = (struct replay_judged){.action = verdict->action, .by = *verdict};
	trial->denied = verdict->action == POL_DENY;
}

/* No trace holds any. */
static bool each_group(const struct pol_groups *groups, const char *attribute, size_t length,
		       bool (*visit)(void *context, const char *text, bool idle), void *context)
{
	struct trial *trial = (struct trial *)((uintptr_t)groups - offsetof(struct trial, groups));

	(void)attribute;
	(void)length;
	(void)visit;
	(void)context;
	trial->groups_asked = true;
	return false;
}

static bool about_groups(const struct pol *pol, const struct pol_verdict *verdict)
{
	uint16_t keyword = verdict->number ? pol->image->rule[verdict->number - 1].keyword : 0;

	return keyword == POL_K_PEERS_ALLOW_GROUPS || keyword == POL_K_PEERS_DENY_GROUPS;
}

static bool keeps(const struct pol_hearer *hearer, enum pol_topic topic, const struct pol_verdict *verdict)
{
	struct trial *trial = (struct trial *)(uintptr_t)hearer;

	bool open = topic == POL_ABOUT_PEER && verdict->action == POL_DENY && trial->groups_asked &&
		    about_groups(trial->pol, verdict);

	/* Whatever the groups are, another topic may refuse it. */
	trial->judged->open |= open;
	if (open)
		return false;
	hear(trial, &trial->facts, verdict);
	if (verdict->action == POL_ALLOW || (verdict->audit && trial->told >> topic & 1))
		return false;
	trial->told |= 1u << topic;
	decide(trial, verdict);
	return !verdict->audit;
}

/* False: it is refused, and nothing follows. */
static bool moment(struct trial *trial, enum pol_moment moment)
{
	struct pol_verdict verdict;
	enum pol_action action;

	trial->facts.moment = moment;
	hear(trial, &trial->facts, NULL);
	action = pol_judge_context(trial->pol, &trial->facts, &verdict, &trial->hearer);
	trial->waits = action == POL_ALLOW && verdict.waits;
	if (action == POL_CHANGE) {
		trial->undelegated = true;
		trial->facts.flags_requested &= ~ASKS_TO_DELEGATE;
		trial->facts.flags_granted &= ~ASKS_TO_DELEGATE;
	}
	return action != POL_DENY;
}

static void take_ticket(struct pol_facts *facts, const struct replay_case *c)
{
	facts->kerberos = true;
	facts->initiator = name_of_case(c->texts[CASE_INITIATOR]);
	facts->acceptor = name_of_case(c->texts[CASE_ACCEPTOR]);
	facts->ticket_enctype = c->is.ticket_enctype;
	facts->store = name_of_case(c->texts[CASE_STORE]);
}

static void take_granted(struct pol_facts *facts, const struct replay_case *c, bool stripped)
{
	facts->initiator = name_of_case(c->texts[CASE_INITIATOR]);
	facts->acceptor = name_of_case(c->texts[CASE_ACCEPTOR]);
	facts->kerberos = c->is.kerberos;
	facts->ticket_enctype = c->is.ticket_enctype;
	facts->store = name_of_case(c->texts[CASE_STORE]);
	facts->session_enctype = c->is.session_enctype;
	facts->flags_granted = c->is.flags_granted & ~(stripped ? ASKS_TO_DELEGATE : 0);
	facts->anonymous = c->is.flags_granted & ANONYMOUS;
	facts->mech = c->texts[CASE_MECH].at;
	facts->mech_length = c->texts[CASE_MECH].length;
	facts->lifetime = c->is.has_lifetime ? c->is.lifetime : UINT32_MAX;
	facts->lifetime_known = c->is.has_lifetime;
	facts->delegated = c->is.delegated;
	facts->constrained = c->is.constrained;
	facts->bound = c->is.bound;
}

static void judge_context(struct trial *trial, const struct replay_case *c)
{
	struct pol_facts *facts = &trial->facts;
	bool open;

	facts->role = (enum pol_role)c->is.role;
	/* What a program asks for, or a negotiation comes to, is judged before a token of it leaves. */
	if (c->is.role == POL_INITIATOR) {
		facts->mech = c->texts[CASE_MECH].at;
		facts->mech_length = c->texts[CASE_MECH].length;
	}
	facts->flags_requested = c->is.flags_requested;
	facts->bound = c->is.bound_before;
	facts->lifetime = UINT32_MAX;
	if (!moment(trial, POL_BEFORE_TOKEN))
		return;
	open = trial->waits;
	if (c->is.role == POL_INITIATOR && c->is.kerberos) {
		take_ticket(facts, c);
		if (!moment(trial, POL_BEFORE_TOKEN))
			return;
	}
	if (!c->is.established)
		return;
	take_granted(facts, c, trial->undelegated);
	facts->delegation_open = open;
	if (c->is.role == POL_ACCEPTOR && (!c->texts[CASE_MECH].at || case_is_kerberos(c->texts[CASE_MECH])))
		facts->groups = &trial->groups;
	moment(trial, POL_ESTABLISHED);
	trial->judged->open &= trial->judged->action != POL_DENY;
	if (trial->judged->open)
		trial->judged->action = POL_ALLOW;
}

static enum pol_action use(struct trial *trial, enum pol_use use)
{
	struct pol_verdict verdict;
	enum pol_action action;

	trial->keyword = pol_use_keyword(use);
	hear(trial, &trial->facts, NULL);
	action = pol_judge_use(trial->pol, &trial->facts, use, &verdict);
	hear(trial, &trial->facts, &verdict);
	if (action != POL_ALLOW)
		decide(trial, &verdict);
	return action;
}

/* Is the verdict about what the traces do not say? */
static bool is_open(const struct trial *trial, const struct replay_case *c)
{
	const struct pol_verdict *by = &trial->judged->by;
	bool doubt = by->number && trial->pol->image->rule[by->number - 1].keyword == POL_K_MATCH;

	return c->is.unsure || (c->is.unknown && doubt) ||
	       (c->is.use == POL_GOES_ON && c->is.age == UINT32_MAX);
}

static void judge_use(struct trial *trial, const struct replay_case *c)
{
	struct pol_facts *facts = &trial->facts;

	facts->moment = POL_ESTABLISHED;
	facts->role = (enum pol_role)c->is.role;
	take_granted(facts, c, false);
	facts->age = c->is.age;
	/* What is to be encrypted, and cannot be, is refused: see shim/gss/use.c. */
	if (use(trial, (enum pol_use)c->is.use) == POL_CHANGE && c->is.use == POL_WRAPS_BARE &&
	    !(facts->flags_granted & CONFIDENTIAL))
		use(trial, POL_WRAPPED_BARE);
	if (trial->judged->action == POL_ALLOW || !is_open(trial, c))
		return;
	trial->judged->action = POL_ALLOW;
	trial->judged->open = true;
}

struct pol_endpoint replay_endpoint(const struct replay_case *c)
{
	return (struct pol_endpoint){
		.way = c->is.kind == CASE_BIND ? POL_BIND : POL_CONNECT,
		.endpoint = c->texts[CASE_ENDPOINT].at,
		.socket_type = (int)c->is.socket_type - 1,
		.mechanism = (int)c->is.mechanism - 1,
		.raw = c->is.raw != 0,
		.plaintext = c->is.mechanism == MODEL_GSSAPI + 1 ? (int)c->is.plaintext - 1 : 0,
	};
}

static void endpoint_verdict(struct trial *trial, const struct pol_verdict *verdict)
{
	hear(trial, NULL, verdict);
	decide(trial, verdict);
}

/* The option comes before the endpoint: see shim/zmq/option.c. */
static void judge_endpoint(struct trial *trial, const struct replay_case *c)
{
	struct pol_endpoint facts = replay_endpoint(c);
	struct pol_verdict verdict;

	if (facts.plaintext > 0) {
		enum pol_action action = pol_judge_plaintext(trial->pol, &verdict);

		endpoint_verdict(trial, &verdict);
		if (action == POL_DENY && !verdict.audit)
			return;
		facts.plaintext = action == POL_ALLOW || verdict.audit;
	}
	pol_judge_endpoint(trial->pol, &facts, &verdict);
	endpoint_verdict(trial, &verdict);
}

void replay_judge(const struct pol *pol, const struct replay_case *c, struct replay_judged *judged,
		  void (*heard)(void *context, const struct hearing_of *hearing), void *context)
{
	struct trial trial = {.hearer = {keeps},
			      .pol = pol,
			      .groups = {each_group},
			      .judged = judged,
			      .heard = heard,
			      .context = context};

	*judged = (struct replay_judged){.action = POL_ALLOW};
	if (case_is_endpoint(c)) {
		judge_endpoint(&trial, c);
		return;
	}
	trial.process = (struct pol_process){c->texts[CASE_PROGRAM].at, script_of(c),
					     c->is.has_user ? c->is.user : POL_NO_USER};
	trial.facts.process = &trial.process;
	(c->is.kind == CASE_USE ? judge_use : judge_context)(&trial, c);
}
