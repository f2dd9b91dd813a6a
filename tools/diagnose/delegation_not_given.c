/* SPDX-License-Identifier: MIT */
/*
 * GT0022. Nothing fails: the initiator asked to delegate its credentials, and the context was established
 * without. Why is seen in its ticket-granting ticket, or not at all.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/init_cause.h"

#include <krb5/krb5.h>

#define DELEG 1		   /* GSS_C_DELEG_FLAG */
#define DELEG_POLICY 32768 /* GSS_C_DELEG_POLICY_FLAG */

bool wanted_to_delegate(const struct model_talk *talk)
{
	return talk->role == TR_ROLE_INITIATOR && talk->outcome == TR_OUTCOME_ESTABLISHED &&
	       talk->ticket_enctype && !(talk->flags_ret & DELEG) &&
	       model_talk_flags_req(talk) & (DELEG | DELEG_POLICY);
}

static bool by_policy(const struct model_talk *talk)
{
	return !(model_talk_flags_req(talk) & DELEG) && !(talk->ticket_flags & TKT_FLG_OK_AS_DELEGATE);
}

static void not_forwardable(struct diagnose_case *c, struct finding *finding,
			    const struct probe_ccache *cache)
{
	finding_evidence(finding, "the ticket-granting ticket in %s is not forwardable", cache->name);
	finding_remedy(finding, "get one that is (forwardable = true in [libdefaults] makes it the default), "
				"if the KDC lets this account:");
	finding_command(finding, "kinit -f -c %s %s", case_word(c, cache->name),
			case_word(c, cache->principal));
}

bool diagnose_delegation_not_given(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_ccache *cache;
	const struct probe_ticket *tgt;
	const char *service = case_service(c);

	if (!c->init || !wanted_to_delegate(c->init))
		return false;
	cache = case_ccache(c);
	tgt = cache && cache->state == PROBE_OK ? probe_ccache_tgt(cache) : NULL;
	finding_cause(finding,
		      "%s asked to delegate its credentials to %s, and the context was established "
		      "without",
		      case_name(c, c->init), service ? service : "the acceptor");
	finding_evidence(finding, "it asked for %s, and the flags that it got lack deleg",
			 model_talk_flags_req(c->init) & DELEG ? "deleg" : "deleg_policy");
	if (by_policy(c->init)) {
		finding_evidence(finding, "the ticket is not marked ok-as-delegate by the KDC");
		if (service) {
			finding_remedy(finding,
				       "if this service is to be trusted with credentials, say so, and "
				       "have the client get a new ticket:");
			kadmin_remedy(c, finding, "modprinc +ok_as_delegate", service);
		}
	}
	if (tgt && !(tgt->flags & TKT_FLG_FORWARDABLE))
		not_forwardable(c, finding, cache);
	else if (!by_policy(c->init))
		finding_remedy(finding, "see what libkrb5 does when it forwards: gsstap run --krb5-trace");
	return true;
}
