/* SPDX-License-Identifier: MIT */
/*
 * What the policy says of the addresses of a libzmq whose calls are not seen: see unseen.h. An endpoint is
 * what the kernel is given, so rules by the name of a host, or by what a socket is, have nothing to go by.
 */
#include "shim/wire/unseen.h"

#include "trace/writer.h"

#include <string.h>

#define TOLD 64

bool tap_unseen_any(const char *endpoint, char *out, size_t size)
{
	static const char *const any[] = {"tcp://0.0.0.0:", "tcp://[::]:"};

	for (int i = 0; i < 2; i++) {
		size_t length = strlen(any[i]);

		if (strncmp(endpoint, any[i], length))
			continue;
		tap_copy(out, size, "tcp://*:");
		tap_append(out, size, endpoint + length);
		return true;
	}
	return false;
}

/* All interfaces are asked about by their address, and as programs call them. */
enum pol_action tap_unseen_judge(const struct pol *policy, enum pol_way way, const char *endpoint,
				 int mechanism, struct pol_verdict *verdict)
{
	struct pol_endpoint facts = {.way = way,
				     .endpoint = endpoint,
				     .socket_type = -1,
				     .mechanism = mechanism,
				     .plaintext = -1}; /* a greeting does not say */
	enum pol_action action = pol_judge_endpoint(policy, &facts, verdict), other;
	struct pol_verdict second;
	char any[64];

	if (action == POL_INJECT || !tap_unseen_any(endpoint, any, sizeof(any)))
		return action;
	facts.endpoint = any;
	other = pol_judge_endpoint(policy, &facts, &second);
	if (other != POL_INJECT && !(action == POL_DENY && other == POL_ALLOW))
		return action;
	*verdict = second;
	return other;
}

static uint64_t hash_of(enum pol_way way, const char *endpoint, const struct pol_verdict *verdict)
{
	uint64_t hash = 1469598103934665603u ^ (uint64_t)way ^ (uint64_t)verdict->number << 8;

	for (; *endpoint; endpoint++)
		hash = (hash ^ (uint8_t)*endpoint) * 1099511628211u;
	return hash | 1;
}

/* libzmq comes again ten times a second: of the last ones it is known that they are in the trace. */
static bool was_told(uint64_t hash)
{
	static struct tap_lock lock;
	static uint64_t told[TOLD];
	static unsigned at;
	bool was = false;

	if (!tap_lock(&lock))
		return false;
	for (unsigned i = 0; i < TOLD && !was; i++)
		was = told[i] == hash;
	if (!was)
		told[at++ % TOLD] = hash;
	tap_unlock(&lock);
	return was;
}

bool tap_unseen_refuses(enum pol_way way, const char *endpoint, const struct pol_verdict *verdict)
{
	struct tr_draft *d = NULL;

	if (!was_told(hash_of(way, endpoint, verdict)))
		d = tr_begin(verdict->audit ? TR_E_would_refuse : TR_E_refused);
	if (d) {
		tr_comment(d, verdict->audit ? "would refuse: " : "refused: ");
		tr_comment(d, verdict->reason);
		tr_put_u32(d, TR_F_ROLE, way == POL_BIND ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
		tr_put_text(d, TR_F_RULE, verdict->rule);
		if (verdict->line)
			tr_put_u32(d, TR_F_LINE, verdict->line);
		tr_put_text(d, TR_F_REASON, verdict->reason);
		tr_put_text(d, TR_F_SUBJECT, endpoint);
		tr_commit(d);
	}
	return !verdict->audit;
}

/* By the greeting's 20 bytes; -1: one that is not known. */
static int mechanism_of(const uint8_t *mechanism)
{
	static const char names[][20] = {"NULL", "PLAIN", "CURVE", "GSSAPI"};

	for (int i = 0; mechanism && i < 4; i++)
		if (!memcmp(mechanism, names[i], sizeof(names[i])))
			return i;
	return -1;
}

bool tap_unseen_allows(const struct wire *wire, const uint8_t *mechanism)
{
	enum pol_way way = wire->server ? POL_BIND : POL_CONNECT;
	const char *endpoint = wire->server || !wire->tie->denied ? wire->tie->endpoint : wire->other;
	const struct pol *policy = tap_policy_take();
	struct pol_verdict verdict;
	bool allows = tap_unseen_judge(policy, way, endpoint, mechanism_of(mechanism), &verdict) == POL_ALLOW;

	tap_policy_give(policy);
	return allows || !tap_unseen_refuses(way, endpoint, &verdict);
}
