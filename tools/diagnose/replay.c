/* SPDX-License-Identifier: MIT */
/*
 * GT0015. A token is taken once: its hash in the replay cache is what the acceptor goes by, its hash in the
 * traces is what we go by.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

bool diagnose_replay(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = case_says(c, SAYS_REPLAY);
	const char *cache = talk_setting(c, c->acc, TR_F_KRB5RCACHENAME);

	if (!step && case_error_code(c) != SAYS_REPLAY)
		return false;
	finding_cause(finding, "%s was given a token for %s that had been accepted before",
		      c->acc ? case_name(c, c->acc) : "the acceptor",
		      case_service(c) ? case_service(c) : "its service");
	if (c->before)
		finding_evidence(finding, "%s accepted the same token at %s", case_program(c, c->before),
				 time_text(c, (int64_t)(c->before->last / 1000000000)));
	else
		list_add(&finding->unseen, "who was given this token before: no trace that was given tells");
	if (c->acc)
		acceptor_evidence(c, finding);
	else
		finding_evidence(finding, "the acceptor answered KRB-ERROR KRB_AP_ERR_REPEAT");
	if (cache)
		finding_evidence(finding, "its replay cache is KRB5RCACHENAME=%s", cache);
	finding_remedy(finding,
		       "find who sends it twice, such as a proxy or a client that repeats a request: "
		       "each try needs a token of its own, from gss_init_sec_context");
	finding_remedy(finding, "if the token is given to two services on purpose, give each a replay cache "
				"of its own (KRB5RCACHENAME, such as file2:/var/lib/NAME/rcache)");
	return true;
}
