/* SPDX-License-Identifier: MIT */
/*
 * From events to the tables of a summary, one function an event type. Events come in order of time, so that
 * the last fact is the one that holds.
 *
 * A bound endpoint is its newest process's: what was open in an older one of the same program ended with it.
 * Clients can be many at one time, and theirs stay open until the traces say otherwise.
 */
#include "tools/names/names.h"
#include "tools/names/zmq.h"
#include "tools/model/model.h"

#include <stdlib.h>
#include <string.h>

/* Texts of one event, cut at a NUL. Freed when it was learnt. */
struct facts {
	const struct tr_event *event;
	struct summary *summary;
	struct sum_process *process;
	char *owned[12];
	size_t count;
};

static char *keep(struct facts *facts, char *text)
{
	if (!text)
		facts->summary->failed = true;
	else if (facts->count < sizeof(facts->owned) / sizeof(facts->owned[0]))
		return facts->owned[facts->count++] = text;
	free(text);
	return NULL;
}

static char *text(struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	if (!tr_event_find(facts->event, id, &value) || !value.length)
		return NULL;
	return keep(facts, strndup((const char *)value.at, value.length));
}

static uint64_t number(const struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	return tr_event_find(facts->event, id, &value) ? tr_value_uint(&value) : 0;
}

static void seen(struct facts *facts, uint64_t *first, uint64_t *last)
{
	if (!*first)
		*first = facts->event->time;
	*last = facts->event->time;
}

static void touch(struct facts *facts, struct sum_tally *tally)
{
	seen(facts, &tally->first, &tally->last);
}

static void count(struct facts *facts, struct sum_tally *tally, enum sum_fact fact, const char *reason)
{
	uint64_t enctype = number(facts, TR_F_SESSION_ENCTYPE);

	touch(facts, tally);
	tally->count[fact]++;
	tally->at[fact] = facts->event->time;
	if (enctype)
		tally->enctype = (uint32_t)enctype;
	sum_text(facts->summary, &tally->reason, reason);
}

static void learn_process(struct facts *facts)
{
	const char *host = text(facts, TR_F_HOST), *name = text(facts, TR_F_COMMAND),
		   *level = text(facts, TR_F_LEVEL);
	struct sum_program *program = sum_program(facts->summary, host ? host : "", name ? name : "");

	if (!program)
		return;
	facts->process->program = program;
	facts->process->calls = !level || strcmp(level, "audit");
	program->processes++;
}

/* Its connections are those of the process before no more. */
static void end_open(void *at, void *context)
{
	struct sum_peer *peer = at;

	(void)context;
	peer->tally.open = 0;
}

static struct sum_endpoint *endpoint_of(struct facts *facts, enum tr_role role, const char *name)
{
	struct sum_endpoint *endpoint = sum_endpoint(facts->summary, facts->process->program, role, name);

	if (endpoint)
		touch(facts, &endpoint->tally);
	return endpoint;
}

static void taken_over(const struct facts *facts, struct sum_endpoint *endpoint)
{
	bool same = endpoint->file == facts->event->file && endpoint->pid == facts->event->head.pid;

	endpoint->file = facts->event->file;
	endpoint->pid = facts->event->head.pid;
	if (same || endpoint->role != TR_ROLE_SERVER)
		return;
	endpoint->tally.open = 0;
	sum_each(endpoint->peers, end_open, NULL);
}

static void learn_inject(struct facts *facts)
{
	const char *name = text(facts, TR_F_ENDPOINT);
	uint64_t role = number(facts, TR_F_ROLE);
	struct sum_endpoint *endpoint;
	struct sum_handle *thread;

	if (!name || (role != TR_ROLE_SERVER && role != TR_ROLE_CLIENT))
		return;
	endpoint = endpoint_of(facts, (enum tr_role)role, name);
	if (!endpoint)
		return;
	taken_over(facts, endpoint);
	endpoint->injected = true;
	endpoint->secured = facts->event->time;
	free(endpoint->migrate);
	endpoint->migrate = NULL;
	sum_text(facts->summary, &endpoint->migrate, text(facts, TR_F_MIGRATE));
	free(endpoint->phase);
	endpoint->phase = NULL;
	sum_text(facts->summary, &endpoint->phase, text(facts, TR_F_MODE));
	thread = sum_handle(facts->summary, &facts->summary->pending, facts->event, facts->event->head.tid);
	if (thread)
		thread->endpoint = endpoint;
}

/* The other end of a connection: a principal, an address, or nothing that would tell it from others. */
static struct sum_peer *peer_of(struct facts *facts, struct sum_endpoint *endpoint, const char *principal)
{
	const char *from = text(facts, TR_F_PEER);
	char *host = from ? keep(facts, sum_address_host(from)) : NULL;
	struct sum_peer *peer = sum_peer(facts->summary, endpoint, principal, host), *before;

	if (!peer)
		return NULL;
	sum_text(facts->summary, &peer->last_from, from);
	before = principal && host ? sum_peer_known(endpoint, host) : NULL;
	if (before)
		before->moved = facts->event->time;
	return peer;
}

static void follow_context(struct facts *facts, struct sum_tally *one, struct sum_tally *other)
{
	uint64_t handle = number(facts, TR_F_CONTEXT);
	struct sum_handle *context;

	if (!handle)
		return;
	context = sum_handle(facts->summary, &facts->summary->contexts, facts->event, handle);
	if (!context)
		return;
	context->tally[0] = one;
	context->tally[1] = other;
}

/* A mechanism's name, or its numbers in dotted; NULL: neither. */
static const char *mechanism_name(struct facts *facts, char *dotted, size_t size)
{
	struct tr_value mech;
	const char *known;

	if (!tr_event_find(facts->event, TR_F_MECH, &mech))
		return NULL;
	known = name_oid(mech.at, mech.length);
	return known || !name_oid_dotted(mech.at, mech.length, dotted, size) ? known : dotted;
}

static void learn_pair(struct facts *facts, enum tr_role role, enum sum_fact fact)
{
	struct sum_pair key = {.program = facts->process->program, .role = role}, *pair;
	char dotted[256];

	key.initiator = text(facts, TR_F_INITIATOR);
	key.acceptor = text(facts, TR_F_ACCEPTOR);
	key.mech = (char *)mechanism_name(facts, dotted, sizeof(dotted));
	pair = sum_pair(facts->summary, &key);
	if (!pair)
		return;
	count(facts, &pair->tally, fact, text(facts, TR_F_REASON));
	if (fact == SUM_ESTABLISHED)
		follow_context(facts, &pair->tally, NULL);
}

/* A connection that ended with its greeting is known by its two addresses only. */
static struct sum_endpoint *endpoint_by_address(struct facts *facts, const char *own)
{
	const char *peer = text(facts, TR_F_PEER);
	bool outgoing;
	struct sum_endpoint *endpoint = sum_address_endpoint(facts->summary, facts->process->program, own,
							     peer ? peer : "", &outgoing);
	char *host;

	if (endpoint) {
		touch(facts, &endpoint->tally);
		return endpoint;
	}
	/* Without its port, which may be another one each time. */
	host = keep(facts, sum_address_host(own));
	return host ? endpoint_of(facts, (enum tr_role)0, host) : NULL;
}

static void learn_at_endpoint(struct facts *facts, struct sum_endpoint *endpoint, enum sum_fact fact,
			      const char *principal)
{
	struct sum_peer *peer = peer_of(facts, endpoint, principal);
	const char *reason = text(facts, TR_F_REASON);

	count(facts, &endpoint->tally, fact, reason);
	if (!peer)
		return;
	count(facts, &peer->tally, fact, reason);
	if (fact == SUM_ESTABLISHED)
		follow_context(facts, &endpoint->tally, &peer->tally);
}

static void learn_handshake(struct facts *facts)
{
	static const enum sum_fact outcomes[] = {
		[TR_OUTCOME_ESTABLISHED] = SUM_ESTABLISHED,
		[TR_OUTCOME_FAILED] = SUM_FAILED,
		[TR_OUTCOME_REFUSED] = SUM_REFUSED,
	};
	uint64_t outcome = number(facts, TR_F_OUTCOME), role = number(facts, TR_F_ROLE);
	bool acceptor = role == TR_ROLE_ACCEPTOR;
	const char *name = text(facts, TR_F_ENDPOINT);
	struct sum_endpoint *endpoint;

	if (outcome < TR_OUTCOME_ESTABLISHED || outcome > TR_OUTCOME_REFUSED)
		return;
	if (!name) {
		learn_pair(facts, (enum tr_role)role, outcomes[outcome]);
		return;
	}
	endpoint = role ? endpoint_of(facts, acceptor ? TR_ROLE_SERVER : TR_ROLE_CLIENT, name)
			: endpoint_by_address(facts, name);
	if (endpoint)
		learn_at_endpoint(facts, endpoint, outcomes[outcome],
				  text(facts, acceptor ? TR_F_INITIATOR : TR_F_ACCEPTOR));
}

/* With an age it is the connection's end. */
static void learn_unsecured(struct facts *facts)
{
	const char *name = text(facts, TR_F_ENDPOINT);
	struct sum_endpoint *endpoint = name ? endpoint_by_address(facts, name) : NULL;
	struct sum_peer *peer = endpoint ? peer_of(facts, endpoint, NULL) : NULL;
	struct tr_value age;

	if (!peer)
		return;
	if (tr_event_find(facts->event, TR_F_AGE, &age)) {
		touch(facts, &peer->tally);
		if (peer->tally.open)
			peer->tally.open--;
		return;
	}
	count(facts, &endpoint->tally, SUM_UNSECURED, NULL);
	count(facts, &peer->tally, SUM_UNSECURED, NULL);
	peer->tally.open++;
}

static void learn_context(struct facts *facts)
{
	uint64_t handle = number(facts, TR_F_CONTEXT);
	struct sum_handle *context = sum_handle_known(&facts->summary->contexts, facts->event, handle);

	for (int i = 0; context && i < 2; i++) {
		struct sum_tally *tally = context->tally[i];

		if (!tally)
			continue;
		touch(facts, tally);
		tally->wrapped += number(facts, TR_F_WRAPPED);
		tally->wrapped_bytes += number(facts, TR_F_WRAPPED_BYTES);
		tally->unwrapped += number(facts, TR_F_UNWRAPPED);
		tally->unwrapped_bytes += number(facts, TR_F_UNWRAPPED_BYTES);
	}
	if (context)
		sum_handle_drop(&facts->summary->contexts, context);
}

static enum tr_role role_of_call(uint64_t call)
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

/* The program itself goes without security; how often, and how often at one time. */
static void uses_plainly(struct facts *facts, struct sum_endpoint *endpoint)
{
	endpoint->tally.count[SUM_UNSECURED]++;
	endpoint->tally.at[SUM_UNSECURED] = endpoint->plain = facts->event->time;
	endpoint->tally.open++;
}

/* Refused: the call failed. Would be: it went on without security, and a trace without calls says no more. */
static void refuse_endpoint(struct facts *facts, enum tr_role role, const char *name, bool would)
{
	struct sum_endpoint *endpoint = endpoint_of(facts, role, name);

	if (!endpoint)
		return;
	if (!would) {
		count(facts, &endpoint->tally, SUM_REFUSED, text(facts, TR_F_REASON));
		return;
	}
	sum_text(facts->summary, &endpoint->tally.reason, text(facts, TR_F_REASON));
	if (facts->process->calls)
		return;
	taken_over(facts, endpoint);
	uses_plainly(facts, endpoint);
}

static void learn_refused(struct facts *facts)
{
	struct sum_refusal key = {.program = facts->process->program,
				  .call = (uint32_t)number(facts, TR_F_CALL)};
	struct sum_refusal *refusal;
	enum tr_role role = role_of_call(key.call);

	key.would = facts->event->head.event == TR_E_would_refuse;
	key.rule = text(facts, TR_F_RULE);
	key.subject = text(facts, TR_F_SUBJECT);
	refusal = sum_refusal(facts->summary, &key);
	if (!refusal)
		return;
	refusal->count++;
	refusal->line = number(facts, TR_F_LINE);
	seen(facts, &refusal->first, &refusal->last);
	sum_text(facts->summary, &refusal->reason, text(facts, TR_F_REASON));
	if (role && key.subject)
		refuse_endpoint(facts, role, key.subject, key.would);
}

static void learn_repair(struct facts *facts)
{
	struct sum_repair key = {.program = facts->process->program, .repair = text(facts, TR_F_REPAIR)},
			  *repair;

	repair = sum_repair(facts->summary, &key);
	if (!repair)
		return;
	repair->count++;
	seen(facts, &repair->first, &repair->last);
	sum_text(facts->summary, &repair->reason, text(facts, TR_F_REASON));
}

/* What a program does by itself: only what goes without gsstap's security, which no other event tells. */

static bool begins(const char *whole, const char *beginning)
{
	return !strncmp(whole, beginning, strlen(beginning));
}

/* As zmq_setsockopt(3) has it: which options choose a mechanism, and that 0 or nothing takes it back. */
static void learn_option(struct facts *facts)
{
	const char *option = name_zmq_option(number(facts, TR_F_OPTION));
	struct sum_handle *socket;
	struct tr_value value;
	enum sum_mechanism mechanism;
	bool off;

	if (!option)
		return;
	if (begins(option, "ZMQ_PLAIN_"))
		mechanism = SUM_PLAIN;
	else if (begins(option, "ZMQ_CURVE_"))
		mechanism = SUM_CURVE;
	else if (!strcmp(option, "ZMQ_GSSAPI_SERVER") || !strcmp(option, "ZMQ_GSSAPI_PRINCIPAL") ||
		 !strcmp(option, "ZMQ_GSSAPI_SERVICE_PRINCIPAL"))
		mechanism = SUM_GSSAPI;
	else
		return;
	socket = sum_handle(facts->summary, &facts->summary->sockets, facts->event,
			    number(facts, TR_F_SOCKET));
	if (!socket)
		return;
	off = !strcmp(option + strlen(option) - 7, "_SERVER") && mechanism != SUM_GSSAPI &&
	      !number(facts, TR_F_VALUE_INT);
	off |= !strcmp(option, "ZMQ_PLAIN_USERNAME") && !tr_event_find(facts->event, TR_F_VALUE_TEXT, &value);
	socket->mechanism = off ? SUM_NULL : mechanism;
}

/* Transports that never carry a mechanism (facts in gsstap-policy(5)). */
static bool never_secured(const char *endpoint)
{
	return begins(endpoint, "udp://") || begins(endpoint, "pgm://") || begins(endpoint, "epgm://") ||
	       begins(endpoint, "norm://");
}

static void add_use(struct facts *facts, struct sum_handle *socket, struct sum_endpoint *endpoint)
{
	struct sum_use *use = malloc(sizeof(*use));

	if (!use) {
		facts->summary->failed = true;
		return;
	}
	*use = (struct sum_use){.next = socket->uses, .endpoint = endpoint};
	socket->uses = use;
	uses_plainly(facts, endpoint);
}

/* The call that an inject event of this thread was about. */
static bool was_injected(struct facts *facts)
{
	void **pending = &facts->summary->pending;
	struct sum_handle *thread = sum_handle_known(pending, facts->event, facts->event->head.tid);

	if (thread)
		sum_handle_drop(pending, thread);
	return thread;
}

static void learn_use(struct facts *facts, enum tr_role role)
{
	struct summary *s = facts->summary;
	const char *name = text(facts, TR_F_ENDPOINT);
	struct sum_endpoint *endpoint;
	struct sum_handle *socket;

	if (!name || begins(name, "inproc://"))
		return;
	endpoint = endpoint_of(facts, role, name);
	socket = sum_handle(s, &s->sockets, facts->event, number(facts, TR_F_SOCKET));
	if (!endpoint || !socket)
		return;
	taken_over(facts, endpoint);
	endpoint->injected = false;
	endpoint->mechanism = never_secured(name) ? SUM_NULL : socket->mechanism;
	if (endpoint->mechanism <= SUM_PLAIN)
		add_use(facts, socket, endpoint);
	else
		endpoint->secured = facts->event->time;
}

static void learn_undo(struct facts *facts, enum tr_role role)
{
	struct sum_handle *socket =
		sum_handle_known(&facts->summary->sockets, facts->event, number(facts, TR_F_SOCKET));
	const char *name = text(facts, TR_F_ENDPOINT);
	struct sum_endpoint *endpoint;

	if (!socket || !name || !socket->uses)
		return;
	endpoint = sum_endpoint(facts->summary, facts->process->program, role, name);
	if (endpoint)
		sum_uses_end(socket, endpoint, facts->event->time);
}

static void learn_call(struct facts *facts)
{
	uint64_t call = facts->event->head.call;
	bool failed = number(facts, TR_F_ERRNO);
	struct sum_handle *socket;

	if ((role_of_call(call) && was_injected(facts)) || failed)
		return;
	if (role_of_call(call))
		learn_use(facts, role_of_call(call));
	else if (call == TR_zmq_setsockopt)
		learn_option(facts);
	else if (call == TR_zmq_unbind || call == TR_zmq_disconnect)
		learn_undo(facts, call == TR_zmq_unbind ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	else if (call == TR_zmq_close || call == TR_zmq_socket) {
		socket = sum_handle_known(&facts->summary->sockets, facts->event, number(facts, TR_F_SOCKET));
		if (!socket)
			return;
		sum_uses_end(socket, NULL, facts->event->time);
		sum_handle_drop(&facts->summary->sockets, socket);
	}
}

static void learn_dropped(struct facts *facts)
{
	facts->process->program->dropped += number(facts, TR_F_COUNT);
}

static void (*const learners[])(struct facts *facts) = {
	[TR_E_process] = learn_process,	     [TR_E_call] = learn_call,
	[TR_E_handshake] = learn_handshake,  [TR_E_refused] = learn_refused,
	[TR_E_would_refuse] = learn_refused, [TR_E_inject] = learn_inject,
	[TR_E_context] = learn_context,	     [TR_E_repair] = learn_repair,
	[TR_E_unsecured] = learn_unsecured,  [TR_E_dropped] = learn_dropped,
};

int summary_learn(struct summary *s, const struct tr_event *event)
{
	struct facts facts = {.event = event, .summary = s};
	unsigned id = event->head.event;

	if (id >= sizeof(learners) / sizeof(learners[0]) || !learners[id])
		return 0;
	facts.process = sum_process(s, event);
	if (facts.process) {
		learners[id](&facts);
		seen(&facts, &facts.process->program->first, &facts.process->program->last);
	}
	for (size_t i = 0; i < facts.count; i++)
		free(facts.owned[i]);
	return s->failed ? -1 : 0;
}
