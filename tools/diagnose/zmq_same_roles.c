/* SPDX-License-Identifier: MIT */
/*
 * GT0102. The greetings of libzmq's GSSAPI do not say which role an end has. Two clients each send a first
 * token: who takes the other's for an answer has a token that fails, which shows it. Two servers wait for
 * each other and call nothing at all. With both traces it is seen in either case by what each opened, and
 * where.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/zmq_cause.h"
#include "tools/model/live.h"
#include "tools/token/decode.h"

#include <inttypes.h>

/* Two ends of one connection that have one role. */
struct meeting {
	struct diagnose_case *c;
	const struct model_process *only, *bound, *connected; /* only: NULL, or one of them */
	const struct model_zmq_end *at, *from;		      /* what they bound, and connected */
	bool doubt; /* one of the other role was bound there as well, such as before a change */
};

static void look_where(void *at, void *context)
{
	const struct model_process *process = at;
	struct meeting *m = context;
	const struct model_zmq_end *end =
		process->zmq && process->program ? process->zmq->gssapi_ends.first : NULL;

	if (++*m->c->compared > ZMQ_COMPARED_MOST ||
	    (m->only && process != m->only && m->connected != m->only))
		return;
	for (; end; end = end->next) {
		if (end->way != TR_ROLE_SERVER || !zmq_meet(m->c, process, end, m->connected, m->from))
			continue;
		m->doubt |= end->options.server != m->from->options.server;
		m->bound = process;
		m->at = end;
	}
}

/* Was this role of no use to the process so far? Else it may have been somebody else that it connected to. */
static bool in_vain(const struct model_process *process, const struct model_zmq_end *end)
{
	return end->way == TR_ROLE_CLIENT &&
	       !(end->options.server ? process->zmq->accepted : process->zmq->initiated);
}

static void look_from(const struct model_process *process, struct meeting *m)
{
	const struct model_zmq_end *end =
		process->zmq && process->program ? process->zmq->gssapi_ends.first : NULL;

	for (; end && !m->at; end = end->next)
		if (in_vain(process, end) && *m->c->compared <= ZMQ_COMPARED_MOST) {
			m->connected = process;
			m->from = end;
			model_each(&m->c->model->processes, look_where, m);
			if (m->doubt)
				m->at = NULL;
			m->doubt = false;
		}
}

static void look_from_any(void *at, void *context)
{
	look_from(at, context);
}

static void let_one_serve(struct finding *finding)
{
	finding_remedy(
		finding,
		"let one of them be the server, such as the one that binds: have it set "
		"ZMQ_GSSAPI_SERVER to 1, and not ZMQ_GSSAPI_SERVICE_PRINCIPAL after that, which takes it "
		"back");
}

static bool two_alike(struct diagnose_case *c, struct finding *finding, const struct model_process *talks)
{
	struct meeting m = {.c = c, .only = talks};

	/* Where there is no handshake, each process is asked what it connects to. */
	if (talks && *c->compared <= ZMQ_COMPARED_MOST)
		model_each(&c->model->processes, look_from_any, &m);
	else if (!talks)
		look_from(c->process, &m);
	if (!m.at)
		return false;
	finding_cause(finding, "%s, which binds %s, and %s, which connects to %s, are both %s of GSSAPI",
		      zmq_program(c, m.bound), case_text(c, m.at->endpoint), zmq_program(c, m.connected),
		      case_text(c, m.from->endpoint), m.at->options.server ? "servers" : "clients");
	if (m.at->options.server)
		finding_evidence(
			finding,
			"both set ZMQ_GSSAPI_SERVER, and each waits for the first token of the other");
	else
		finding_evidence(finding, "neither has ZMQ_GSSAPI_SERVER set, and both send a first token");
	if (m.at->options.server)
		finding_remedy(
			finding,
			"let %s, which connects, be the client: have it set ZMQ_GSSAPI_SERVICE_PRINCIPAL, "
			"to the service that the other one is, in place of ZMQ_GSSAPI_SERVER",
			zmq_program(c, m.connected));
	finding->init = finding->acc = NULL;
	finding->program = m.connected->program;
	finding->first = m.from->opened > m.at->opened ? m.from->opened : m.at->opened;
	finding->last = finding->first;
	finding->alone = true;
	if (!m.at->options.server)
		let_one_serve(finding);
	return true;
}

/* What failed as an answer, if it is the first token of another initiator. */
static const struct model_step *not_an_answer(const struct model_talk *talk)
{
	struct token token;

	for (const struct model_step *step = talk->steps.first; step; step = step->next) {
		struct tr_bytes bytes = {(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
		bool first;

		if (!step->failed || step->depth || step->call != TR_gss_init_sec_context || !bytes.length)
			continue;
		token = (struct token){0};
		first = token_decode(&token, bytes, step->in.length, TOKEN_IN_HANDSHAKE, step->time) &&
			token_search(&token, "ap_req");
		token_free(&token);
		if (first)
			return step;
	}
	return NULL;
}

static bool two_clients(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->init && c->init->zmq ? not_an_answer(c->init) : NULL;

	if (!step && !zmq_reason_is(c->init, "same roles: "))
		return false;
	if (two_alike(c, finding, c->init->process))
		return true;
	finding_cause(finding, "%s and its peer are both clients of GSSAPI", zmq_end_text(c, c->init));
	if (step)
		finding_evidence(finding,
				 "to its first token %s got no answer but another first token, of %" PRIu64
				 " bytes",
				 case_program(c, c->init), step->in.length);
	else
		finding_evidence(finding, "its peer sent a first token before it had one of %s",
				 case_program(c, c->init));
	finding->alone = true;
	let_one_serve(finding);
	return true;
}

bool diagnose_zmq_same_roles(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = c->init ? c->init : c->acc;

	if (c->process)
		return two_alike(c, finding, NULL);
	if (!talk)
		return false;
	/* No call was made in it: what is told is that the peer said nothing. */
	return two_clients(c, finding) ||
	       (!model_talk_last(talk) && talk->zmq && two_alike(c, finding, talk->process));
}
