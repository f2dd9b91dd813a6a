/* SPDX-License-Identifier: MIT */
/*
 * GT0001. MIT finds out when the first token is to be made, not when credentials are acquired. One status has
 * several texts; what the cache is now decides.
 */
#include "tools/diagnose/checks.h"

static bool about_the_cache(const struct model_talk *talk)
{
	return talk_says(talk, 195) || talk_says(talk, 141) ||
	       talk_says_text(talk, "No Kerberos credentials available") ||
	       talk_says_text(talk, "No credentials cache found") ||
	       talk_says_text(talk, "Can't find client principal");
}

bool diagnose_no_ccache(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_ccache *cache;
	const char *setting;

	if (!c->init || case_failed(c) != c->init || !about_the_cache(c->init))
		return false;
	cache = case_ccache(c);
	if (!cache || (cache->state != PROBE_MISSING && cache->state != PROBE_EMPTY))
		return false;
	finding_cause(finding, "%s uses the ticket cache %s, which %s", case_program(c, c->init), cache->name,
		      cache->state == PROBE_MISSING ? "does not exist" : "is empty");
	setting = talk_setting(c, c->init, TR_F_KRB5CCNAME);
	if (setting)
		finding_evidence(finding, "KRB5CCNAME=%s is in its environment", setting);
	else
		finding_evidence(finding,
				 "KRB5CCNAME is not in its environment, so it is the default of uid %u",
				 c->init->process->uid);
	finding_remedy(finding, "get a ticket as the user that the program runs as:");
	finding_command(finding, "kinit -c %s PRINCIPAL", case_word(c, cache->name));
	finding_remedy(finding, "of a daemon: give it a client keytab, KRB5_CLIENT_KTNAME; cron, systemd and "
				"sudo drop KRB5CCNAME");
	return true;
}
