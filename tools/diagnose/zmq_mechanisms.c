/* SPDX-License-Identifier: MIT */
/*
 * Two ends with different mechanisms refuse each other's greeting, and call nothing: nothing that happens
 * tells of it. What tells is what each had set when it bound or connected, where all of that is in the
 * traces, where what the one connected to was the other's at that moment, and nobody else's.
 */
#include "tools/diagnose/zmq_mechanisms.h"

#include "tools/diagnose/local.h"
#include "tools/diagnose/zmq_cause.h"
#include "tools/model/live.h"

struct unlike {
	struct diagnose_case *c;
	const struct model_process *bound, *connected;
	const struct model_zmq_end *at, *from; /* what they bound, and connected; at NULL: nothing else */
	bool doubt;			       /* its like was bound there as well, such as before a change */
};

static void look_for_gap(void *at, void *context)
{
	const struct model_gap *gap = at;
	bool *any = context;

	*any |= gap->kind == MODEL_GAP_LOST || gap->kind == MODEL_GAP_MIXED ||
		(gap->kind == MODEL_GAP_COVERAGE && model_text_is(gap->about.family, "zmq"));
}

/* Is all that it set its sockets to in the trace? */
static bool is_whole(const struct model_process *process)
{
	bool gap = false;

	model_each(&process->program->gaps, look_for_gap, &gap);
	return !gap;
}

/* Did it still run then? Where nothing of it tells, it still does. */
static bool ran(const struct model_process *process, uint64_t then)
{
	return process->last > then || local_runs(process);
}

/* A handshake needs a peer that speaks GSSAPI: then it was that one, or another. */
static bool in_vain(const struct model_process *process, const struct model_zmq_end *end)
{
	return !(end->options.server ? process->zmq->accepted : process->zmq->initiated);
}

/* Was it this one that was met, when the second of both was opened? */
static bool is_sure(const struct unlike *u, const struct model_process *bound, const struct model_zmq_end *at)
{
	bool first = at->opened <= u->from->opened;

	if (!at->whole || !is_whole(bound))
		return false;
	return first ? ran(bound, u->from->opened) : ran(u->connected, at->opened);
}

static void look_at(struct unlike *u, const struct model_process *bound, const struct model_zmq_ends *ends)
{
	u->doubt |= ends->more;
	for (const struct model_zmq_end *end = ends->first; end; end = end->next) {
		if (end->way != TR_ROLE_SERVER || !zmq_meet(u->c, bound, end, u->connected, u->from))
			continue;
		if (end->injected || end->mechanism == u->from->mechanism)
			u->doubt = true;
		else if (is_sure(u, bound, end)) {
			u->bound = bound;
			u->at = end;
		}
	}
}

static void look_where(void *at, void *context)
{
	const struct model_process *process = at;
	struct unlike *u = context;

	if (!process->zmq || !process->program || ++*u->c->compared > ZMQ_COMPARED_MOST)
		return;
	look_at(u, process, &process->zmq->gssapi_ends);
	look_at(u, process, &process->zmq->other_ends);
}

static bool look_from(struct unlike *u, const struct model_zmq_ends *ends)
{
	for (const struct model_zmq_end *end = ends->first; end && *u->c->compared <= ZMQ_COMPARED_MOST;
	     end = end->next) {
		if (end->way != TR_ROLE_CLIENT || !end->whole ||
		    (end->mechanism == MODEL_GSSAPI && !in_vain(u->connected, end)))
			continue;
		u->from = end;
		u->at = NULL;
		u->doubt = false;
		model_each(&u->c->model->processes, look_where, u);
		if (u->at && !u->doubt && *u->c->compared <= ZMQ_COMPARED_MOST)
			return true;
	}
	return false;
}

static const char *mechanism_text(const struct model_zmq_end *end)
{
	static const char *const names[] = {[MODEL_NULL] = "NULL, no security",
					    [MODEL_PLAIN] = "PLAIN",
					    [MODEL_CURVE] = "CURVE",
					    [MODEL_GSSAPI] = "GSSAPI"};

	return names[end->mechanism];
}

/* What tells, of one end. */
static void show(struct diagnose_case *c, struct finding *finding, const struct model_process *process,
		 const struct model_zmq_end *end)
{
	const char *call = end->way == TR_ROLE_SERVER ? "zmq_bind" : "zmq_connect";

	if (end->mechanism == MODEL_NULL)
		finding_evidence(finding, "%s set no mechanism on that socket before %s",
				 zmq_program(c, process), call);
	else
		finding_evidence(finding, "%s set options of %s before %s", zmq_program(c, process),
				 mechanism_text(end), call);
}

static void advise(struct diagnose_case *c, struct finding *finding, const struct unlike *u)
{
	const struct model_zmq_end *gssapi = u->at->mechanism == MODEL_GSSAPI	  ? u->at
					     : u->from->mechanism == MODEL_GSSAPI ? u->from
										  : NULL;
	bool binds = gssapi == u->from; /* the other end does */

	if (!gssapi) {
		finding_remedy(finding, "let both set one mechanism, each before it binds or connects");
		return;
	}
	finding_remedy(finding,
		       "let %s be the %s of GSSAPI: have it set %s before it calls %s, for what is set later "
		       "does not count",
		       zmq_program(c, binds ? u->bound : u->connected),
		       gssapi->options.server ? "client" : "server",
		       gssapi->options.server ? "ZMQ_GSSAPI_SERVICE_PRINCIPAL, to the service that the other "
						"one is,"
					      : "ZMQ_GSSAPI_SERVER and ZMQ_GSSAPI_PRINCIPAL",
		       binds ? "zmq_bind" : "zmq_connect");
	/* By a rule the one that binds is the server. */
	if (gssapi->options.server == binds)
		return;
	finding_remedy(
		finding,
		"or change nothing in it, and run it under gsstap with a rule for this endpoint, such as");
	zmq_inject_remedy(c, finding, case_text(c, binds ? u->at->endpoint : u->from->endpoint), binds);
}

bool zmq_mechanisms_differ(struct diagnose_case *c, struct finding *finding)
{
	struct unlike u = {.c = c, .connected = c->process};

	if (!is_whole(c->process) ||
	    !(look_from(&u, &c->process->zmq->gssapi_ends) || look_from(&u, &c->process->zmq->other_ends)))
		return false;
	finding_cause(finding, "%s, which binds %s, has %s; %s, which connects to %s, has %s",
		      zmq_program(c, u.bound), case_text(c, u.at->endpoint), mechanism_text(u.at),
		      zmq_program(c, u.connected), case_text(c, u.from->endpoint), mechanism_text(u.from));
	show(c, finding, u.bound, u.at);
	show(c, finding, u.connected, u.from);
	advise(c, finding, &u);
	finding->init = finding->acc = NULL;
	finding->program = u.connected->program;
	finding->first = u.from->opened > u.at->opened ? u.from->opened : u.at->opened;
	finding->last = finding->first;
	finding->alone = true;
	return true;
}
