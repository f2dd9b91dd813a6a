/* SPDX-License-Identifier: MIT */
/*
 * GT0026. The KDC knows the service, and gives no ticket for it: its answer says what is against it, and it
 * is asked again.
 */
#include "tools/diagnose/ask.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/tgt_refused.h"

#include <string.h>

static bool tgt(struct diagnose_case *c, struct finding *finding)
{
	const char *realm;
	const struct probe_ticket *ticket = tgt_refused(c, &realm);
	const struct probe_ccache *cache = ticket ? failed_cache(c) : NULL;

	if (!cache || ticket != probe_ccache_tgt(cache))
		return false;
	finding_cause(
		finding,
		"the KDC of %s does not take the ticket-granting ticket in %s: it has another key by now",
		realm, cache->name);
	said_evidence(c, finding, tgt_refusal(c));
	finding_evidence(finding, "asked for another service, the KDC still does not take it");
	finding_remedy(finding, "get a ticket anew:");
	kinit_remedy(c, finding, cache, cache->principal);
	return true;
}

/* With whose ticket-granting ticket the KDC was asked, or NULL. */
static const char *client(struct diagnose_case *c)
{
	const struct probe_ccache *cache = failed_cache(c);

	return cache && probe_ccache_tgt(cache) ? cache->principal : NULL;
}

static bool for_its_entry(struct diagnose_case *c, struct finding *finding, const struct model_step *step,
			  const char *service)
{
	if (step == talk_says(c->init, SAYS_SERVICE_EXPIRED)) {
		finding_cause(finding, "the KDC gives no ticket for %s: its entry there has expired",
			      service);
		finding_remedy(finding, "to have tickets given for it again:");
		kadmin_remedy(c, finding, "modprinc -expire never", service);
	} else if (step == talk_says(c->init, SAYS_USER2USER_ONLY)) {
		finding_cause(finding,
			      "the KDC gives no ticket for %s: it is marked there as no service (-allow_svr)",
			      service);
		finding_remedy(finding, "if it is the right name, and a service:");
		kadmin_remedy(c, finding, "modprinc +allow_svr", service);
	} else if (step == talk_says(c->init, SAYS_POLICY) && client(c)) {
		finding_cause(finding, "the KDC gives no ticket for %s: its policy is against it", service);
		finding_remedy(finding, "see what is allowed for it:");
		kadmin_remedy(c, finding, "getprinc", service);
		finding_remedy(finding, "where its attributes have DISALLOW_TGT_BASED, take that away:");
		kadmin_remedy(c, finding, "modprinc +allow_tgs_req", service);
	} else {
		return false;
	}
	return true;
}

static bool for_the_login(struct diagnose_case *c, struct finding *finding, const struct model_step *step,
			  const char *service)
{
	const char *who = client(c);
	bool hardware = step == talk_says_text(c->init, "NO HW PREAUTH");

	if (!who || (!hardware && step != talk_says_text(c->init, "NO PREAUTH")))
		return false;
	finding_cause(
		finding,
		"the KDC gives no ticket for %s: that wants clients that have pre-authenticated%s, and %s "
		"has not",
		service, hardware ? " with hardware" : "", who);
	if (hardware) {
		finding_remedy(finding, "log in with hardware, or do not ask for that:");
		kadmin_remedy(c, finding, "modprinc -requires_hwauth", service);
		return true;
	}
	finding_remedy(finding, "have the client do so, and get a ticket anew:");
	kadmin_remedy(c, finding, "modprinc +requires_preauth", who);
	kinit_remedy(c, finding, failed_cache(c), who);
	return true;
}

static const struct model_step *refusal(const struct model_talk *talk)
{
	static const unsigned codes[] = {SAYS_SERVICE_EXPIRED, SAYS_USER2USER_ONLY, SAYS_POLICY};
	const struct model_step *step = NULL;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(talk, codes[i]);
	if (!step)
		step = talk_says_text(talk, "NO HW PREAUTH");
	return step ? step : talk_says_text(talk, "NO PREAUTH");
}

bool diagnose_service_refused(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step;
	const struct probe_service *answer;
	const char *service;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0 || c->ap_req)
		return false;
	if (tgt(c, finding))
		return true;
	step = refusal(c->init);
	service = step ? full_service(c, step) : NULL;
	answer = service ? ask_service(c, service) : NULL;
	if (answer && !answer->code) {
		list_take(&c->unseen,
			  must_format("what the KDC said then: by now it gives a ticket for %s", service));
		return false;
	}
	if (!service ||
	    (!for_its_entry(c, finding, step, service) && !for_the_login(c, finding, step, service)))
		return false;
	said_evidence(c, finding, step);
	if (answer)
		finding_evidence(finding, "asked again, the KDC says \"%s\"", answer->text);
	return true;
}
