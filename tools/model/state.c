/* SPDX-License-Identifier: MIT */
/*
 * How somebody stands, from what was seen of him. The last fact counts, but an unsecured connection counts as
 * long as its end was not seen, since it may have been opened weeks ago; and who was unsecured stays so until
 * he is seen with GSSAPI, since that he is gone for now does not say that he has moved. "Secured" is only who
 * was seen to be.
 */
#include "tools/model/model.h"

#include <string.h>

const char *sum_state_name(enum sum_state state)
{
	static const char *const names[SUM_STATES] = {"unsecured", "unencrypted", "failing",
						      "refused",   "unobserved",  "curve",
						      "secured",   "idle",	  "over"};

	return names[state];
}

/* Of what settles something: who gave up did not fail. */
static enum sum_fact last_fact(const struct sum_tally *tally)
{
	enum sum_fact last = SUM_ESTABLISHED;

	for (enum sum_fact fact = 0; fact < SUM_ABANDONED; fact++)
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

	if (!tally->at[fact])
		return tally->count[SUM_ABANDONED] ? SUM_STATE_UNOBSERVED : SUM_STATE_IDLE;
	if (fact == SUM_ESTABLISHED && tally->clear_at)
		return SUM_STATE_UNENCRYPTED;
	return states[fact];
}

/* Of an endpoint's: after a handshake this end says something at once, unless a ZAP handler has not let it.
 */
static enum sum_state at_endpoint(const struct sum_endpoint *endpoint, const struct sum_tally *tally,
				  enum sum_fact fact)
{
	enum sum_state state = state_of(tally, fact);
	bool silent = tally->silent_at > tally->spoke_at;

	if (state != SUM_STATE_SECURED)
		return state;
	if (endpoint->plaintext)
		return SUM_STATE_UNENCRYPTED;
	if (!silent)
		return state;
	return endpoint->process && endpoint->process->zap ? SUM_STATE_FAILING : SUM_STATE_UNOBSERVED;
}

enum sum_state sum_peer_state(struct sum_peer *peer)
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
	return last != SUM_ESTABLISHED && better > tally->at[last] ? SUM_STATE_OVER
								   : at_endpoint(peer->endpoint, tally, last);
}

/* By what the program itself did last. */
static bool is_plain(const struct sum_endpoint *endpoint)
{
	return endpoint->tally.open || endpoint->plain > endpoint->secured;
}

static bool is_word(struct sum_text text, const char *word)
{
	return text.at && text.length == strlen(word) && !memcmp(text.at, word, text.length);
}

bool sum_accepts_unsecured(const struct sum_endpoint *endpoint)
{
	return is_plain(endpoint) || is_word(endpoint->phase, "report");
}

static void most_urgent(void *at, void *context)
{
	struct sum_peer *peer = at;
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

enum sum_state sum_endpoint_state(struct sum_endpoint *endpoint)
{
	const struct sum_tally *tally = &endpoint->tally;
	enum sum_state worst = SUM_STATE_OVER;
	enum sum_fact last = last_fact(tally);

	if (is_plain(endpoint))
		return SUM_STATE_UNSECURED;
	sum_each(&endpoint->peers, most_urgent, &worst);
	if (worst == SUM_STATE_UNSECURED)
		return worst;
	if (endpoint->role != TR_ROLE_SERVER && last != SUM_UNSECURED && tally->at[last])
		return at_endpoint(endpoint, tally, last);
	/* The program's own bind was refused, and nothing came of it since. */
	if (!endpoint->peers.first && tally->at[SUM_REFUSED] > endpoint->secured)
		return SUM_STATE_REFUSED;
	if (worst < SUM_STATE_IDLE)
		return worst;
	if (endpoint->injected)
		return SUM_STATE_IDLE;
	return endpoint->mechanism == SUM_CURVE ? SUM_STATE_CURVE
	       : endpoint->plaintext		? SUM_STATE_UNENCRYPTED
						: SUM_STATE_IDLE;
}

enum sum_state sum_pair_state(struct sum_pair *pair)
{
	return state_of(&pair->tally, last_fact(&pair->tally));
}

struct sum_text sum_reason(const struct sum_tally *tally, enum sum_state state)
{
	static char silent
		[] = "authenticated, but nothing was said to it: a ZAP handler of the program's denies it, "
		     "or never answers",
	  option[] = "GSSAPI with ZMQ_GSSAPI_PLAINTEXT", clear[] = "messages passed without confidentiality",
	  gave_up[] = "the context was given up before it was established, and the other end's trace is not "
		      "at hand",
	  nothing[] = "a handshake succeeded, and nothing was sent after it";
	const char *said = NULL;
	enum sum_fact last = last_fact(tally);

	switch (state) {
	case SUM_STATE_FAILING:
	case SUM_STATE_REFUSED:
		if (last == SUM_ESTABLISHED && tally->silent_at > tally->spoke_at) {
			said = silent;
			break;
		}
		/* What this process knows itself, where it is of no time that is over. */
		if (tally->reason.at &&
		    (!tally->supposed.at || tally->reason_at > tally->at[SUM_ESTABLISHED]))
			return tally->reason;
		return tally->supposed.at ? tally->supposed : tally->reason;
	case SUM_STATE_UNENCRYPTED:
		said = tally->clear_at ? clear : option;
		break;
	case SUM_STATE_UNOBSERVED:
		said = tally->at[SUM_ESTABLISHED] ? nothing : gave_up;
		break;
	default:
		break;
	}
	return (struct sum_text){(char *)said, said ? strlen(said) : 0};
}
