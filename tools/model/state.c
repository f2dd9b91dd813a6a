/* SPDX-License-Identifier: MIT */
/*
 * How somebody stands, from what was seen of him. The last fact counts, but an unsecured connection counts as
 * long as its end was not seen, since it may have been opened weeks ago; and who was unsecured stays so until
 * he is seen with GSSAPI, since that he is gone for now does not say that he has moved.
 */
#include "tools/model/model.h"

#include <string.h>

const char *sum_state_name(enum sum_state state)
{
	static const char *const names[] = {"unsecured", "failing", "refused", "secured", "idle", "over"};

	return names[state];
}

static enum sum_fact last_fact(const struct sum_tally *tally)
{
	enum sum_fact last = SUM_ESTABLISHED;

	for (enum sum_fact fact = 0; fact < SUM_FACTS; fact++)
		if (tally->at[fact] > tally->at[last])
			last = fact;
	return last;
}

static enum sum_state state_of(const struct sum_tally *tally, enum sum_fact fact)
{
	static const enum sum_state states[] = {
		[SUM_ESTABLISHED] = SUM_STATE_SECURED,
		[SUM_FAILED] = SUM_STATE_FAILING,
		[SUM_REFUSED] = SUM_STATE_REFUSED,
		[SUM_UNSECURED] = SUM_STATE_UNSECURED,
	};

	return tally->at[fact] ? states[fact] : SUM_STATE_IDLE;
}

enum sum_state sum_peer_state(const struct sum_peer *peer)
{
	const struct sum_tally *tally = &peer->tally;
	enum sum_fact last = last_fact(tally);
	uint64_t better = peer->moved;

	if (tally->open)
		return SUM_STATE_UNSECURED;
	/* A client has one server: whichever way it is called, a handshake that succeeded ends the failures.
	 */
	if (peer->endpoint->role == TR_ROLE_CLIENT && peer->endpoint->tally.at[SUM_ESTABLISHED] > better)
		better = peer->endpoint->tally.at[SUM_ESTABLISHED];
	return last != SUM_ESTABLISHED && better > tally->at[last] ? SUM_STATE_OVER : state_of(tally, last);
}

/* By what the program itself did last. */
static bool is_plain(const struct sum_endpoint *endpoint)
{
	return endpoint->tally.open || endpoint->plain > endpoint->secured;
}

bool sum_accepts_unsecured(const struct sum_endpoint *endpoint)
{
	return is_plain(endpoint) || (endpoint->phase && !strcmp(endpoint->phase, "report"));
}

static void most_urgent(void *at, void *context)
{
	const struct sum_peer *peer = at;
	enum sum_state state = sum_peer_state(peer), *worst = context;

	/* No fault of the endpoint's: whom a server refuses, and who did not come back since it takes no
	 * unsecured ones. */
	if (peer->endpoint->role == TR_ROLE_SERVER && state == SUM_STATE_REFUSED)
		return;
	if (state == SUM_STATE_UNSECURED && !peer->tally.open && !sum_accepts_unsecured(peer->endpoint))
		return;
	if (state < *worst)
		*worst = state;
}

enum sum_state sum_endpoint_state(const struct sum_endpoint *endpoint)
{
	const struct sum_tally *tally = &endpoint->tally;
	enum sum_state worst = SUM_STATE_OVER;
	enum sum_fact last = last_fact(tally);

	if (is_plain(endpoint))
		return SUM_STATE_UNSECURED;
	sum_each(endpoint->peers, most_urgent, &worst);
	if (worst == SUM_STATE_UNSECURED)
		return worst;
	if (endpoint->role != TR_ROLE_SERVER && last != SUM_UNSECURED && tally->at[last])
		return state_of(tally, last);
	/* The program's own bind was refused, and nothing came of it since. */
	if (!endpoint->peers && tally->at[SUM_REFUSED] > endpoint->secured)
		return SUM_STATE_REFUSED;
	if (worst < SUM_STATE_IDLE)
		return worst;
	return !endpoint->injected && endpoint->mechanism == SUM_CURVE ? SUM_STATE_SECURED : SUM_STATE_IDLE;
}

enum sum_state sum_pair_state(const struct sum_pair *pair)
{
	return state_of(&pair->tally, last_fact(&pair->tally));
}
