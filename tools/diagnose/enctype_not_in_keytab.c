/* SPDX-License-Identifier: MIT */
/* GT0010. The KDC chose an encryption type that the service has a key of in its database, and not in this
 * keytab. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

bool diagnose_enctype_not_in_keytab(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	uint32_t kvno;
	int32_t enctype;

	if (!keytab || !case_kvno(c, &kvno) || !case_enctype(c, &enctype) ||
	    !probe_keytab_has_kvno(keytab, case_service(c), kvno) ||
	    probe_keytab_has_key(keytab, case_service(c), kvno, enctype))
		return false;
	finding_cause(finding, "the ticket for %s is encrypted in %s; %s has kvno %u, and not in that type",
		      case_service(c), enctype_text(c, enctype), keytab->name, kvno);
	ticket_evidence(c, finding);
	finding_evidence(finding, "%s, which %s reads", keytab_text(c, keytab, case_service(c)),
			 case_program(c, c->acc));
	acceptor_evidence(c, finding);
	finding_remedy(finding, "put all keys of the service into the keytab:");
	ktadd_remedy(c, finding, keytab);
	return true;
}
