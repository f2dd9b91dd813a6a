/* SPDX-License-Identifier: MIT */
/*
 * The judgements: from facts to a verdict, by the rules of an image that pol_open has passed. What a policy
 * does not mention is allowed; what cannot be known is taken as the worse case. Linked into the shim.
 */
#include "policy/policy.h"
#include "policy/image.h"
#include "policy/say.h"

#include <string.h>

/* <zmq.h> is not included here: these numbers are libzmq's ABI. */
enum { MECH_NULL = 0, MECH_PLAIN = 1, MECH_CURVE = 2, MECH_GSSAPI = 3 };
enum { SOCKET_STREAM = 11 };

/*
 * What libzmq (4.3.4, 4.3.5) does with a security mechanism on each transport. ws and wss know NULL, PLAIN
 * and CURVE only; datagram and multicast transports send messages as they are, and a transport that is not
 * listed is taken to do the same. GSSAPI is injected where that has been tried.
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

int pol_enforces(const struct pol *pol)
{
	const struct pol_rule *mode;

	if (pol->state != POL_READY)
		return pol->state == POL_BROKEN;
	mode = pol->rule[POL_K_MODE];
	return !mode || mode->word == POL_W_ENFORCE;
}

int pol_capture(const struct pol *pol)
{
	static const uint16_t levels[] = {POL_W_OFF,	POL_W_AUDIT,	POL_W_CALLS,
					  POL_W_TOKENS, POL_W_MESSAGES, POL_W_PAYLOAD};
	const struct pol_rule *capture = pol->state == POL_READY ? pol->rule[POL_K_CAPTURE] : NULL;

	for (int i = 0; capture && i < (int)(sizeof(levels) / sizeof(*levels)); i++)
		if (levels[i] == capture->word)
			return i;
	return -1;
}

static unsigned repair(uint16_t word)
{
	switch (word) {
	case POL_W_ALL:
		return POL_REPAIR_ALL;
	case POL_W_ZAP:
		return POL_REPAIR_ZAP;
	case POL_W_LEAK:
		return POL_REPAIR_LEAK;
	case POL_W_SUBSCRIPTIONS:
		return POL_REPAIR_SUBSCRIPTIONS;
	case POL_W_ABORT:
		return POL_REPAIR_ABORT;
	case POL_W_CREDENTIALS:
		return POL_REPAIR_CREDENTIALS;
	case POL_W_HANDSHAKE:
		return POL_REPAIR_HANDSHAKE;
	default:
		return 0;
	}
}

unsigned pol_repairs(const struct pol *pol)
{
	return pol->state == POL_READY ? pol->repairs : 0;
}

unsigned pol_repairs_of(const struct pol_rule *list)
{
	unsigned repairs = 0;

	if (!list)
		return POL_REPAIR_ALL;
	for (unsigned i = 1; i <= list->below; i++)
		repairs |= repair(list[i].word);
	return repairs;
}

int pol_prefetch(const struct pol *pol)
{
	const struct pol_rule *prefetch = pol->state == POL_READY ? pol->rule[POL_K_PREFETCH] : NULL;

	return prefetch && prefetch->word == POL_W_YES;
}

int pol_injects(const struct pol *pol)
{
	const struct pol_rule *list = pol->state == POL_READY ? pol->rule[POL_K_INJECT] : NULL;

	return list && list->below > 0;
}

uint32_t pol_rule_number(const struct pol *pol, const struct pol_verdict *verdict)
{
	(void)pol;
	return verdict->number;
}

int pol_rule_by_number(const struct pol *pol, uint32_t number, const char **rule, uint32_t *line)
{
	const struct pol_rule *r;

	if (pol->state != POL_READY || !number || number > pol->image->rule_count)
		return -1;
	r = &pol->image->rule[number - 1];
	*rule = pol_keyword(r->keyword)->path;
	*line = r->line;
	return 0;
}

/* Clears the verdict. Returns 1 when there is nothing to weigh: no policy, or a broken one. */
static int settled(const struct pol *pol, struct pol_verdict *verdict)
{
	struct pol_say say;

	memset(verdict, 0, sizeof(*verdict));
	if (pol->state == POL_READY)
		return 0;
	if (pol->state == POL_BROKEN) {
		verdict->action = POL_DENY;
		verdict->rule = "policy";
		say = pol_say_into(verdict->reason, sizeof(verdict->reason));
		pol_say(&say, "the policy cannot be used, so nothing it would judge is allowed: ");
		pol_say(&say, pol->broken);
	}
	return 1;
}

/* Puts down which rule decided; returns the sentence's beginning, "gss.peers.allow (policy line 12)". */
static struct pol_say decide(const struct pol *pol, struct pol_verdict *verdict, enum pol_action action,
			     const struct pol_rule *rule)
{
	struct pol_say say = pol_say_into(verdict->reason, sizeof(verdict->reason));

	verdict->action = action;
	verdict->rule = pol_keyword(rule->keyword)->path;
	verdict->line = rule->line;
	verdict->number = (uint32_t)(rule - pol->image->rule) + 1;
	verdict->audit = (action == POL_DENY || action == POL_CHANGE) && !pol_enforces(pol);
	pol_say(&say, verdict->rule);
	pol_say(&say, " (policy line ");
	pol_say_number(&say, rule->line);
	pol_say(&say, ")");
	return say;
}

/* Among the items of a list that are plain texts in order (their rules have nothing below them). */
static const struct pol_rule *look_up(const struct pol *pol, const struct pol_rule *list, const char *text)
{
	unsigned low = 0, high = pol->sorted[list->keyword];

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		int order = strcmp(pol_text(pol->image, list + 1 + middle), text);

		if (!order)
			return list + 1 + middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* An item of a list of patterns that matches, or NULL: a plain text before a pattern, patterns in their
 * order. */
static const struct pol_rule *matching(const struct pol *pol, const struct pol_rule *list, const char *text)
{
	const struct pol_rule *item = list ? look_up(pol, list, text) : NULL;

	for (unsigned i = list ? pol->sorted[list->keyword] : 0; list && !item && i < list->below; i++)
		if (pol_match(pol_text(pol->image, list + 1 + i), text))
			item = list + 1 + i;
	return item;
}

/* RFC 8062: such a name says that its bearer is not known, so a pattern like * must not let it in. */
static int anonymous(const char *peer)
{
	return !peer || !*peer || !strncmp(peer, "WELLKNOWN/ANONYMOUS@", 20);
}

static enum pol_action deny_unknown(const struct pol *pol, const struct pol_rule *list, const char *why,
				    struct pol_verdict *verdict)
{
	struct pol_say say = decide(pol, verdict, POL_DENY, list);

	pol_say(&say, why);
	return verdict->action;
}

int pol_judges_peers(const struct pol *pol)
{
	return pol->state == POL_BROKEN ||
	       (pol->state == POL_READY && (pol->rule[POL_K_PEERS_ALLOW] || pol->rule[POL_K_PEERS_DENY]));
}

static enum pol_action judge_peer(const struct pol *pol, const struct pol_facts *facts,
				  struct pol_verdict *verdict)
{
	const struct pol_name *peer = facts->role == POL_INITIATOR ? &facts->acceptor : &facts->initiator;
	const struct pol_rule *allow = pol->rule[POL_K_PEERS_ALLOW];
	const struct pol_rule *deny = pol->rule[POL_K_PEERS_DENY], *item;
	struct pol_say say;

	if ((!allow && !deny) || (!peer->text && facts->moment == POL_BEFORE_TOKEN))
		return POL_ALLOW;
	if (anonymous(peer->text) || (facts->anonymous && facts->role == POL_ACCEPTOR))
		return deny_unknown(pol, allow ? allow : deny, " lets no unknown or anonymous peer pass",
				    verdict);
	if (!peer->whole)
		return deny_unknown(pol, allow ? allow : deny,
				    " lets no peer pass whose name is too long, or is no text", verdict);
	item = matching(pol, deny, peer->text);
	if (item) {
		say = decide(pol, verdict, POL_DENY, item);
		pol_say(&say, " forbids the peer ");
	} else if (!allow) {
		return POL_ALLOW;
	} else {
		item = matching(pol, allow, peer->text);
		say = decide(pol, verdict, item ? POL_ALLOW : POL_DENY, item ? item : allow);
		pol_say(&say, item ? " allows the peer " : " does not list the peer ");
	}
	pol_say_quoted(&say, peer->text);
	return verdict->action;
}

/* RFC 2743's deleg flag, and MIT's for delegation where the realm's policy agrees (RFC 5896). */
#define ASKS_TO_DELEGATE (1u | 32768u)

static enum pol_action judge_delegation(const struct pol *pol, const struct pol_facts *facts,
					struct pol_verdict *verdict)
{
	const struct pol_rule *rule = pol->rule[POL_K_DELEGATION];
	bool strip, asked = facts->moment == POL_BEFORE_TOKEN && facts->flags_requested & ASKS_TO_DELEGATE;
	struct pol_say say;

	if (!rule || rule->word == POL_W_ALLOW || !(asked || facts->delegated))
		return POL_ALLOW;
	strip = rule->word == POL_W_STRIP;
	say = decide(pol, verdict, strip ? POL_CHANGE : POL_DENY, rule);
	if (asked)
		pol_say(&say, strip ? " takes the request for delegation away"
				    : " refuses to delegate credentials");
	else
		pol_say(&say,
			strip ? " takes the delegated credential away" : " refuses delegated credentials");
	return verdict->action;
}

enum pol_action pol_judge(const struct pol *pol, const struct pol_facts *facts, enum pol_topic topic,
			  struct pol_verdict *verdict)
{
	if (settled(pol, verdict))
		return verdict->action;
	return topic == POL_ABOUT_PEER ? judge_peer(pol, facts, verdict)
				       : judge_delegation(pol, facts, verdict);
}

enum pol_action pol_judge_plaintext(const struct pol *pol, struct pol_verdict *verdict)
{
	const struct pol_rule *rule;
	struct pol_say say;
	int encrypt;

	if (settled(pol, verdict))
		return verdict->action;
	rule = pol->rule[POL_K_PLAINTEXT];
	if (!rule || rule->word == POL_W_ALLOW)
		return POL_ALLOW;
	encrypt = rule->word == POL_W_ENCRYPT;
	say = decide(pol, verdict, encrypt ? POL_CHANGE : POL_DENY, rule);
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

static int secured(const struct pol_endpoint *facts, const struct transport *t)
{
	return !raw(facts) && facts->mechanism >= 0 && facts->mechanism < 32 &&
	       (t->secured_by >> facts->mechanism & 1);
}

static enum pol_nametype nametype(const struct pol_rule *field)
{
	if (!field || field->word == POL_W_HOSTBASED)
		return POL_NT_HOSTBASED;
	return field->word == POL_W_USER ? POL_NT_USER_NAME : POL_NT_KRB5_PRINCIPAL;
}

static void say_injected(const struct pol_verdict *verdict, struct pol_say say, const struct pol_rule *bind,
			 const char *endpoint)
{
	int report = verdict->inject.phase == POL_PHASE_REPORT;

	pol_say(&say, !report ? " sets GSSAPI for " : bind ? " leaves unsecured " : " tries GSSAPI for ");
	pol_say(&say, endpoint);
	if (verdict->inject.migrate) {
		pol_say(&say, !bind    ? ", which is reached at "
			      : report ? " and serves GSSAPI at "
				       : " and at ");
		pol_say(&say, verdict->inject.migrate);
	}
	if (report && !bind)
		pol_say(&say, ", and goes without where that fails");
}

static enum pol_action inject(const struct pol *pol, const struct pol_rule *item, const char *endpoint,
			      struct pol_verdict *verdict)
{
	const struct pol_rule *phase = pol_field(item, POL_K_INJECT_PHASE);

	verdict->inject.principal = pol_text(pol->image, pol_field(item, POL_K_INJECT_PRINCIPAL));
	verdict->inject.principal_type = nametype(pol_field(item, POL_K_INJECT_PRINCIPAL_TYPE));
	verdict->inject.service = pol_text(pol->image, pol_field(item, POL_K_INJECT_SERVICE));
	verdict->inject.service_type = nametype(pol_field(item, POL_K_INJECT_SERVICE_TYPE));
	verdict->inject.migrate = pol_text(pol->image, pol_field(item, POL_K_INJECT_MIGRATE));
	verdict->inject.phase = phase && phase->word == POL_W_REPORT ? POL_PHASE_REPORT : POL_PHASE_REQUIRE;
	say_injected(verdict, decide(pol, verdict, POL_INJECT, item), pol_field(item, POL_K_INJECT_BIND),
		     endpoint);
	return POL_INJECT;
}

/* The first zmq.inject rule of this way whose pattern matches, or NULL. */
static const struct pol_rule *injecting(const struct pol *pol, enum pol_way way, const char *endpoint)
{
	const struct pol_rule *list = pol->rule[POL_K_INJECT], *item = list ? list + 1 : NULL;
	uint16_t key = way == POL_BIND ? POL_K_INJECT_BIND : POL_K_INJECT_CONNECT;

	for (unsigned i = 0; list && i < list->below; i++, item = pol_next(item)) {
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
		return ": this transport cannot carry GSSAPI";
	default:
		return ": the socket's mechanism is not known";
	}
}

static enum pol_action judge_unsecured(const struct pol *pol, const struct pol_endpoint *facts,
				       const char *endpoint, const struct transport *t,
				       struct pol_verdict *verdict)
{
	const struct pol_rule *rule = pol->rule[POL_K_UNSECURED], *ok;
	struct pol_say say;

	if (!rule || rule->word == POL_W_ALLOW)
		return POL_ALLOW;
	ok = matching(pol, pol->rule[POL_K_UNSECURED_OK], endpoint);
	say = decide(pol, verdict, ok ? POL_ALLOW : POL_DENY, ok ? ok : rule);
	if (ok)
		pol_say(&say, facts->way == POL_BIND ? " allows to bind " : " allows to connect ");
	else
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
	if (settled(pol, verdict))
		return verdict->action;
	if (secured(facts, t))
		return POL_ALLOW;
	if (t->inject && !raw(facts) && facts->mechanism == MECH_NULL)
		item = injecting(pol, facts->way, endpoint);
	if (item)
		return inject(pol, item, endpoint, verdict);
	return judge_unsecured(pol, facts, endpoint, t, verdict);
}
