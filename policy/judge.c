/* SPDX-License-Identifier: MIT */
/*
 * Security contexts: from facts to a verdict, by the rules of an image that pol_open has passed. What a
 * policy does not mention is allowed; what cannot be known is taken as the worse case. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

/* RFC 8062: such a name says that its bearer is not known, so a pattern like * must not let it in. */
static int anonymous(const char *peer)
{
	return !peer || !*peer || !strncmp(peer, "WELLKNOWN/ANONYMOUS@", 20);
}

static enum pol_action deny_unknown(const struct pol *pol, const struct pol_rule *list, const char *why,
				    struct pol_verdict *verdict)
{
	struct pol_say say = pol_decide(pol, verdict, POL_DENY, list);

	pol_say(&say, why);
	return verdict->action;
}

int pol_judges_peers(const struct pol *pol)
{
	return pol->state == POL_BROKEN ||
	       (pol->state == POL_READY && (pol->rule[POL_K_PEERS_ALLOW] || pol->rule[POL_K_PEERS_DENY]));
}

static enum pol_action judge_peer(const struct pol *pol, const struct pol_facts *facts,
				  struct pol_verdict *verdict)
{
	const struct pol_name *peer = facts->role == POL_INITIATOR ? &facts->acceptor : &facts->initiator;
	const struct pol_rule *allow = pol->rule[POL_K_PEERS_ALLOW];
	const struct pol_rule *deny = pol->rule[POL_K_PEERS_DENY], *item;
	struct pol_say say;

	if ((!allow && !deny) || (!peer->text && facts->moment == POL_BEFORE_TOKEN))
		return POL_ALLOW;
	if (anonymous(peer->text) || (facts->anonymous && facts->role == POL_ACCEPTOR))
		return deny_unknown(pol, allow ? allow : deny, " lets no unknown or anonymous peer pass",
				    verdict);
	if (!peer->whole)
		return deny_unknown(pol, allow ? allow : deny,
				    " lets no peer pass whose name is too long, or is no text", verdict);
	item = pol_matching(pol, deny, peer->text);
	if (item) {
		say = pol_decide(pol, verdict, POL_DENY, item);
		pol_say(&say, " forbids the peer ");
	} else if (!allow) {
		return POL_ALLOW;
	} else {
		item = pol_matching(pol, allow, peer->text);
		say = pol_decide(pol, verdict, item ? POL_ALLOW : POL_DENY, item ? item : allow);
		if (item)
			return POL_ALLOW;
		pol_say(&say, " does not list the peer ");
	}
	pol_say_quoted(&say, peer->text);
	return verdict->action;
}

/* RFC 2743's deleg flag, and MIT's for delegation where the realm's policy agrees (RFC 5896). */
#define ASKS_TO_DELEGATE (1u | 32768u)

static enum pol_action judge_delegation(const struct pol *pol, const struct pol_facts *facts,
					struct pol_verdict *verdict)
{
	const struct pol_rule *rule = pol->rule[POL_K_DELEGATION];
	bool strip, asked = facts->moment == POL_BEFORE_TOKEN && facts->flags_requested & ASKS_TO_DELEGATE;
	struct pol_say say;

	if (!rule || rule->word == POL_W_ALLOW || !(asked || facts->delegated))
		return POL_ALLOW;
	strip = rule->word == POL_W_STRIP;
	say = pol_decide(pol, verdict, strip ? POL_CHANGE : POL_DENY, rule);
	if (asked)
		pol_say(&say, strip ? " takes the request for delegation away"
				    : " refuses to delegate credentials");
	else
		pol_say(&say,
			strip ? " takes the delegated credential away" : " refuses delegated credentials");
	return verdict->action;
}

enum pol_action pol_judge(const struct pol *pol, const struct pol_facts *facts, enum pol_topic topic,
			  struct pol_verdict *verdict)
{
	static enum pol_action (*const judges[])(const struct pol *, const struct pol_facts *,
						 struct pol_verdict *) = {
		[POL_ABOUT_PEER] = judge_peer,
		[POL_ABOUT_DELEGATION] = judge_delegation,
	};

	_Static_assert(sizeof(judges) / sizeof(judges[0]) == POL_TOPICS, "each topic has its judge");
	return pol_settled(pol, verdict) ? verdict->action : judges[topic](pol, facts, verdict);
}
