/* SPDX-License-Identifier: MIT */
/*
 * GT0013. A server that acquired its credential by a name takes tickets for that name alone, whatever else
 * its keytab has keys of: here the very key that would open the ticket is in it.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

#include <string.h>

/* "host@a", "host/a@R" and so on have the same service as this principal. */
static bool same_service(const char *name, const char *principal)
{
	size_t length = strcspn(name, "@/");

	return length == strcspn(principal, "@/") && !strncmp(name, principal, length);
}

static bool from_token(struct diagnose_case *c, struct finding *finding)
{
	if (!told_by_acceptor(c, finding, SAYS_NOT_US))
		return false;
	finding_cause(finding,
		      "the acceptor does not answer to %s: its keytab has no key of that name, or it accepts "
		      "for another one",
		      case_service(c));
	finding_remedy(finding, "on the acceptor's machine put the key in, if it is to answer to that name:");
	ktadd_there(c, finding);
	finding_remedy(finding, "and let it accept with any key of its keytab, or ask for the name that it "
				"accepts for");
	return true;
}

static void remedies(struct diagnose_case *c, struct finding *finding, const char *name)
{
	const char *config = talk_setting(c, c->acc, TR_F_KRB5_CONFIG);

	finding_remedy(finding,
		       "let the program accept with any key of its keytab, without naming one (in "
		       "sshd: GSSAPIStrictAcceptorCheck no), or have clients ask for %s",
		       name ? name : "the name that it accepts for");
	if (name && same_service(name, case_service(c)))
		finding_remedy(finding, "write into [libdefaults] of %s: ignore_acceptor_hostname = true",
			       config ? config : "/etc/krb5.conf");
}

bool diagnose_not_us(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	const char *name = c->acc ? case_text(c, c->acc->accepts) : NULL;
	bool opens;

	if (from_token(c, finding))
		return true;
	if (!keytab || (!talk_says(c->acc, SAYS_NOT_US) && case_error_code(c) != SAYS_NOT_US) ||
	    !ticket_tried(c, keytab, &opens) || !opens)
		return false;
	finding_cause(finding, "%s accepts for %s alone, and the ticket is for %s", case_name(c, c->acc),
		      name ? name : "another name", case_service(c));
	ticket_evidence(c, finding);
	finding_evidence(finding, "%s has a key that opens it", keytab->name);
	if (name)
		finding_evidence(finding, "%s acquired its credential as %s", case_program(c, c->acc), name);
	acceptor_evidence(c, finding);
	remedies(c, finding, name);
	return true;
}
