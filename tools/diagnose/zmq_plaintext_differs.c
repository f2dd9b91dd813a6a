/* SPDX-License-Identifier: MIT */
/*
 * GT0103. The handshake of GSSAPI succeeds at both ends, and libzmq's own does not: what one end sends as it
 * is the other takes for no token, and the reverse. So nothing fails that would be in a trace, and both are
 * needed to see it; but where gsstap speaks GSSAPI on the connection it sees the peer's READY in clear.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"

static bool in_plaintext(const struct model_zmq_end *end)
{
	return end->options.plaintext;
}

static bool encrypts(const struct model_zmq_end *end)
{
	return !end->options.plaintext;
}

bool zmq_in_plaintext(const struct model_talk *talk)
{
	return talk->zmq && talk->outcome == TR_OUTCOME_ESTABLISHED && zmq_ends_all(talk, in_plaintext);
}

/* What follows from it on a connection of gsstap's. Where the peer's trace is given it is told with that. */
static bool refused_it(struct diagnose_case *c, const struct model_talk *talk, struct finding *finding)
{
	bool in_clear = zmq_reason_is(talk, "in clear: ");

	if (!talk || !talk->zmq || talk->outcome != TR_OUTCOME_FAILED || model_talk_last(talk))
		return false;
	if (zmq_other_end(c, talk, zmq_in_plaintext))
		return true;
	if (!in_clear)
		return false;
	finding_cause(finding, "the peer of %s has ZMQ_GSSAPI_PLAINTEXT set, and it has not",
		      zmq_end_text(c, talk));
	finding_evidence(finding,
			 "the peer sent its READY as it is, after the security context was established");
	if (talk->peer.at)
		finding_evidence(finding, "the other end is %s", case_text(c, talk->peer));
	finding_remedy(finding, "let the peer encrypt: take ZMQ_GSSAPI_PLAINTEXT out of it, or set it to 0");
	finding->alone = true;
	return true;
}

bool diagnose_zmq_plaintext_differs(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *plain, *other;

	if (refused_it(c, case_failed(c), finding))
		return true;
	if (!c->init || !c->acc)
		return false;
	plain = zmq_in_plaintext(c->init) ? c->init : c->acc;
	other = plain == c->init ? c->acc : c->init;
	if (!zmq_in_plaintext(plain) || other->outcome != TR_OUTCOME_ESTABLISHED ||
	    !zmq_ends_all(other, encrypts))
		return false;
	finding_cause(finding, "%s has ZMQ_GSSAPI_PLAINTEXT set, and %s has not", zmq_end_text(c, plain),
		      zmq_end_text(c, other));
	finding_evidence(
		finding,
		"both established the security context of this handshake: what fails comes after it");
	finding_remedy(finding,
		       "let both programs encrypt: take ZMQ_GSSAPI_PLAINTEXT out of %s, or set it to 0",
		       case_name(c, plain));
	finding_remedy(finding,
		       "or set it to 1 in %s as well: messages can then be read, and changed, on the way",
		       case_name(c, other));
	finding->alone = true;
	return true;
}
