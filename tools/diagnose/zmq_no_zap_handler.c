/* SPDX-License-Identifier: MIT */
/*
 * GT0108. libzmq's GSSAPI asks the ZAP handler of its process whether a peer may come in, and where there is
 * none lets everybody in. That a program wants to be asked is known where it set a domain to be asked for.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"

static bool has_domain(const struct model_zmq_end *end)
{
	return end->options.zap_domain.length;
}

bool zmq_asks_nobody(const struct model_talk *talk)
{
	return talk->zmq && talk->role == TR_ROLE_ACCEPTOR && talk->outcome == TR_OUTCOME_ESTABLISHED &&
	       !talk->process->zap && zmq_ends_all(talk, has_domain);
}

/* An object whose calls do not reach gsstap may have bound one. */
static void look(void *at, void *context)
{
	const struct model_coverage *coverage = at;
	bool *hidden = context;

	*hidden |= !coverage->reached && model_text_is(coverage->about.family, "zmq");
}

bool diagnose_zmq_no_zap_handler(struct diagnose_case *c, struct finding *finding)
{
	bool hidden = false;

	if (!c->acc || !zmq_asks_nobody(c->acc))
		return false;
	model_each(&c->acc->process->program->coverage, look, &hidden);
	if (hidden)
		return false;
	finding_cause(
		finding,
		"%s has ZMQ_ZAP_DOMAIN set, and no ZAP handler to be asked: whoever has a ticket is let in",
		zmq_end_text(c, c->acc));
	finding_evidence(finding, "nothing was bound to inproc://zeromq.zap.01 in %s",
			 case_program(c, c->acc));
	finding_evidence(finding, "ZMQ_ZAP_DOMAIN is %s",
			 case_text(c, model_zmq_end_next(c->acc, NULL)->options.zap_domain));
	if (c->acc->initiator.at)
		finding_evidence(finding, "%s was let in", case_text(c, c->acc->initiator));
	finding_remedy(
		finding,
		"have the program start its ZAP handler, in the context of the socket, before it binds "
		"anything else");
	finding_remedy(finding, "or have gsstap judge its peers, by a policy with "
				"gss: {peers: {allow: [\"NAME@REALM\"]}}");
	finding_remedy(finding, "if everybody is meant, take ZMQ_ZAP_DOMAIN away");
	finding->alone = true;
	return true;
}
