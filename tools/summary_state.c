/* SPDX-License-Identifier: MIT */
/*
 * How somebody stands, from what was seen of him. The last fact counts, but an unsecured connection counts as
 * long as its end was not seen: it may have been opened weeks ago.
 */
#include "tools/summary_model.h"

#include <string.h>

const char *sum_state_name(enum sum_state state)
{
	static const char *const names[] = {"unsecured", "failing", "refused", "secured", "idle", "over"};

	return names[state];
}

static enum sum_state last_fact(const struct sum_tally *tally)
{
	enum sum_fact last = SUM_ESTABLISHED;

	for (enum sum_fact fact = 0; fact < SUM_UNSECURED; fact++)
		if (tally->at[fact] > tally->at[last])
			last = fact;
	if (!tally->at[last])
		return SUM_STATE_IDLE;
	return last == SUM_FAILED    ? SUM_STATE_FAILING
	       : last == SUM_REFUSED ? SUM_STATE_REFUSED
				     : SUM_STATE_SECURED;
}

enum sum_state sum_peer_state(const struct sum_peer *peer)
{
	const struct sum_tally *tally = &peer->tally;
	enum sum_state state = last_fact(tally);
	uint64_t better = peer->moved;

	if (tally->open)
		return SUM_STATE_UNSECURED;
	/* A client has one server: whichever way it is called, a handshake that succeeded ends the failures.
	 */
	if (peer->endpoint->role == TR_ROLE_CLIENT && peer->endpoint->tally.at[SUM_ESTABLISHED] > better)
		better = peer->endpoint->tally.at[SUM_ESTABLISHED];
	if (state == SUM_STATE_IDLE)
		return SUM_STATE_OVER;
	return state != SUM_STATE_SECURED && better > tally->last ? SUM_STATE_OVER : state;
}

static void most_urgent(void *at, void *context)
{
	enum sum_state state = sum_peer_state(at), *worst = context;

	/* Those a server refuses are kept out: that is no fault of the endpoint's. */
	if (state == SUM_STATE_REFUSED && ((struct sum_peer *)at)->endpoint->role == TR_ROLE_SERVER)
		state = SUM_STATE_IDLE;
	if (state < *worst)
		*worst = state;
}

bool sum_accepts_unsecured(const struct sum_endpoint *endpoint)
{
	return endpoint->tally.open || (endpoint->phase && !strcmp(endpoint->phase, "report"));
}

enum sum_state sum_endpoint_state(const struct sum_endpoint *endpoint)
{
	const struct sum_tally *tally = &endpoint->tally;
	enum sum_state worst = SUM_STATE_OVER;

	if (tally->open)
		return SUM_STATE_UNSECURED;
	sum_each(endpoint->peers, most_urgent, &worst);
	if (worst == SUM_STATE_UNSECURED)
		return worst;
	if (endpoint->role != TR_ROLE_SERVER && last_fact(tally) != SUM_STATE_IDLE)
		return last_fact(tally);
	if (!tally->at[SUM_ESTABLISHED] && tally->at[SUM_REFUSED] && tally->at[SUM_REFUSED] == tally->last)
		return SUM_STATE_REFUSED;
	if (worst < SUM_STATE_IDLE)
		return worst;
	if (endpoint->injected || endpoint->mechanism == SUM_GSSAPI)
		return SUM_STATE_IDLE;
	return endpoint->mechanism == SUM_CURVE ? SUM_STATE_SECURED : SUM_STATE_OVER;
}

enum sum_state sum_pair_state(const struct sum_pair *pair)
{
	return last_fact(&pair->tally);
}
