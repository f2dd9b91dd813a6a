/* SPDX-License-Identifier: MIT */
/*
 * GT0005. The acceptor, or a KDC, compares the authenticator's time with its own. Its KRB-ERROR says what its
 * clock was; a ticket that is not yet valid is of a clock that was ahead.
 */
#include "tools/diagnose/checks.h"

#include <stdlib.h>

static void by_token(struct diagnose_case *c, struct finding *finding)
{
	const struct token_node *offset =
		c->krb_error
			? token_find(&c->error, (uint32_t)(c->krb_error - c->error.nodes), "clock_offset_s")
			: NULL;
	int64_t seconds = offset ? (int64_t)offset->number : 0;

	if (seconds)
		finding_evidence(finding, "the KRB-ERROR's clock is %lld s %s that of this trace",
				 llabs(seconds), seconds > 0 ? "ahead of" : "behind");
}

static void by_process(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	int64_t seconds = talk ? talk->process->clock_offset / 1000000000 : 0;

	if (seconds)
		finding_evidence(finding, "%s is shown a clock that is %lld s %s that of its machine",
				 case_program(c, talk), llabs(seconds), seconds > 0 ? "ahead of" : "behind");
}

bool diagnose_clock_skew(struct diagnose_case *c, struct finding *finding)
{
	int64_t code = case_error_code(c);
	const struct model_step *skew = case_says(c, SAYS_SKEW), *early = case_says(c, SAYS_NOT_YET_VALID);
	const struct model_step *step = skew ? skew : early;

	if (!step && code != SAYS_SKEW && code != SAYS_NOT_YET_VALID)
		return false;
	by_token(c, finding);
	by_process(c, finding, c->init);
	by_process(c, finding, c->acc);
	finding_cause(finding,
		      "the clocks of %s and of %s differ by more than Kerberos allows (clockskew, 300 s)",
		      c->init ? case_program(c, c->init) : "the initiator",
		      c->acc	  ? case_program(c, c->acc)
		      : code >= 0 ? "the acceptor"
				  : "the KDC");
	if (step)
		finding_evidence(finding, "%s",
				 case_said(c,
					   step == talk_says(c->acc, skew ? SAYS_SKEW : SAYS_NOT_YET_VALID)
						   ? c->acc
						   : c->init,
					   step));
	else
		finding_evidence(finding, "the acceptor answered KRB-ERROR %s",
				 code == SAYS_SKEW ? "KRB_AP_ERR_SKEW" : "KRB_AP_ERR_TKT_NYV");
	finding_remedy(finding, "set the clocks by one source on all three machines, and look at each:");
	finding_command(finding, "chronyc tracking || timedatectl timesync-status");
	return true;
}
