/* SPDX-License-Identifier: MIT */
/*
 * GT0011. Name, version and encryption type are right, and the key is not: it was made anew with the same
 * version, the password was salted otherwise, or two accounts bear the name. The key is tried on the very
 * ticket.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

bool diagnose_wrong_key(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	uint32_t kvno;
	int32_t enctype;
	bool opens;

	if (told_by_acceptor(c, finding, SAYS_BAD_INTEGRITY)) {
		finding_cause(finding, "the acceptor's key of %s does not open the ticket", case_service(c));
		finding_remedy(finding, "on the acceptor's machine write the keytab anew, and see that one "
					"account alone has the name:");
		ktadd_there(c, finding);
		return true;
	}
	if (!keytab || !case_kvno(c, &kvno) || !case_enctype(c, &enctype) ||
	    !probe_keytab_has_key(keytab, case_service(c), kvno, enctype) ||
	    !ticket_tried(c, keytab, &opens) || opens)
		return false;
	finding_cause(finding, "%s has kvno %u of %s, and this key does not open the ticket", keytab->name,
		      kvno, case_service(c));
	ticket_evidence(c, finding);
	finding_evidence(finding, "each key of %s was tried on the ticket: none opens it", keytab->name);
	acceptor_evidence(c, finding);
	finding_remedy(finding,
		       "write the key anew from the KDC that issues the tickets, in place of this one, "
		       "and see that one account alone has the name:");
	ktadd_instead(c, finding, keytab, case_service(c), case_format(c, "%u", kvno));
	return true;
}
