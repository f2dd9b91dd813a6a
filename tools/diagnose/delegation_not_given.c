/* SPDX-License-Identifier: MIT */
/*
 * GT0022. Nothing fails: the initiator asked to delegate its credentials, and the context was established
 * without. Why is seen in its ticket-granting ticket, or not at all.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/init_cause.h"
#include "tools/doctor/words.h"

#include <krb5/krb5.h>

#define DELEG 1		   /* GSS_C_DELEG_FLAG */
#define DELEG_POLICY 32768 /* GSS_C_DELEG_POLICY_FLAG */

bool wanted_to_delegate(const struct model_talk *talk)
{
	return talk->role == TR_ROLE_INITIATOR && talk->outcome == TR_OUTCOME_ESTABLISHED &&
	       talk->ticket_enctype && !(talk->flags_ret & DELEG) &&
	       model_talk_flags_req(talk) & (DELEG | DELEG_POLICY);
}

/* Where krb5.conf enforces the mark, whoever asks for delegation needs it. */
static bool enforced(struct diagnose_case *c)
{
	const struct probe_config *config =
		model_talk_flags_req(c->init) & DELEG ? case_config(c, c->init) : NULL;

	return config && config->enforce_ok_as_delegate;
}

static bool by_policy(struct diagnose_case *c)
{
	return !(c->init->ticket_flags & TKT_FLG_OK_AS_DELEGATE) &&
	       (!(model_talk_flags_req(c->init) & DELEG) || enforced(c));
}

static void kinit_forwardable(struct diagnose_case *c, struct finding *finding,
			      const struct probe_ccache *cache)
{
	finding_command(finding, "kinit -f -c %s %s", case_word(c, cache->name),
			case_word(c, cache->principal));
}

static void not_forwardable(struct diagnose_case *c, struct finding *finding,
			    const struct probe_ccache *cache)
{
	const char *realm = realm_of(cache->principal);

	finding_evidence(finding, "the ticket-granting ticket in %s is not forwardable", cache->name);
	finding_remedy(finding,
		       "get one that is (forwardable = true in [libdefaults] makes it the default):");
	kinit_forwardable(c, finding, cache);
	finding_remedy(finding,
		       "if klist -f shows no F of that one either, the KDC does not let the account, or "
		       "anybody; where they are to be let, do so, and get one anew:");
	kadmin_remedy(c, finding, "modprinc +allow_forwardable", cache->principal);
	if (realm)
		kadmin_remedy(c, finding, "modprinc +allow_forwardable",
			      case_format(c, "krbtgt/%s@%s", realm, realm));
}

static void not_marked(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache,
		       const char *service)
{
	finding_evidence(finding, "the ticket is not marked ok-as-delegate by the KDC");
	if (service) {
		finding_remedy(finding,
			       "if this service is to be trusted with credentials, say so, and have the "
			       "client get a new ticket:");
		kadmin_remedy(c, finding, "modprinc +ok_as_delegate", service);
		if (cache)
			kinit_forwardable(c, finding, cache);
	}
	if (!enforced(c))
		return;
	finding_evidence(finding, "%s has enforce_ok_as_delegate = true in [libdefaults]",
			 words_config_file(case_config(c, c->init)));
	finding_remedy(finding,
		       "or remove that line, and whatever service the program asks to delegate to gets "
		       "credentials");
}

bool diagnose_delegation_not_given(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_ccache *cache;
	const struct probe_ticket *tgt;
	const char *service = case_service(c);

	if (!c->init || !wanted_to_delegate(c->init))
		return false;
	cache = case_ccache(c);
	if (cache && (cache->state != PROBE_OK || !cache->principal))
		cache = NULL;
	tgt = cache ? probe_ccache_tgt(cache) : NULL;
	finding_cause(finding,
		      "%s asked to delegate its credentials to %s, and the context was established "
		      "without%s",
		      case_name(c, c->init), service ? service : "the acceptor",
		      by_policy(c) ? ", since the KDC has not marked that ok-as-delegate" : "");
	finding_evidence(finding, "it asked for %s, and the flags that it got lack deleg",
			 model_talk_flags_req(c->init) & DELEG ? "deleg" : "deleg_policy");
	if (by_policy(c))
		not_marked(c, finding, cache, service);
	if (tgt && !(tgt->flags & TKT_FLG_FORWARDABLE))
		not_forwardable(c, finding, cache);
	else if (!by_policy(c))
		finding_remedy(finding, "see what libkrb5 does when it forwards: gsstap run --krb5-trace");
	return true;
}
