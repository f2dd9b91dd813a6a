/* SPDX-License-Identifier: MIT */
/*
 * What ZeroMQ's connections have besides their handshakes: the endpoint that the program opened and what was
 * set on it, and connections that go without security, which have no handshake at all.
 */
#include "tools/model/exchange_parts.h"
#include "tools/model/zmq_talk.h"

static struct exchange_endpoint *endpoint_named(struct exchanges *exchanges, const struct facts *facts,
						struct model_text name)
{
	struct exchange_endpoint *endpoint;
	bool made;

	if (!name.at)
		return NULL;
	endpoint = facts_get(facts, &exchanges->endpoints, sizeof(*endpoint), &facts->process->image, 1,
			     &name, 1, &made);
	return endpoint;
}

static struct exchange_endpoint *endpoint_of(struct exchanges *exchanges, const struct facts *facts)
{
	return endpoint_named(exchanges, facts, facts_text(facts, TR_F_ENDPOINT));
}

void exchange_opened(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_endpoint *endpoint =
		facts_number(facts, TR_F_ERRNO) ? NULL : endpoint_of(exchanges, facts);

	if (!endpoint)
		return;
	endpoint->call = facts->event->head.call;
	endpoint->opened = facts->event->time;
	endpoint->duration = facts->event->head.duration;
	endpoint->times++;
}

void exchange_injected(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_endpoint *endpoint = endpoint_of(exchanges, facts);

	if (!endpoint)
		return;
	endpoint->injected = true;
	facts_keep(facts, &endpoint->service, facts_text(facts, TR_F_SERVICE));
	facts_keep(facts, &endpoint->service, facts_text(facts, TR_F_PRINCIPAL));
}

/* libzmq's own GSSAPI calls on threads that know no socket: the endpoint is told where there is but one. */
void exchange_served(struct exchanges *exchanges, const struct facts *facts, struct exchange_side *side)
{
	const struct model_zmq_end *end = NULL;

	if (facts_text(facts, TR_F_ENDPOINT).at) {
		side->endpoint = endpoint_of(exchanges, facts);
		return;
	}
	if (side->talk && side->talk->zmq)
		end = model_zmq_end_only(side->talk);
	if (!end || !end->whole)
		return;
	facts_keep(facts, &side->talk->endpoint, end->endpoint);
	side->endpoint = endpoint_named(exchanges, facts, end->endpoint);
}

/* The one of these ends that is open in this process. */
static struct exchange_plain **open_plain(struct exchanges *exchanges, const struct facts *facts)
{
	const struct model_text ends[] = {facts_text(facts, TR_F_ENDPOINT), facts_text(facts, TR_F_PEER)};
	struct open_plain {
		struct model_node node;
		struct exchange_plain *plain;
	} * open;
	bool made;

	open = facts_get(facts, &exchanges->plain, sizeof(*open), &facts->process->image, 1, ends, 2, &made);
	return open ? &open->plain : NULL;
}

static struct exchange_plain *new_plain(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange *exchange = exchanges_add(exchanges);
	struct exchange_plain *plain = exchange ? &exchange->plain : NULL;

	facts->model->failed |= !plain;
	if (!plain)
		return NULL;
	plain->program = facts->process->program;
	plain->pid = facts->event->head.pid;
	plain->time = facts->event->time;
	plain->role = (enum tr_role)facts_number(facts, TR_F_ROLE);
	facts_keep(facts, &plain->endpoint, facts_text(facts, TR_F_ENDPOINT));
	facts_keep(facts, &plain->peer, facts_text(facts, TR_F_PEER));
	facts_keep(facts, &plain->reason, facts_text(facts, TR_F_REASON));
	return plain;
}

/* With an age it is the connection's end. */
bool exchange_unsecured(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_plain **open = open_plain(exchanges, facts);

	if (!open)
		return false;
	if (!facts_has(facts, TR_F_AGE)) {
		*open = new_plain(exchanges, facts);
		return *open;
	}
	if (*open) {
		(*open)->ended = true;
		(*open)->age = facts_number(facts, TR_F_AGE);
	}
	*open = NULL;
	return true;
}
