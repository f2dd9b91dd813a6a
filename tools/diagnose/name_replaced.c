/* SPDX-License-Identifier: MIT */
/* GT0004. What name services call a host replaced what somebody typed, and the KDC knows only that. */
#include "tools/diagnose/ask.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/realm_cause.h"
#include "tools/diagnose/service_unknown.h"

bool diagnose_name_replaced(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = unknown_service(c), *guessed = realm_step(c);
	const char *given = step ? better_name(c, step) : guessed ? better_than_guessed(c, guessed) : NULL;
	const char *service = step ? wanted_service(c, step) : case_service(c);
	const struct probe_config *config = given ? case_config(c, c->init) : NULL;
	const struct probe_service *answer;

	if (!given)
		return false;
	if (!step) {
		service = case_format(c, "%s%s", service, realm_of(given));
		step = guessed;
	}
	answer = ask_service(c, given);
	finding_cause(finding, "%s asked for %s, libkrb5 replaced the host's name, and no KDC knows %s",
		      case_name(c, c->init), case_asked(c), service);
	said_evidence(c, finding, step);
	if (answer && !answer->code)
		finding_evidence(finding, "the KDC knows %s", given);
	if (config && config->canonicalize == PROBE_CANONICALIZE_NO) {
		finding_evidence(finding,
				 "dns_canonicalize_hostname is false: a domain was appended to a name "
				 "without dots");
		finding_remedy(finding, "name the host in full, or keep it from being completed:");
		setting_remedy(c, finding, "libdefaults", "qualify_shortname = \"\"");
		return true;
	}
	if (config)
		finding_evidence(finding, "dns_canonicalize_hostname is %s, and rdns %s",
				 config->canonicalize == PROBE_CANONICALIZE_YES ? "true" : "fallback",
				 config->rdns ? "true: what DNS calls the host's address counts"
					      : "false: what DNS calls the host counts");
	finding_remedy(finding, "keep libkrb5 from replacing names, or give the service the other name too:");
	setting_remedy(c, finding, "libdefaults", "dns_canonicalize_hostname = false");
	return true;
}
