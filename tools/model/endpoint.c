/* SPDX-License-Identifier: MIT */
/*
 * Endpoints: what was injected, what a program does by itself, which connections go without, and what the
 * policy or the program's own ZAP handler refused.
 *
 * A bound endpoint is its newest process's: what was open in an older one of the same program ended with it.
 * Clients can be many at one time, and theirs stay open until the traces say otherwise.
 */
#include "tools/model/facts.h"
#include "tools/names/zmq.h"

#include <stdlib.h>
#include <string.h>

/* Its connections are those of the process before no more. */
static void end_open(void *at, void *context)
{
	struct model_peer *peer = at;

	(void)context;
	peer->tally.open = 0;
}

static void taken_over(const struct facts *facts, struct model_endpoint *endpoint)
{
	bool same = endpoint->process == facts->process;

	endpoint->process = facts->process;
	if (same || endpoint->role != TR_ROLE_SERVER)
		return;
	endpoint->tally.open = 0;
	model_each(&endpoint->peers, end_open, NULL);
}

void learn_inject(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_ENDPOINT);
	uint64_t role = facts_number(facts, TR_F_ROLE);
	struct model_endpoint *endpoint;
	struct model_handle *thread;

	if (!name.at || (role != TR_ROLE_SERVER && role != TR_ROLE_CLIENT))
		return;
	endpoint = facts_endpoint(facts, (enum tr_role)role, name);
	if (!endpoint)
		return;
	taken_over(facts, endpoint);
	endpoint->injected = true;
	endpoint->plaintext = false;
	endpoint->secured = facts->event->time;
	model_text_free(&endpoint->migrate);
	facts_keep(facts, &endpoint->migrate, facts_text(facts, TR_F_MIGRATE));
	model_address_add(facts->model, endpoint, endpoint->migrate);
	model_text_free(&endpoint->phase);
	facts_keep(facts, &endpoint->phase, facts_text(facts, TR_F_MODE));
	thread = model_handle(facts->model, &facts->model->pending, facts->process, facts->event->head.tid);
	if (thread)
		thread->endpoint = endpoint;
}

struct model_endpoint *endpoint_by_address(struct facts *facts, struct model_text own)
{
	struct model_endpoint *endpoint = model_address_endpoint(facts->model, facts->process->program, own,
								 facts_text(facts, TR_F_PEER));

	if (endpoint)
		facts_seen(facts, &endpoint->tally.first, &endpoint->tally.last);
	else /* without its port, which may be another one each time */
		endpoint = facts_endpoint(facts, (enum tr_role)0, model_address_host(own));
	return endpoint;
}

/* With an age it is the connection's end. */
void learn_unsecured(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_ENDPOINT), none = {0};
	struct model_endpoint *endpoint = name.at ? endpoint_by_address(facts, name) : NULL;
	struct model_peer *peer = endpoint ? facts_peer(facts, endpoint, none) : NULL;

	if (!peer)
		return;
	if (facts_has(facts, TR_F_AGE)) {
		facts_seen(facts, &peer->tally.first, &peer->tally.last);
		if (peer->tally.open)
			peer->tally.open--;
		return;
	}
	facts_count(facts, &endpoint->tally, MODEL_UNSECURED, true);
	facts_count(facts, &peer->tally, MODEL_UNSECURED, true);
	peer->tally.open++;
}

static enum tr_role role_of_call(uint64_t call)
{
	switch (call) {
	case TR_zmq_bind:
		return TR_ROLE_SERVER;
	case TR_zmq_connect:
	case TR_zmq_connect_peer:
		return TR_ROLE_CLIENT;
	default:
		return (enum tr_role)0;
	}
}

/* The program itself goes without security; how often, and how often at one time. */
static void uses_plainly(struct facts *facts, struct model_endpoint *endpoint)
{
	endpoint->tally.count[MODEL_UNSECURED]++;
	endpoint->tally.at[MODEL_UNSECURED] = endpoint->plain = facts->event->time;
	endpoint->tally.open++;
}

/* Refused: the call failed. Would be: it went on without security, and a trace without calls says no more. */
static void refuse_endpoint(struct facts *facts, enum tr_role role, struct model_text name, bool would)
{
	struct model_endpoint *endpoint = facts_endpoint(facts, role, name);

	if (!endpoint)
		return;
	if (!would) {
		facts_count(facts, &endpoint->tally, MODEL_REFUSED, false);
		return;
	}
	facts_keep(facts, &endpoint->tally.reason, facts_text(facts, TR_F_REASON));
	if (facts->process->calls)
		return;
	taken_over(facts, endpoint);
	uses_plainly(facts, endpoint);
}

void learn_refused(struct facts *facts)
{
	struct model_text rule = facts_text(facts, TR_F_RULE), subject = facts_text(facts, TR_F_SUBJECT);
	uint32_t call = (uint32_t)facts_number(facts, TR_F_CALL);
	bool would = facts->event->head.event == TR_E_would_refuse, made;
	enum tr_role role = role_of_call(call);
	struct model_refusal *refusal;
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, call);
	model_key_number(&key, would);
	model_key_text(&key, rule);
	model_key_text(&key, subject);
	refusal = model_node_get(&facts->process->program->refusals, &key, sizeof(*refusal), &made);
	model_key_end(&key);
	if (!refusal) {
		facts->model->failed = true;
		return;
	}
	refusal->program = facts->process->program;
	refusal->call = call;
	refusal->would = would;
	facts_keep(facts, &refusal->rule, rule);
	facts_keep(facts, &refusal->subject, subject);
	refusal->count++;
	refusal->line = facts_number(facts, TR_F_LINE);
	facts_seen(facts, &refusal->first, &refusal->last);
	facts_keep(facts, &refusal->reason, facts_text(facts, TR_F_REASON));
	if (role && subject.at)
		refuse_endpoint(facts, role, subject, would);
}

struct denial {
	struct facts *facts;
	struct model_text who;
};

static void deny(struct facts *facts, struct model_tally *tally)
{
	facts_count(facts, tally, MODEL_REFUSED, false);
	tally->denied_at = facts->event->time;
}

static void deny_at(void *at, void *context)
{
	struct model_endpoint *endpoint = at;
	const struct denial *denial = context;
	struct model_peer *peer;
	struct model_key key;

	if (endpoint->role != TR_ROLE_SERVER || endpoint->process != denial->facts->process)
		return;
	model_key_begin(&key);
	model_key_text(&key, denial->who);
	model_key_text(&key, (struct model_text){0});
	peer = model_node_find(&endpoint->peers, &key);
	model_key_end(&key);
	if (!peer)
		return;
	deny(denial->facts, &endpoint->tally);
	deny(denial->facts, &peer->tally);
}

void learn_repair(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_REPAIR);
	struct denial denial = {facts, facts_text(facts, TR_F_INITIATOR)};
	struct model_program *program = facts->process->program;
	struct model_repair *repair;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_text(&key, name);
	repair = model_node_get(&program->repairs, &key, sizeof(*repair), &made);
	model_key_end(&key);
	if (!repair) {
		facts->model->failed = true;
		return;
	}
	repair->program = program;
	repair->count++;
	facts_keep(facts, &repair->repair, name);
	facts_seen(facts, &repair->first, &repair->last);
	facts_keep(facts, &repair->reason, facts_text(facts, TR_F_REASON));
	if (model_text_is(name, "zap") && denial.who.at && facts_has(facts, TR_F_OUTCOME_TEXT))
		model_each(&program->endpoints, deny_at, &denial);
}

/* What a program does by itself: only what goes without gsstap's security, which no other event tells. */

static bool begins(struct model_text whole, const char *beginning)
{
	return whole.length >= strlen(beginning) && !memcmp(whole.at, beginning, strlen(beginning));
}

/* As zmq_setsockopt(3) has it: which options choose a mechanism, and that 0 or nothing takes it back. */
static void learn_option(struct facts *facts)
{
	const char *option = name_zmq_option(facts_number(facts, TR_F_OPTION));
	struct model_handle *socket;
	enum model_mechanism mechanism;
	bool off;

	if (!option)
		return;
	if (!strncmp(option, "ZMQ_PLAIN_", 10))
		mechanism = MODEL_PLAIN;
	else if (!strncmp(option, "ZMQ_CURVE_", 10))
		mechanism = MODEL_CURVE;
	else if (!strncmp(option, "ZMQ_GSSAPI_", 11))
		mechanism = MODEL_GSSAPI;
	else
		return;
	socket = model_handle(facts->model, &facts->model->sockets, facts->process,
			      facts_number(facts, TR_F_SOCKET));
	if (!socket)
		return;
	if (!strcmp(option, "ZMQ_GSSAPI_PLAINTEXT")) {
		socket->plaintext = facts_number(facts, TR_F_VALUE_INT);
		return;
	}
	if (strstr(option, "_NAMETYPE"))
		return;
	off = !strcmp(option + strlen(option) - 7, "_SERVER") && mechanism != MODEL_GSSAPI &&
	      !facts_number(facts, TR_F_VALUE_INT);
	off |= !strcmp(option, "ZMQ_PLAIN_USERNAME") && !facts_has(facts, TR_F_VALUE_TEXT);
	socket->mechanism = off ? MODEL_NULL : mechanism;
}

/* Transports that never carry a mechanism (facts in gsstap-policy(5)). */
static bool never_secured(struct model_text endpoint)
{
	return begins(endpoint, "udp://") || begins(endpoint, "pgm://") || begins(endpoint, "epgm://") ||
	       begins(endpoint, "norm://");
}

static void add_use(struct facts *facts, struct model_handle *socket, struct model_endpoint *endpoint)
{
	struct model_use *use = malloc(sizeof(*use));

	if (!use) {
		facts->model->failed = true;
		return;
	}
	*use = (struct model_use){.next = socket->uses, .endpoint = endpoint};
	socket->uses = use;
	uses_plainly(facts, endpoint);
}

/* The call that an inject event of this thread was about. */
static bool was_injected(struct facts *facts)
{
	struct model_list *pending = &facts->model->pending;
	struct model_handle *thread = model_handle_known(pending, facts->process, facts->event->head.tid);

	if (!thread)
		return false;
	model_handle_drop(pending, thread);
	return true;
}

static void learn_use(struct facts *facts, enum tr_role role)
{
	struct model *model = facts->model;
	struct model_text name = facts_text(facts, TR_F_ENDPOINT);
	struct model_endpoint *endpoint;
	struct model_handle *socket;

	if (!name.at)
		return;
	if (begins(name, "inproc://")) {
		facts->process->zap |= role == TR_ROLE_SERVER && begins(name, "inproc://zeromq.zap.");
		return;
	}
	endpoint = facts_endpoint(facts, role, name);
	socket = model_handle(model, &model->sockets, facts->process, facts_number(facts, TR_F_SOCKET));
	if (!endpoint || !socket)
		return;
	taken_over(facts, endpoint);
	endpoint->injected = false;
	endpoint->mechanism = never_secured(name) ? MODEL_NULL : socket->mechanism;
	endpoint->plaintext = endpoint->mechanism == MODEL_GSSAPI && socket->plaintext;
	if (endpoint->mechanism <= MODEL_PLAIN)
		add_use(facts, socket, endpoint);
	else
		endpoint->secured = facts->event->time;
}

static void learn_undo(struct facts *facts, enum tr_role role)
{
	struct model_handle *socket =
		model_handle_known(&facts->model->sockets, facts->process, facts_number(facts, TR_F_SOCKET));
	struct model_text name = facts_text(facts, TR_F_ENDPOINT);
	struct model_endpoint *endpoint;

	if (!socket || !name.at || !socket->uses)
		return;
	endpoint = facts_endpoint(facts, role, name);
	if (endpoint)
		model_uses_end(socket, endpoint, facts->event->time);
}

void learn_zmq_call(struct facts *facts)
{
	uint64_t call = facts->event->head.call;
	bool failed = facts_number(facts, TR_F_ERRNO);
	struct model_handle *socket;

	if ((role_of_call(call) && was_injected(facts)) || failed)
		return;
	if (role_of_call(call))
		learn_use(facts, role_of_call(call));
	else if (call == TR_zmq_setsockopt)
		learn_option(facts);
	else if (call == TR_zmq_unbind || call == TR_zmq_disconnect)
		learn_undo(facts, call == TR_zmq_unbind ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	else if (call == TR_zmq_close || call == TR_zmq_socket) {
		socket = model_handle_known(&facts->model->sockets, facts->process,
					    facts_number(facts, TR_F_SOCKET));
		if (!socket)
			return;
		model_uses_end(socket, NULL, facts->event->time);
		model_handle_drop(&facts->model->sockets, socket);
	}
}
