/* SPDX-License-Identifier: MIT */
/*
 * GT0013. A server that acquired its credential by a name takes tickets for that name alone, whatever else
 * its keytab has keys of. It is told where the very key that would open the ticket is in it, and where that
 * is missing as well, since the key alone would not be enough.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/local.h"
#include "tools/doctor/acceptor_name.h"

#include <string.h>

#define WAIT_MS 2000 /* for DNS, which is asked only where krb5.conf says so */

/* "host@a", "host/a@R" and so on have the same service as this principal. */
static bool same_service(const char *name, const char *principal)
{
	size_t length = strcspn(name, "@/");

	return length == strcspn(principal, "@/") && !strncmp(name, principal, length);
}

static bool from_token(struct diagnose_case *c, struct finding *finding)
{
	/* A ticket for any key of its keytab is GT0008's. */
	if (accepts_any(c) || !told_by_acceptor(c, finding, SAYS_NOT_US))
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

/* Was it refused although there is a key of it? */
static bool by_key(struct diagnose_case *c, const struct probe_keytab *keytab, bool *opens)
{
	return (talk_says(c->acc, SAYS_NOT_US) || case_error_code(c) == SAYS_NOT_US) &&
	       ticket_tried(c, keytab, opens) && *opens;
}

/* Does the very credential that it accepts with take no ticket for this name, whatever keys there are? */
static bool by_name(struct diagnose_case *c, const char *name)
{
	bool excludes;

	if (!name || !c->acc->accepts_by_it || !local_enter(c->acc))
		return false;
	excludes = probe_acceptor_name_excludes(name, case_service(c), WAIT_MS);
	local_leave();
	return excludes;
}

bool diagnose_not_us(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	const char *name = c->acc ? case_text(c, c->acc->accepts) : NULL;
	bool opens = false;

	if (from_token(c, finding))
		return true;
	if (!keytab || !(by_key(c, keytab, &opens) || by_name(c, name)))
		return false;
	finding_cause(finding, "%s accepts for %s alone, and the ticket is for %s", case_name(c, c->acc),
		      name ? name : "another name", case_service(c));
	ticket_evidence(c, finding);
	if (opens)
		finding_evidence(finding, "%s has a key that opens it", keytab->name);
	if (name)
		finding_evidence(finding, "%s acquired its credential as %s", case_program(c, c->acc), name);
	acceptor_evidence(c, finding);
	remedies(c, finding, name);
	return true;
}
