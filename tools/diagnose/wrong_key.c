/* SPDX-License-Identifier: MIT */
/*
 * GT0011. Name, version and encryption type are right, and the key is not: it was made anew with the same
 * version, the password was salted otherwise, or two accounts bear the name. The key is tried on the very
 * ticket; where it cannot be, the acceptor's answer does not tell it from other reasons.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

/* Of an acceptor that cannot be looked at. Its code means that something did not decrypt, for whatever
 * reason. */
static bool from_token(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_config *config = c->acc ? case_config(c, c->acc) : NULL;
	bool same = c->init && c->acc; /* both have the token */
	const char *type, *reasons;
	int32_t enctype;

	if (!case_enctype(c, &enctype) || (config && !probe_config_permits(config, enctype)) ||
	    !told_by_acceptor(c, finding, SAYS_BAD_INTEGRITY))
		return false;
	type = enctype_text(c, enctype);
	reasons =
		config ? ""
		       : case_format(c, "%s its configuration does not permit %s", same ? ", or" : ",", type);
	finding_cause(
		finding,
		"the acceptor could not decrypt what it was sent for %s: its keytab has another key%s%s",
		case_service(c), reasons, same ? "" : ", or the token was changed on its way");
	if (!config)
		finding_remedy(finding,
			       "on the acceptor's machine see that permitted_enctypes in [libdefaults] of "
			       "its krb5.conf, "
			       "if it is there, has %s",
			       type);
	finding_remedy(finding,
		       "on the acceptor's machine write the keytab anew, and see that one account alone has "
		       "the name:");
	ktadd_there_instead(c, finding);
	if (!same)
		finding_remedy(
			finding,
			"run both ends under gsstap, and give doctor both traces: it compares what was "
			"sent with what came");
	return true;
}

bool diagnose_wrong_key(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab = failed_keytab(c);
	uint32_t kvno;
	int32_t enctype;
	bool opens;

	if (from_token(c, finding))
		return true;
	if (!keytab || !case_kvno(c, &kvno) || !case_enctype(c, &enctype) ||
	    !probe_keytab_has_key(keytab, case_service(c), kvno, enctype) ||
	    !ticket_tried(c, keytab, &opens) || opens)
		return false;
	finding_cause(finding, "%s has kvno %u of %s, and this key does not open the ticket", keytab->name,
		      kvno, case_service(c));
	ticket_evidence(c, finding);
	finding_evidence(finding, "each key of %s was tried on the ticket: none opens it", keytab->name);
	acceptor_evidence(c, finding);
	if (!c->init)
		list_add(&finding->unseen,
			 "whether the ticket came as it was sent: no trace that was given has what was sent");
	finding_remedy(finding,
		       "write the key anew from the KDC that issues the tickets, in place of this one, "
		       "and see that one account alone has the name:");
	ktadd_instead(c, finding, keytab, case_service(c), case_format(c, "%u", kvno));
	return true;
}
