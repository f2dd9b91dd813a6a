/* SPDX-License-Identifier: MIT */
/*
 * GT0017. The service is looked for in another realm than the client's, to which no way leads: mostly because
 * the host was mapped to it by mistake.
 */
#include "tools/diagnose/ask.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/local.h"
#include "tools/diagnose/realm_cause.h"
#include "tools/diagnose/service_unknown.h"
#include "tools/diagnose/trust_key.h"
#include "tools/doctor/realm.h"
#include "tools/doctor/words.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Of "Server krbtgt/OTHER@R not found", or of a KDC that was not found. */
static const char *other_realm(struct diagnose_case *c, const struct model_step *step)
{
	const char *krbtgt = krbtgt_unknown(step) ? wanted_service(c, step) : NULL;

	if (krbtgt)
		return host_of(c, krbtgt);
	return realm_in_text(c, step);
}

/* Who says that the host is of that realm. */
static void who_says(struct diagnose_case *c, struct finding *finding, const char *host, const char *realm)
{
	const struct probe_config *config = case_config(c, c->init);
	struct probe_host_realm found;

	if (!config || !host || !local_enter(c->init))
		return;
	probe_host_realm_find(&found, host);
	local_leave();
	if (found.realm && !strcmp(found.realm, realm))
		finding_evidence(finding,
				 found.mapped ? "[domain_realm] of %s makes %s a host of %s"
					      : "%s says nothing about %s, so that it is taken for one of %s",
				 words_config_file(config), host, realm);
	else
		finding_evidence(finding,
				 "%s does not make %s a host of %s: a KDC has referred to that realm",
				 words_config_file(config), host, realm);
	probe_host_realm_free(&found);
}

/* Does the client's own KDC know the service? Then the host was mapped to the other realm by mistake. */
static bool known_here(struct diagnose_case *c, struct finding *finding, const char *host, const char *own)
{
	const char *service = case_service(c), *here;
	const struct probe_service *answer;

	here = service && host ? case_format(c, "%.*s/%s@%s", (int)strcspn(service, "/@"), service, host, own)
			       : NULL;
	answer = here ? ask_service(c, here) : NULL;
	if (!answer || answer->code)
		return false;
	finding_evidence(finding, "the KDC of %s knows %s", own, here);
	return true;
}

static void map_remedy(struct diagnose_case *c, struct finding *finding, const char *host, const char *own)
{
	finding_remedy(finding, "if %s is a host of %s, say so:", host, own);
	setting_remedy(c, finding, "domain_realm", case_format(c, "%s = %s", host, own));
}

/* A KDC has shown the way there: the realms trust each other. */
static void unreachable(struct diagnose_case *c, struct finding *finding, const char *host, const char *own,
			const struct probe_kdcs *kdcs)
{
	bool here = known_here(c, finding, host, own);

	finding_cause(finding, "%s is looked for in the realm %s, and %s", case_asked(c), kdcs->realm,
		      no_kdc_of(c, kdcs));
	no_kdc_remedies(c, finding, kdcs);
	if (host && (here || !kdcs->count))
		map_remedy(c, finding, host, own);
}

static void no_way(struct diagnose_case *c, struct finding *finding, const char *host, const char *own,
		   const struct model_step *step)
{
	const char *krbtgt = wanted_service(c, step), *realm = host_of(c, krbtgt);
	bool locked = ask_client(c, c->init, krbtgt) == ASK_KNOWN;

	known_here(c, finding, host, own);
	finding_cause(finding, "%s is looked for in the realm %s, and %s", case_asked(c), realm,
		      locked ? case_format(c, "the KDC has locked %s, the way there", krbtgt)
			     : case_format(c, "the KDCs of %s know no way there", own));
	if (host)
		map_remedy(c, finding, host, own);
	if (locked) {
		finding_remedy(finding, "else let the way there have tickets again:");
		kadmin_remedy(c, finding, "modprinc +allow_tix", krbtgt);
		return;
	}
	finding_remedy(finding, "else let the realms trust each other, by this principal in both, with one "
				"password:");
	kadmin_remedy(c, finding, "addprinc", case_format(c, "krbtgt/%s@%s", realm, own));
}

bool diagnose_other_realm(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = realm_step(c);
	const char *realm = step ? other_realm(c, step) : NULL, *own = realm ? client_realm(c) : NULL;
	const char *host = host_of(c, case_asked(c)), *other = host_of(c, case_service(c));
	const struct probe_kdcs *kdcs;

	if (trust_key_differs(c, finding))
		return true;
	if (!own || !is_foreign(c, realm) || better_than_guessed(c, step))
		return false;
	kdcs = krbtgt_unknown(step) ? NULL : ask_kdcs(c, realm);
	if (!kdcs && !krbtgt_unknown(step))
		return false;
	if (kdcs && kdcs_answer(kdcs)) {
		list_take(&c->unseen, must_format("the KDCs of %s then: one answers by now", realm));
		return false;
	}
	said_evidence(c, finding, step);
	finding_evidence(finding, "the initiator is of %s", own);
	if (host && other && strcasecmp(host, other)) {
		finding_evidence(finding, "libkrb5 has replaced the host's name: it is %s", other);
		host = other;
	}
	who_says(c, finding, host, realm);
	if (kdcs)
		unreachable(c, finding, host, own, kdcs);
	else
		no_way(c, finding, host, own, step);
	return true;
}
