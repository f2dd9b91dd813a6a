/* SPDX-License-Identifier: MIT */
/*
 * What a program does with its sockets by itself: only what goes without gsstap's security, which no other
 * event tells.
 */
#include "tools/model/endpoint.h"
#include "tools/names/zmq.h"

#include <stdlib.h>
#include <string.h>

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
	endpoint_goes_plain(facts, endpoint);
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
	endpoint_taken_over(facts, endpoint);
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

	if ((endpoint_role_of_call(call) && was_injected(facts)) || failed)
		return;
	if (endpoint_role_of_call(call))
		learn_use(facts, endpoint_role_of_call(call));
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
