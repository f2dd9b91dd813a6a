/* SPDX-License-Identifier: MIT */
/* See trust_key.h. */
#include "tools/diagnose/trust_key.h"

#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/tgt_refused.h"

#include <string.h>

/* The same in both realms' databases: the name has a realm of its own, and does not tell whose is meant. */
static void in_both(struct diagnose_case *c, struct finding *finding, const char *realm, const char *request,
		    const char *principal)
{
	kadmin_remedy(c, finding, request, principal);
	finding_command(finding, "kadmin -r %s -q %s", case_word(c, realm),
			case_word(c, case_format(c, "%s %s", request, case_kadmin_word(c, principal))));
}

static void remedy(struct diagnose_case *c, struct finding *finding, const char *realm,
		   const struct probe_ticket *ticket)
{
	const struct probe_ccache *cache = failed_cache(c);

	finding_remedy(finding, "give it one password in both realms, and one version:");
	in_both(c, finding, realm, "cpw", ticket->server);
	if (ticket->decoded)
		in_both(c, finding, realm, case_format(c, "modprinc -kvno %u", ticket->kvno + 1),
			ticket->server);
	finding_remedy(finding, "and get tickets anew:");
	kinit_remedy(c, finding, cache, cache->principal);
}

bool trust_key_differs(struct diagnose_case *c, struct finding *finding)
{
	const char *realm, *from;
	const struct probe_ticket *ticket = tgt_refused(c, &realm);

	from = ticket ? realm_of(ticket->server) : NULL;
	if (!from || !strcmp(from, realm))
		return false;
	finding_cause(
		finding,
		"%s is looked for in the realm %s, and the KDC of that realm does not take what the KDC "
		"of %s gives for it: they have different keys of %s",
		case_asked(c), realm, from, ticket->server);
	said_evidence(c, finding, tgt_refusal(c));
	finding_evidence(finding, "asked for another service, the KDC of %s does not take it either", realm);
	remedy(c, finding, realm, ticket);
	return true;
}
