/* SPDX-License-Identifier: MIT */
/* See keytab_cause.h. */
#include "tools/diagnose/keytab_cause.h"

const struct probe_keytab *failed_keytab(struct diagnose_case *c)
{
	const struct probe_keytab *keytab;

	if (!c->acc || case_failed(c) != c->acc || !c->ap_req || !case_service(c))
		return NULL;
	keytab = case_keytab(c);
	return keytab && keytab->state == PROBE_OK ? keytab : NULL;
}

void ticket_evidence(struct diagnose_case *c, struct finding *finding)
{
	uint32_t kvno;
	int32_t enctype;

	if (case_kvno(c, &kvno) && case_enctype(c, &enctype))
		finding_evidence(finding, "the ticket in the AP-REQ is for %s, kvno %u, %s", case_service(c),
				 kvno, enctype_text(c, enctype));
	else
		finding_evidence(finding, "the ticket in the AP-REQ is for %s", case_service(c));
}

void acceptor_evidence(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->acc->steps.first;

	for (; step; step = step->next)
		if (step->call == TR_gss_accept_sec_context && step->failed) {
			finding_evidence(finding, "%s", case_said(c, c->acc, step));
			return;
		}
}

void ktadd_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab)
{
	const char *path = keytab->file.path ? keytab->file.path : keytab->name;

	finding_command(finding, "kadmin -q %s",
			case_word(c, case_format(c, "ktadd -norandkey -k %s %s", path, case_service(c))));
}
