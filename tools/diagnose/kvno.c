/* SPDX-License-Identifier: MIT */
/* GT0009. A key was changed after one side had got it: the ticket is of the old, or the keytab is. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"

#include <stdio.h>
#include <string.h>

bool diagnose_kvno(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	uint32_t of_ticket, of_keytab;

	if (told_by_acceptor(c, finding, SAYS_BADKEYVER)) {
		finding_cause(finding,
			      "the acceptor has keys of %s, and none of the ticket's version and encryption "
			      "type",
			      case_service(c));
		finding_remedy(finding,
			       "get a new ticket (kinit), in case that it is older than the key; if that "
			       "fails as well, bring the keytab up to date on the acceptor's machine:");
		ktadd_there(c, finding);
		return true;
	}
	if (!keytab || !case_kvno(c, &of_ticket) || !probe_keytab_has(keytab, case_service(c), &of_keytab) ||
	    probe_keytab_has_kvno(keytab, case_service(c), of_ticket))
		return false;
	finding_cause(finding, "the ticket is for kvno %u of %s; %s has kvno %u", of_ticket, case_service(c),
		      keytab->name, of_keytab);
	ticket_evidence(c, finding);
	finding_evidence(finding, "%s, which %s reads", keytab_text(c, keytab, case_service(c)),
			 case_program(c, c->acc));
	acceptor_evidence(c, finding);
	if (of_ticket < of_keytab) {
		const char *client = case_client(c);

		finding_remedy(finding, "the ticket is older than the key: the client gets a new one");
		kinit_default_remedy(c, finding, client);
		finding_remedy(
			finding,
			"and keep the old key in the keytab next time, until all tickets of it have expired");
	} else {
		finding_remedy(finding, "the keytab is older than the key: bring it up to date");
		ktadd_remedy(c, finding, keytab);
	}
	return true;
}
