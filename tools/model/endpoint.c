/* SPDX-License-Identifier: MIT */
/*
 * Endpoints: what was injected, and which connections go without.
 *
 * A bound endpoint is its newest process's: what was open in an older one of the same program ended with it.
 * Clients can be many at one time, and theirs stay open until the traces say otherwise.
 */
#include "tools/model/endpoint.h"

enum tr_role endpoint_role_of_call(uint64_t call)
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

void endpoint_taken_over(const struct facts *facts, struct model_endpoint *endpoint)
{
	if (endpoint->process != facts->process && endpoint->role == TR_ROLE_SERVER)
		endpoint->tally.open = 0;
	endpoint->process = facts->process;
}

void endpoint_goes_plain(struct facts *facts, struct model_endpoint *endpoint)
{
	endpoint->tally.count[MODEL_UNSECURED]++;
	endpoint->tally.at[MODEL_UNSECURED] = endpoint->plain = facts->event->time;
	endpoint->tally.open++;
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
	endpoint_taken_over(facts, endpoint);
	endpoint->injected = true;
	endpoint->plaintext = false;
	endpoint->secured = facts->event->time;
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

void endpoint_end_open(struct model_peer *peer)
{
	const struct model_endpoint *endpoint = peer->endpoint;

	if (peer->opened_in != endpoint->process && endpoint->role == TR_ROLE_SERVER)
		peer->tally.open = 0;
	peer->opened_in = endpoint->process;
}

/* With an age it is the connection's end. */
void learn_unsecured(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_ENDPOINT), none = {0};
	struct model_endpoint *endpoint = name.at ? endpoint_by_address(facts, name) : NULL;
	struct model_peer *peer = endpoint ? facts_peer(facts, endpoint, none) : NULL;

	if (!peer)
		return;
	endpoint_end_open(peer);
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

/* One that goes without is told of by unsecured events, also of its end. */
void learn_connection(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_ENDPOINT);
	uint64_t role = facts_number(facts, TR_F_ROLE);
	struct model_endpoint *endpoint;
	struct model_peer *peer;

	if (!name.at || facts_number(facts, TR_F_MECHANISM) != MODEL_GSSAPI ||
	    (role != TR_ROLE_SERVER && role != TR_ROLE_CLIENT))
		return;
	endpoint = facts_endpoint(facts, (enum tr_role)role, name);
	peer = endpoint ? facts_peer(
				  facts, endpoint,
				  facts_text(facts, role == TR_ROLE_SERVER ? TR_F_INITIATOR : TR_F_ACCEPTOR))
			: NULL;
	if (!peer)
		return;
	facts_seen(facts, &peer->tally.first, &peer->tally.last);
	endpoint->tally.ready++;
	peer->tally.ready++;
	endpoint->tally.at[MODEL_ESTABLISHED] = peer->tally.at[MODEL_ESTABLISHED] = facts->event->time;
}
