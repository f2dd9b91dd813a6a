/* SPDX-License-Identifier: MIT */
/*
 * GT0106. libzmq sends its first token and waits for an answer until ZMQ_HANDSHAKE_IVL is over; then it gives
 * the context up without a word. So does the end of the socket, which the program's calls tell. A server
 * waits without any call: that is told where a policy has libzmq's connections looked at.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"

#include <inttypes.h>

#define STOCK 30000	     /* ms, libzmq's own */
#define OURS 3000	     /* ms, where gsstap speaks GSSAPI and the program set none */
#define MS UINT64_C(1000000) /* ns */

/* The shortest that it may have; 0: not known, or none is set. */
static uint32_t interval(const struct model_talk *talk)
{
	uint32_t least = 0;

	for (const struct model_zmq_end *end = NULL; (end = model_zmq_end_next(talk, end));) {
		uint32_t its = end->options.handshake_ivl_set ? end->options.handshake_ivl
			       : talk->endpoint.at	      ? OURS
							      : STOCK;

		if (!its || its > INT32_MAX)
			return 0;
		least = !least || its < least ? its : least;
	}
	return least;
}

/* The interval begins with the connection, and the greetings come out of it. */
bool zmq_got_no_answer(const struct model_talk *talk)
{
	uint32_t ms;

	if (!talk->zmq || talk->role != TR_ROLE_INITIATOR || talk->outcome != TR_OUTCOME_ABANDONED ||
	    talk->rounds != 1)
		return false;
	ms = interval(talk);
	return ms && talk->duration >= ms * MS / 2;
}

/* A connection on which libzmq called nothing that told more, as the shim has it. */
static bool is_silent(const struct model_talk *talk)
{
	return zmq_reason_is(talk, "silent: ") && !model_talk_last(talk) &&
	       talk->duration >= interval(talk) * MS / 2;
}

static bool is_server(const struct model_zmq_end *end)
{
	return end->options.server;
}

static bool is_client(const struct model_zmq_end *end)
{
	return !end->options.server;
}

/* " (ZMQ_HANDSHAKE_IVL is 1000 ms)"; gsstap may have set another one than libzmq's. */
static const char *interval_text(struct diagnose_case *c, const struct model_talk *talk)
{
	const struct model_zmq_end *end = model_zmq_end_only(talk);

	if (talk->endpoint.at && !(end && end->options.handshake_ivl_set))
		return "";
	return case_format(c, " (ZMQ_HANDSHAKE_IVL is %u ms)", interval(talk));
}

static void say(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	const struct model_step *step = model_talk_last(talk);
	const char *peer = case_text(c, talk->peer);

	if (step)
		finding_evidence(finding, "%s sent a token of %" PRIu64 " bytes", case_program(c, talk),
				 step->out.length);
	else
		finding_evidence(finding, "the peer has greeted%s%s", peer ? ": it is " : "",
				 peer ? peer : "");
	finding_evidence(finding, "%s gave up after %" PRIu64 " ms without a token of its peer%s",
			 case_program(c, talk), talk->duration / MS, interval_text(c, talk));
	finding_remedy(
		finding,
		"run the program at the other end under gsstap as well, and give doctor both traces: a "
		"libzmq that cannot go on says nothing to its peer");
	finding_remedy(finding, "if there is no call of GSSAPI in its trace, it has no part in it, or hangs");
	finding->alone = true;
}

bool diagnose_zmq_silent(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = c->init ? c->init : c->acc;

	/* What the acceptor made of it is told by its own trace. */
	if (!talk || (c->init && c->acc) || !interval(talk) ||
	    !(zmq_got_no_answer(talk) || is_silent(talk)) ||
	    model_zmq_closed(talk->process->zmq, talk->last - talk->duration, talk->last))
		return false;
	if (zmq_other_end(c, talk, zmq_tells_more))
		return true;
	finding_cause(finding, "%s %s", zmq_end_text(c, talk),
		      talk->role == TR_ROLE_INITIATOR || zmq_ends_all(talk, is_client)
			      ? "gets no answer to its first token"
		      : zmq_ends_all(talk, is_server) ? "waits in vain for the first token of a peer"
						      : "has a peer that says nothing");
	say(c, finding, talk);
	return true;
}
