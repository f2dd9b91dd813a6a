/* SPDX-License-Identifier: MIT */
/* GT0008. Aliases and CNAMEs: the KDC gave a ticket for a name that this server has no key of. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

/* Who accepts for no name in particular does not answer to one for want of its key alone. */
static bool from_token(struct diagnose_case *c, struct finding *finding)
{
	if (!accepts_any(c) || !told_by_acceptor(c, finding, SAYS_NOT_US))
		return false;
	finding_cause(finding, "the ticket is for %s, and the acceptor's keytab has no key of it",
		      case_service(c));
	finding_evidence(finding, "%s accepts with any key of its keytab", case_program(c, c->acc));
	finding_remedy(finding, "if this server is to answer to that name, put its key into the keytab on "
				"its machine:");
	ktadd_there(c, finding);
	finding_remedy(finding, "else have the client ask for a name that the keytab has");
	return true;
}

bool diagnose_service_not_in_keytab(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	const char *asked = case_asked(c);
	uint32_t kvno;

	if (from_token(c, finding))
		return true;
	if (!keytab || probe_keytab_has(keytab, case_service(c), &kvno))
		return false;
	finding_cause(finding, "the ticket is for %s, and %s has no key of it", case_service(c),
		      keytab->name);
	ticket_evidence(c, finding);
	finding_evidence(finding, "%s, which %s reads", keytab_text(c, keytab, NULL),
			 case_program(c, c->acc));
	if (asked)
		finding_evidence(finding, "the initiator asked for %s", asked);
	acceptor_evidence(c, finding);
	finding_remedy(finding, "if this server is to answer to that name, put its key into the keytab:");
	ktadd_remedy(c, finding, keytab);
	finding_remedy(finding, "else have the client ask for a name that the keytab has");
	return true;
}
