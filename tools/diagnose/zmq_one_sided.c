/* SPDX-License-Identifier: MIT */
/*
 * GT0101. Only one end is secured, or each by another mechanism. What the ends offer stands in their
 * greetings: where gsstap has seen them, it needs no other proof.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/zmq_cause.h"
#include "tools/diagnose/zmq_mechanisms.h"

#include <string.h>

#define ONE_SIDED "one-sided: "

bool diagnose_zmq_one_sided(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = c->init ? c->init : c->acc;
	const char *reason = talk && talk->endpoint.at ? case_text(c, talk->reason) : NULL;
	const char *endpoint, *peer;
	bool ours;

	if (c->process)
		return zmq_mechanisms_differ(c, finding);
	if (!reason || strncmp(reason, ONE_SIDED, strlen(ONE_SIDED)))
		return false;
	endpoint = case_text(c, talk->endpoint);
	peer = case_text(c, talk->peer);
	finding->alone = true;
	ours = strstr(reason, "this end is secured");
	finding_cause(finding, "of the connection of %s at %s only %s end is secured by GSSAPI",
		      case_name(c, talk), endpoint, ours ? "this" : "the other");
	finding_evidence(finding, "the greetings: %s", reason + strlen(ONE_SIDED));
	if (peer)
		finding_evidence(finding, "the other end is %s", peer);
	finding_remedy(
		finding,
		ours ? "run the program at the other end under gsstap with a rule for this endpoint, such as"
		     : "run this program with a rule for this endpoint, such as");
	zmq_inject_remedy(c, finding, ours ? "tcp://HOST:PORT" : endpoint, false);
	finding_remedy(finding, "where both cannot change on one day: phase: report, in gsstap-policy(5)");
	return true;
}
