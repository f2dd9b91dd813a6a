/* SPDX-License-Identifier: MIT */
/*
 * GT0001. MIT finds out when the first token is to be made, not when credentials are acquired. One status has
 * several texts; what the cache is now decides.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/client_keytab.h"
#include "tools/diagnose/init_cause.h"

#include <string.h>

static const char *trouble(struct diagnose_case *c, const struct probe_ccache *cache)
{
	switch (cache->state) {
	case PROBE_MISSING:
		return "does not exist";
	case PROBE_EMPTY:
		return cache->file.exists && !cache->file.size ? "is an empty file" : "is empty";
	case PROBE_FAILED:
		return case_format(c, "cannot be used: %s", cache->text ? cache->text : "nobody says why");
	default:
		break;
	}
	for (size_t i = 0; i < cache->count; i++)
		if (!strncmp(cache->tickets[i].server, "krbtgt/", 7))
			return NULL;
	return cache->state == PROBE_OK ? "has no ticket-granting ticket" : NULL;
}

static void where_from(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache)
{
	const char *setting = talk_setting(c, c->init, TR_F_KRB5CCNAME);
	const char *stored = case_stored(c, c->init, "ccache");

	if (stored)
		finding_evidence(finding, "the program asks for the cache %s by a credential store", stored);
	else if (setting)
		finding_evidence(finding, "KRB5CCNAME=%s is in its environment", setting);
	else
		finding_evidence(finding,
				 "KRB5CCNAME is not in its environment, so it is the default of uid %u",
				 c->init->process->uid);
	if (cache->state == PROBE_OK)
		finding_evidence(finding, "of %s it has %s%s", cache->principal, cache->tickets[0].server,
				 cache->count > 1 ? " and others" : "");
}

/* libkrb5 gets tickets by itself where there is such a keytab. */
static void by_keytab(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = case_client_keytab(c);

	if (keytab && (keytab->state == PROBE_MISSING || keytab->state == PROBE_DENIED) &&
	    client_keytab_named(c))
		finding_evidence(finding, "its client keytab %s %s", keytab->name,
				 keytab->state == PROBE_MISSING ? "does not exist" : "may not be read");
	finding_remedy(finding, "of a daemon: give it a client keytab, KRB5_CLIENT_KTNAME; cron, systemd and "
				"sudo drop KRB5CCNAME");
}

bool diagnose_no_ccache(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = about_cache(c);
	const struct probe_ccache *cache = step ? case_ccache(c) : NULL;
	const char *why = cache ? trouble(c, cache) : NULL;

	if (!why || client_keytab_fails(c))
		return false;
	finding_cause(finding, "%s uses the ticket cache %s, which %s", case_name(c, c->init), cache->name,
		      why);
	where_from(c, finding, cache);
	said_evidence(c, finding, step);
	finding_remedy(finding, "get a ticket as the user that the program runs as:");
	kinit_remedy(c, finding, cache, cache->principal ? cache->principal : wanted_client(c, step));
	by_keytab(c, finding);
	return true;
}
