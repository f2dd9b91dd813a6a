/* SPDX-License-Identifier: MIT */
/*
 * GT0107. libzmq's own GSSAPI asks the ZAP handler whether a peer may come in, and does not go by the answer
 * (facts of libzmq 4.1 to 4.3). What a handler answers passes inside its process, where nobody looks: that it
 * is asked in vain is known by who asks.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"

/* Where gsstap speaks GSSAPI it says for which endpoint. */
bool zmq_asks_in_vain(const struct model_talk *talk)
{
	return talk->zmq && talk->role == TR_ROLE_ACCEPTOR && talk->outcome == TR_OUTCOME_ESTABLISHED &&
	       talk->process->zap && !talk->endpoint.at;
}

bool diagnose_zmq_zap_ignored(struct diagnose_case *c, struct finding *finding)
{
	if (!c->acc || !zmq_asks_in_vain(c->acc))
		return false;
	finding_cause(finding,
		      "whom the ZAP handler of %s denies is let in all the same: libzmq's GSSAPI does not go "
		      "by its answer",
		      case_program(c, c->acc));
	finding_evidence(finding, "inproc://zeromq.zap.01 was bound in %s", case_program(c, c->acc));
	finding_evidence(finding, "libzmq itself accepted the security context%s%s",
			 c->acc->initiator.at ? " of " : "",
			 c->acc->initiator.at ? case_text(c, c->acc->initiator) : "");
	finding_evidence(finding, "not observed: whether the handler denied somebody");
	finding_remedy(
		finding,
		"run it under a policy that is about ZeroMQ: gsstap then speaks GSSAPI itself, asks the "
		"handler, and its answer holds; such as");
	finding_remedy(finding, "zmq: {engine: wire}");
	finding->alone = true;
	return true;
}
