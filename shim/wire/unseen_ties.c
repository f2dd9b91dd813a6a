/* SPDX-License-Identifier: MIT */
/*
 * Ties of addresses: see unseen.h. They are made once for an endpoint and stay, since a libzmq whose calls
 * are not seen connects to it for as long as it likes.
 */
#include "shim/wire/unseen.h"

#include "shim/core/spare.h"
#include "shim/wire/principals.h"

#include <errno.h>
#include <string.h>

#define TIES 4096

struct known {
	struct known *next;
	struct tap_tie tie;
};

static struct tap_masked_lock lock;
static struct known *first;
static unsigned count;
static struct tap_spares spares = {.size = sizeof(struct known)};
static bool is_blind;

void tap_unseen_blind(const char *reason)
{
	struct tr_draft *d;

	if (__atomic_exchange_n(&is_blind, true, __ATOMIC_ACQ_REL))
		return;
	d = tr_begin(TR_E_refused);
	if (!d)
		return;
	tr_put_text(d, TR_F_RULE, "zmq");
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = "refused: the connections of a libzmq that cannot be entered";
	tr_commit(d);
}

static void tell(const struct tap_tie *tie)
{
	struct tr_draft *d = tr_begin(TR_E_inject);

	if (!d)
		return;
	tap_tie_put(d, tie);
	d->comment = tie->server ? "GSSAPI is spoken at this address, as server"
				 : "GSSAPI is spoken at this address, as client";
	tr_commit(d);
}

/* Of the endpoint, which somebody may have made meanwhile. *made: it is new. NULL: no room. */
static struct tap_tie *keep(const struct tap_tie *wanted, bool *made)
{
	struct known *k;

	while (!tap_lock_masked(&lock))
		;
	for (k = first; k; k = k->next)
		if (k->tie.server == wanted->server && k->tie.denied == wanted->denied &&
		    !strcmp(k->tie.endpoint, wanted->endpoint))
			break;
	*made = !k && count < TIES && (k = tap_spare_take(&spares));
	if (*made) {
		k->tie = *wanted;
		k->next = first;
		__atomic_store_n(&first, k, __ATOMIC_RELEASE);
		count++;
	}
	tap_unlock_masked(&lock);
	return k ? &k->tie : NULL;
}

static struct tap_tie *kept(bool server, bool denied, const char *endpoint)
{
	for (struct known *k = __atomic_load_n(&first, __ATOMIC_ACQUIRE); k; k = k->next)
		if (k->tie.server == server && k->tie.denied == denied && !strcmp(k->tie.endpoint, endpoint))
			return &k->tie;
	return NULL;
}

static struct tap_tie *denied(enum pol_way way, const char *endpoint)
{
	static struct tap_tie client = {.unseen = true, .denied = true};
	struct tap_tie wanted = {.unseen = true, .denied = true, .server = true};
	bool made;

	/* Of a client the connection knows where it goes to. */
	if (way == POL_CONNECT)
		return &client;
	tap_copy(wanted.endpoint, sizeof(wanted.endpoint), endpoint);
	return keep(&wanted, &made);
}

static const char *make(enum pol_way way, const char *endpoint, const struct pol_inject *rule,
			struct tap_tie **tie, char *room, size_t size)
{
	struct pol_endpoint facts = {.way = way, .endpoint = endpoint, .socket_type = -1};
	struct tap_tie wanted = {.unseen = true,
				 .server = way == POL_BIND,
				 .binds = way == POL_BIND,
				 .decides = rule->phase == POL_PHASE_REPORT,
				 .principal_type = rule->principal_type,
				 .service_type = rule->service_type,
				 .send_buffer = -1,
				 .largest = -1};
	char any[64];
	bool made;

	if (tap_unseen_any(endpoint, any, sizeof(any)))
		facts.endpoint = any; /* which is no host's name */
	if (tap_principals(&facts, rule, &wanted, room, size) || !tap_wire_gss_ready(room, size))
		return room;
	tap_copy(wanted.endpoint, sizeof(wanted.endpoint), endpoint);
	*tie = keep(&wanted, &made);
	if (!*tie)
		return "too many endpoints to secure";
	if (made)
		tell(*tie);
	return NULL;
}

static struct tap_tie *inject(enum pol_way way, const char *endpoint, struct pol_verdict *verdict, int *error)
{
	struct tap_tie *tie = kept(way == POL_BIND, false, endpoint);
	const char *reason;
	char room[200];

	if (tie)
		return tie;
	reason = make(way, endpoint, &verdict->inject, &tie, room, sizeof(room));
	if (!reason)
		return tie;
	tap_copy(verdict->reason, sizeof(verdict->reason), reason);
	if (tap_unseen_refuses(way, endpoint, verdict))
		*error = way == POL_BIND ? EACCES : ECONNREFUSED;
	return NULL;
}

static struct tap_tie *judge(const struct pol *policy, enum pol_way way, const char *endpoint, int *error)
{
	int refusal = way == POL_BIND ? EACCES : ECONNREFUSED; /* libzmq lives with it */
	struct tap_tie *tie = NULL;
	struct pol_verdict verdict;
	enum pol_action action = tap_unseen_judge(policy, way, endpoint, 0, &verdict);

	*error = 0;
	if (action == POL_ALLOW)
		return NULL;
	if (__atomic_load_n(&is_blind, __ATOMIC_ACQUIRE)) {
		tap_copy(verdict.reason, sizeof(verdict.reason),
			 "this libzmq's calls are not seen, and its connections cannot be followed");
		*error = tap_unseen_refuses(way, endpoint, &verdict) ? refusal : 0;
		return NULL;
	}
	if (action == POL_INJECT)
		return inject(way, endpoint, &verdict, error);
	tie = denied(way, endpoint);
	if (!tie)
		*error = refusal;
	return tie;
}

struct tap_tie *tap_unseen_tie(enum pol_way way, const char *endpoint, int *error)
{
	const struct pol *policy = tap_policy_take();
	struct tap_tie *tie = judge(policy, way, endpoint, error);

	tap_policy_give(policy);
	return tie;
}
