/* SPDX-License-Identifier: MIT */
/*
 * GT0011. Name, version and encryption type are right, and the key is not: it was made anew with the same
 * version, the password was salted otherwise, or two accounts bear the name. The key is tried on the very
 * ticket.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/open_ticket.h"

bool diagnose_wrong_key(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	const struct token_node *ticket;
	struct elf_list keys = {0};
	uint32_t kvno;
	int32_t enctype;
	bool wrong;

	if (told_by_acceptor(c, finding, SAYS_BAD_INTEGRITY)) {
		finding_cause(finding, "the acceptor's key of %s does not open the ticket", case_service(c));
		finding_remedy(finding, "on the acceptor's machine write the keytab anew, and see that one "
					"account alone has the name:");
		ktadd_there(c, finding);
		return true;
	}
	if (!keytab || !case_kvno(c, &kvno) || !case_enctype(c, &enctype) ||
	    !probe_keytab_has_key(keytab, case_service(c), kvno, enctype))
		return false;
	ticket = token_find(&c->request, (uint32_t)(c->ap_req - c->request.nodes), "ticket");
	wrong = ticket && !ticket_openers(keytab->name, ticket->raw, &keys) && !keys.count;
	elf_list_free(&keys);
	if (!wrong)
		return false;
	finding_cause(finding, "%s has kvno %u of %s, and this key does not open the ticket", keytab->name,
		      kvno, case_service(c));
	ticket_evidence(c, finding);
	finding_evidence(finding, "each key of %s was tried on the ticket: none opens it", keytab->name);
	acceptor_evidence(c, finding);
	finding_remedy(finding, "write the keytab anew from the KDC that issues the tickets, and see that "
				"one account alone has the name:");
	ktadd_remedy(c, finding, keytab);
	return true;
}
