/* SPDX-License-Identifier: MIT */
/*
 * The table of handlers. Events come in order of time, so that the last fact is the one that holds; what the
 * model has no use for is passed over.
 */
#include "tools/model/learn.h"

#include "tools/model/endpoint.h"
#include "tools/model/talk.h"

/* Each looks at the calls that it knows. */
static void learn_call(struct facts *facts)
{
	learn_talk_call(facts);
	learn_gss_call(facts);
	learn_transfer(facts);
	learn_zmq_call(facts);
	learn_zmq_ends(facts);
}

static void learn_start(struct facts *facts)
{
	learn_process(facts);
	learn_zmq_library(facts);
}

static void learn_injection(struct facts *facts)
{
	learn_inject(facts);
	learn_zmq_injected(facts);
}

static void learn_end_of_handshake(struct facts *facts)
{
	learn_begun_end(facts);
	learn_handshake(facts);
	learn_talk_handshake(facts);
}

static void (*const handlers[])(struct facts *facts) = {
	[TR_E_process] = learn_start,
	[TR_E_call] = learn_call,
	[TR_E_left] = learn_talk_left,
	[TR_E_handshake] = learn_end_of_handshake,
	[TR_E_configuration] = learn_configuration,
	[TR_E_refused] = learn_refused,
	[TR_E_would_refuse] = learn_refused,
	[TR_E_changed] = learn_refused,
	[TR_E_would_change] = learn_refused,
	[TR_E_inject] = learn_injection,
	[TR_E_connection] = learn_connection,
	[TR_E_context] = learn_context,
	[TR_E_unsecured] = learn_unsecured,
	[TR_E_dropped] = learn_dropped,
	[TR_E_coverage] = learn_coverage,
	[TR_E_policy] = learn_policy,
	[TR_E_exec] = learn_exec,
	[TR_E_library] = learn_zmq_library,
};

int model_learn(struct model *model, const struct tr_event *event)
{
	struct facts facts = {.event = event, .model = model};
	unsigned id = event->head.event;

	if (id >= sizeof(handlers) / sizeof(handlers[0]) || !handlers[id])
		return 0;
	facts.process = facts_process(&facts);
	if (facts.process)
		handlers[id](&facts);
	if (facts.process && facts.process->program && model->listener && model->listener->event)
		model->failed |= !model->listener->event(model->listener, &facts);
	if (facts.process)
		facts.process->last = event->time;
	if (facts.process && facts.process->program)
		facts_seen(&facts, &facts.process->program->first, &facts.process->program->last);
	return model->failed ? -1 : 0;
}

static void settle_peer(void *at, void *unused)
{
	(void)unused;
	endpoint_end_open(at);
}

static void settle_endpoint(void *at, void *unused)
{
	model_each(&((struct model_endpoint *)at)->peers, settle_peer, unused);
}

static void settle_program(void *at, void *unused)
{
	model_each(&((struct model_program *)at)->endpoints, settle_endpoint, unused);
}

int model_settle(struct model *model)
{
	model_each(&model->programs, settle_program, NULL);
	begun_settle(model);
	talks_settle(model);
	return model->failed ? -1 : 0;
}
