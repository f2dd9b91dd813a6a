/* SPDX-License-Identifier: MIT */
/*
 * How somebody stands, from what was seen of him. The last fact counts, but an unsecured connection counts as
 * long as its end was not seen, since it may have been opened weeks ago; and who was unsecured stays so until
 * he is seen with GSSAPI, since that he is gone for now does not say that he has moved. "Secured" is only who
 * was seen to be: of a connection that gsstap follows, whose READY was unwrapped; where libzmq's own GSSAPI
 * is at work, who was let in as far as what it does after the handshake shows that; and of a context of
 * which no endpoint is known, once it was seen to protect anything: who uses GSSAPI to log in, and then talks
 * as before, is authenticated and no more.
 */
#include "tools/model/model.h"

#include <string.h>

const char *model_state_name(enum model_state state)
{
	static const char *const names[MODEL_STATES] = {
		"unsecured", "unencrypted",   "failing", "refused", "unobserved",
		"curve",     "authenticated", "secured", "idle",    "over"};

	return names[state];
}

/* Of what settles something: who gave up did not fail. Of two at one time the worse counts. */
static enum model_fact last_fact(const struct model_tally *tally)
{
	enum model_fact last = MODEL_ESTABLISHED;

	for (enum model_fact fact = 0; fact < MODEL_ABANDONED; fact++)
		if (tally->at[fact] && tally->at[fact] >= tally->at[last])
			last = fact;
	return last;
}

static enum model_state state_of(const struct model_tally *tally, enum model_fact fact)
{
	static const enum model_state states[] = {
		[MODEL_ESTABLISHED] = MODEL_STATE_SECURED,
		[MODEL_FAILED] = MODEL_STATE_FAILING,
		[MODEL_REFUSED] = MODEL_STATE_REFUSED,
		[MODEL_UNSECURED] = MODEL_STATE_UNSECURED,
	};

	if (!tally->at[fact])
		return tally->count[MODEL_ABANDONED] || tally->count[MODEL_ESTABLISHED]
			       ? MODEL_STATE_UNOBSERVED
			       : MODEL_STATE_IDLE;
	if (fact == MODEL_ESTABLISHED && tally->clear_at)
		return MODEL_STATE_UNENCRYPTED;
	return states[fact];
}

/* Of an endpoint's: after a handshake this end says something at once, unless a ZAP handler has not let it.
 */
static enum model_state at_endpoint(const struct model_endpoint *endpoint, const struct model_tally *tally,
				    enum model_fact fact)
{
	enum model_state state = state_of(tally, fact);
	bool silent = tally->silent_at > tally->spoke_at;

	if (state != MODEL_STATE_SECURED)
		return state;
	if (endpoint->plaintext)
		return MODEL_STATE_UNENCRYPTED;
	if (!silent)
		return state;
	return endpoint->process && endpoint->process->zap ? MODEL_STATE_FAILING : MODEL_STATE_UNOBSERVED;
}

/* By what the program itself did last. */
static bool is_plain(const struct model_endpoint *endpoint)
{
	return endpoint->tally.open || endpoint->plain > endpoint->secured;
}

bool model_accepts_unsecured(const struct model_endpoint *endpoint)
{
	return is_plain(endpoint) || model_text_is(endpoint->phase, "report");
}

/* A connection that came to nothing does not say that one without security would not pass. */
static bool still_unsecured(const struct model_peer *peer, uint64_t better)
{
	const struct model_tally *tally = &peer->tally;
	uint64_t at = tally->at[MODEL_UNSECURED];

	return tally->open ||
	       (at > better && at > tally->at[MODEL_ESTABLISHED] && model_accepts_unsecured(peer->endpoint));
}

enum model_state model_peer_state(struct model_peer *peer)
{
	const struct model_tally *tally = &peer->tally;
	enum model_fact last = last_fact(tally);
	uint64_t better = peer->moved;

	/* A client has one server: whichever way it is called, a handshake that succeeded ends the failures.
	 */
	if (peer->endpoint->role == TR_ROLE_CLIENT && peer->endpoint->tally.at[MODEL_ESTABLISHED] > better)
		better = peer->endpoint->tally.at[MODEL_ESTABLISHED];
	if (still_unsecured(peer, better))
		return MODEL_STATE_UNSECURED;
	return last != MODEL_ESTABLISHED && better > tally->at[last]
		       ? MODEL_STATE_OVER
		       : at_endpoint(peer->endpoint, tally, last);
}

static void most_urgent(void *at, void *context)
{
	struct model_peer *peer = at;
	enum model_state state = model_peer_state(peer), *worst = context;

	/* No fault of the endpoint's: whom a server refuses, and who did not come back since it takes no
	 * unsecured ones. */
	if (peer->endpoint->role == TR_ROLE_SERVER && state == MODEL_STATE_REFUSED)
		return;
	if (state == MODEL_STATE_UNSECURED && !peer->tally.open && !model_accepts_unsecured(peer->endpoint))
		return;
	if (state < *worst)
		*worst = state;
}

enum model_state model_endpoint_state(struct model_endpoint *endpoint)
{
	const struct model_tally *tally = &endpoint->tally;
	enum model_state worst = MODEL_STATE_OVER;
	enum model_fact last = last_fact(tally);

	if (is_plain(endpoint))
		return MODEL_STATE_UNSECURED;
	model_each(&endpoint->peers, most_urgent, &worst);
	if (worst == MODEL_STATE_UNSECURED)
		return worst;
	if (endpoint->role != TR_ROLE_SERVER && last != MODEL_UNSECURED && tally->at[last])
		return at_endpoint(endpoint, tally, last);
	/* The program's own bind was refused, and nothing came of it since. */
	if (!endpoint->peers.first && tally->at[MODEL_REFUSED] > endpoint->secured)
		return MODEL_STATE_REFUSED;
	if (worst < MODEL_STATE_IDLE)
		return worst;
	if (endpoint->injected)
		return MODEL_STATE_IDLE;
	return endpoint->mechanism == MODEL_CURVE ? MODEL_STATE_CURVE
	       : endpoint->plaintext		  ? MODEL_STATE_UNENCRYPTED
						  : MODEL_STATE_IDLE;
}

enum model_state model_pair_state(struct model_pair *pair)
{
	const struct model_tally *tally = &pair->tally;
	enum model_state state = state_of(tally, last_fact(tally));

	if (state == MODEL_STATE_SECURED && tally->bare_at > tally->protected_at)
		return MODEL_STATE_AUTHENTICATED;
	return state == MODEL_STATE_SECURED && !tally->protected_at ? MODEL_STATE_AUTHENTICATED : state;
}

struct model_text model_reason(const struct model_tally *tally, enum model_state state)
{
	static const char silent
		[] = "authenticated, but nothing was said to it: a ZAP handler of the program's denies it, "
		     "or never answers",
	  option[] = "GSSAPI with ZMQ_GSSAPI_PLAINTEXT", clear[] = "messages passed without confidentiality",
	  bare[] = "libzmq has wrapped nothing since the handshake: ZMQ_GSSAPI_PLAINTEXT, or it did not let "
		   "the peer in",
	  idle[] = "nothing was seen to be wrapped or unwrapped since the handshake",
	  gave_up[] = "the context was given up before it was established, and nothing that was seen tells "
		      "why",
	  nothing[] = "a handshake succeeded, and nothing was sent after it",
	  no_ready[] = "a handshake succeeded, and that the peer's READY was unwrapped is not told";
	const char *said = NULL;
	enum model_fact last = last_fact(tally);

	switch (state) {
	case MODEL_STATE_FAILING:
	case MODEL_STATE_REFUSED:
		if (last == MODEL_ESTABLISHED && tally->silent_at > tally->spoke_at) {
			said = silent;
			break;
		}
		/* What this process knows itself, where it is of no time that is over. */
		if (tally->reason.at &&
		    (!tally->supposed.at || tally->reason_at > tally->at[MODEL_ESTABLISHED]))
			return tally->reason;
		return tally->supposed.at ? tally->supposed : tally->reason;
	case MODEL_STATE_UNENCRYPTED:
		said = tally->clear_at ? clear : option;
		break;
	case MODEL_STATE_AUTHENTICATED:
		said = tally->bare_at ? bare : idle;
		break;
	case MODEL_STATE_UNOBSERVED:
		if (!tally->count[MODEL_ESTABLISHED] && tally->given_up.at)
			return tally->given_up;
		said = tally->at[MODEL_ESTABLISHED]	 ? nothing
		       : tally->count[MODEL_ESTABLISHED] ? no_ready
							 : gave_up;
		break;
	default:
		break;
	}
	return (struct model_text){said, said ? strlen(said) : 0};
}
