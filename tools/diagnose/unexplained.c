/* SPDX-License-Identifier: MIT */
/* GT0099. A failure that no diagnosis knows is told as one: nothing that was seen to fail goes without a
 * word. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/zmq_cause.h"

bool diagnose_unexplained(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *last = talk ? model_talk_last(talk) : NULL;
	const char *reason, *mech = last ? case_mech(last) : NULL;

	if (c->found || !talk)
		return false;
	/* All that this end saw is that its peer went away. */
	if (!last && talk->zmq && !talk->credential && zmq_other_end(c, talk, zmq_tells_more))
		return true;
	reason = case_reason(c, talk);
	finding_cause(finding, "%s could not %s%s%s, for a reason that is not known here: %s",
		      case_name(c, talk),
		      talk->credential ? "get credentials" : "establish a security context",
		      mech ? " of " : "", mech ? mech : "", reason ? reason : "the library gave none");
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->failed)
			finding_evidence(finding, "%s%s%s%s", case_mech(step) ? "of " : "",
					 case_mech(step) ? case_mech(step) : "", case_mech(step) ? " " : "",
					 case_said(c, talk, step));
	keytab_gone(c, finding);
	finding_remedy(finding,
		       "trace both ends, with what libkrb5 does inside, and give doctor both traces:");
	finding_command(finding, "gsstap run --krb5-trace -o '%%n-%%p.pcapng' -- PROGRAM");
	return true;
}
