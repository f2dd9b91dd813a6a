/* SPDX-License-Identifier: MIT */
/*
 * Endpoints of ZeroMQ: what goes without security, and what gets it. A transport that is not known secures
 * nothing. Linked into the shim.
 */
#include "policy/decide.h"

#include <string.h>

/* <zmq.h> is not included here: these numbers are libzmq's ABI. */
enum { MECH_NULL = 0, MECH_PLAIN = 1, MECH_CURVE = 2, MECH_GSSAPI = 3 };
enum { SOCKET_STREAM = 11 };

/*
 * What libzmq (4.3.4, 4.3.5) does with a security mechanism on each transport. ws and wss know NULL, PLAIN
 * and CURVE only; datagram and multicast transports send messages as they are, and a transport that is not
 * listed is taken to do the same. GSSAPI is injected where that has been tried, and a rule that matches
 * elsewhere refuses.
 */
static const struct transport {
	const char *name;
	unsigned secured_by; /* 1 << mechanism */
	int inject;
} transports[] = {
	{"tcp://", 1 << MECH_CURVE | 1 << MECH_GSSAPI, 1},
	{"ipc://", 1 << MECH_CURVE | 1 << MECH_GSSAPI, 1},
	{"tipc://", 1 << MECH_CURVE | 1 << MECH_GSSAPI, 0},
	{"vmci://", 1 << MECH_CURVE | 1 << MECH_GSSAPI, 0},
	{"vsock://", 1 << MECH_CURVE | 1 << MECH_GSSAPI, 0},
	{"ws://", 1 << MECH_CURVE, 0},
	{"wss://", 1 << MECH_CURVE, 0},
	{"", 0, 0}, /* udp, pgm, epgm, norm and the unknown */
};

enum pol_action pol_judge_plaintext(const struct pol *pol, struct pol_verdict *verdict)
{
	const struct pol_rule *rule;
	struct pol_say say;
	int encrypt;

	if (pol_settled(pol, verdict))
		return verdict->action;
	rule = pol->rule[POL_K_PLAINTEXT];
	if (!rule || rule->word == POL_W_ALLOW)
		return POL_ALLOW;
	encrypt = rule->word == POL_W_ENCRYPT;
	say = pol_decide(pol, verdict, encrypt ? POL_CHANGE : POL_DENY, rule);
	pol_say(&say,
		encrypt ? " encrypts in spite of ZMQ_GSSAPI_PLAINTEXT" : " refuses ZMQ_GSSAPI_PLAINTEXT");
	return verdict->action;
}

static const struct transport *transport_of(const char *endpoint)
{
	const struct transport *t = transports;

	while (strncmp(endpoint, t->name, strlen(t->name)))
		t++;
	return t;
}

static int raw(const struct pol_endpoint *facts)
{
	return facts->raw || facts->socket_type == SOCKET_STREAM;
}

/*
 * GSSAPI that does not encrypt is let pass by `plaintext: allow` alone, and not by its absence. Other words
 * are about the option: in audit mode it was told of when it was set, and would not be on.
 */
static int passes_clear(const struct pol *pol, const struct pol_endpoint *facts)
{
	const struct pol_rule *rule = pol->rule[POL_K_PLAINTEXT];

	return rule && (rule->word == POL_W_ALLOW || (facts->plaintext > 0 && !pol_enforces(pol)));
}

static int secured(const struct pol *pol, const struct pol_endpoint *facts, const struct transport *t)
{
	if (raw(facts) || facts->mechanism < 0 || facts->mechanism >= 32 ||
	    !(t->secured_by >> facts->mechanism & 1))
		return 0;
	return facts->mechanism != MECH_GSSAPI || !facts->plaintext || passes_clear(pol, facts);
}

int pol_asks_gssapi(const struct pol_endpoint *facts)
{
	return facts->mechanism == MECH_GSSAPI && !facts->plaintext && !raw(facts) && facts->endpoint &&
	       transport_of(facts->endpoint)->inject;
}

static enum pol_nametype nametype(const struct pol_rule *field)
{
	if (!field || field->word == POL_W_HOSTBASED)
		return POL_NT_HOSTBASED;
	return field->word == POL_W_USER ? POL_NT_USER_NAME : POL_NT_KRB5_PRINCIPAL;
}

static void say_injected(const struct pol_verdict *verdict, struct pol_say say, const char *endpoint)
{
	pol_say(&say, " speaks GSSAPI for ");
	pol_say(&say, endpoint);
	if (verdict->inject.phase == POL_PHASE_REPORT)
		pol_say(&say, ", and goes without where the other end has none");
}

static int requires(const struct pol_rule *item)
{
	const struct pol_rule *phase = pol_field(item, POL_K_INJECT_PHASE);

	return !phase || phase->word != POL_W_REPORT;
}

static enum pol_action inject(const struct pol *pol, const struct pol_rule *item, const char *endpoint,
			      struct pol_verdict *verdict)
{
	const struct pol_rule *zap = pol_field(item, POL_K_INJECT_ZAP);
	const struct pol_rule *failure = pol_field(item, POL_K_INJECT_ON_FAILURE);

	verdict->inject.principal = pol_text(pol->image, pol_field(item, POL_K_INJECT_PRINCIPAL));
	verdict->inject.principal_type = nametype(pol_field(item, POL_K_INJECT_PRINCIPAL_TYPE));
	verdict->inject.service = pol_text(pol->image, pol_field(item, POL_K_INJECT_SERVICE));
	verdict->inject.service_type = nametype(pol_field(item, POL_K_INJECT_SERVICE_TYPE));
	verdict->inject.skips_zap = zap && zap->word == POL_W_SKIP;
	verdict->inject.fails = failure && failure->word == POL_W_ERROR ? failure->line : 0;
	verdict->inject.phase = requires(item) ? POL_PHASE_REQUIRE : POL_PHASE_REPORT;
	say_injected(verdict, pol_decide(pol, verdict, POL_INJECT, item), endpoint);
	return POL_INJECT;
}

/* The first zmq.inject rule of this way whose pattern matches, or NULL. */
static const struct pol_rule *injecting(const struct pol *pol, enum pol_way way, const char *endpoint)
{
	const struct pol_rule *list = pol->rule[POL_K_INJECT];
	uint16_t key = way == POL_BIND ? POL_K_INJECT_BIND : POL_K_INJECT_CONNECT;

	for (const struct pol_rule *item = list ? list + 1 : NULL; list && item < pol_next(list);
	     item = pol_next(item)) {
		const struct pol_rule *pattern = pol_field(item, key);

		if (pattern && pol_match(pol_text(pol->image, pattern), endpoint))
			return item;
	}
	return NULL;
}

static const char *why_unsecured(const struct pol_endpoint *facts, const struct transport *t)
{
	if (facts->socket_type == SOCKET_STREAM)
		return ": a STREAM socket has no security mechanism";
	if (facts->raw)
		return ": with ZMQ_ROUTER_RAW there is no security mechanism";
	if (!t->secured_by)
		return ": this transport has no security mechanism";
	switch (facts->mechanism) {
	case MECH_NULL:
		return ": the socket's mechanism is NULL";
	case MECH_PLAIN:
		return ": the socket's mechanism is PLAIN, which encrypts nothing";
	case MECH_GSSAPI:
		if (!(t->secured_by >> MECH_GSSAPI & 1))
			return ": this transport cannot carry GSSAPI";
		return facts->plaintext > 0 ? ": the socket's GSSAPI does not encrypt (ZMQ_GSSAPI_PLAINTEXT)"
					    : ": it is not known whether the socket's GSSAPI encrypts";
	default:
		return ": the socket's mechanism is not known";
	}
}

/* What a rule secures, and cannot on this transport, goes without where the policy says so, and never by the
 * way. */
static enum pol_action judge_unspoken(const struct pol *pol, const struct pol_rule *item,
				      const char *endpoint, struct pol_verdict *verdict)
{
	const struct pol_rule *ok = pol_matching(pol, pol->rule[POL_K_UNSECURED_OK], endpoint);
	struct pol_say say = pol_decide(pol, verdict, ok ? POL_ALLOW : POL_DENY, ok ? ok : item);

	pol_say(&say, ok ? " allows " : " secures ");
	pol_say(&say, endpoint);
	pol_say(&say, ": no GSSAPI is spoken on this transport, only on tcp:// and ipc://");
	return verdict->action;
}

static enum pol_action judge_unsecured(const struct pol *pol, const struct pol_endpoint *facts,
				       const char *endpoint, const struct transport *t,
				       struct pol_verdict *verdict)
{
	const struct pol_rule *rule = pol->rule[POL_K_UNSECURED], *ok;
	struct pol_say say;

	if (!rule || rule->word == POL_W_ALLOW)
		return POL_ALLOW;
	ok = pol_matching(pol, pol->rule[POL_K_UNSECURED_OK], endpoint);
	say = pol_decide(pol, verdict, ok ? POL_ALLOW : POL_DENY, ok ? ok : rule);
	if (ok)
		return POL_ALLOW;
	pol_say(&say, facts->way == POL_BIND ? " refuses to bind " : " refuses to connect ");
	pol_say(&say, endpoint);
	pol_say(&say, why_unsecured(facts, t));
	return verdict->action;
}

enum pol_action pol_judge_endpoint(const struct pol *pol, const struct pol_endpoint *facts,
				   struct pol_verdict *verdict)
{
	const char *endpoint = facts->endpoint ? facts->endpoint : "";
	const struct transport *t = transport_of(endpoint);
	const struct pol_rule *item = NULL;

	memset(verdict, 0, sizeof(*verdict));
	/* What stays in the process cannot be read on a wire, and libzmq's own ZAP handler lives there. */
	if (!strncmp(endpoint, "inproc://", 9))
		return POL_ALLOW;
	if (pol_settled(pol, verdict))
		return verdict->action;
	if (secured(pol, facts, t))
		return POL_ALLOW;
	if (!raw(facts) && facts->mechanism == MECH_NULL)
		item = injecting(pol, facts->way, endpoint);
	if (item && t->inject)
		return inject(pol, item, endpoint, verdict);
	if (item && requires(item))
		return judge_unspoken(pol, item, endpoint, verdict);
	return judge_unsecured(pol, facts, endpoint, t, verdict);
}
