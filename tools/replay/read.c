/* SPDX-License-Identifier: MIT */
/*
 * From traces to cases: contexts when their handshake ends, endpoints with the call that opens them, or the
 * events that tell of it where calls are not in the trace. See case.h.
 */
#include "tools/replay/selection.h"
#include "tools/replay/use.h"

#include "tools/model/endpoint.h"
#include "tools/model/facts.h"
#include "tools/model/learn.h"
#include "tools/names/zmq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define ENOCOMPATPROTO 156384764 /* libzmq's own */
#define DELEGATED 1u		 /* GSS_C_DELEG_FLAG */
#define CHANNEL_BOUND 2048u	 /* GSS_C_CHANNEL_BOUND_FLAG */
#define ASKS_TO_DELEGATE 0x8001u /* the same, and MIT's GSS_C_DELEG_POLICY_FLAG */

/* A name that something proves: an initiator's ticket, or what the mechanism says in the end. */
static void take_names(struct replay_case *like, const struct model_talk *talk)
{
	bool proved = like->is.kerberos || (like->is.established && case_is_kerberos(talk->mech));

	like->texts[CASE_INITIATOR] = talk->initiator;
	like->texts[proved ? CASE_ACCEPTOR : CASE_ASKED] = talk->acceptor;
}

static const struct model_step *first_call(const struct model_talk *talk)
{
	const struct model_step *step = talk->steps.first;

	while (step && (step->depth ||
			(step->call != TR_gss_init_sec_context && step->call != TR_gss_accept_sec_context)))
		step = step->next;
	return step;
}

static void take_calls(struct replay_case *like, const struct model_talk *talk)
{
	const struct model_step *first = first_call(talk), *last = model_talk_last(talk);
	bool acceptor = talk->role == TR_ROLE_ACCEPTOR;

	/* Nothing can have been granted that nobody asked for. */
	like->is.flags_requested =
		acceptor ? 0 : model_talk_flags_req(talk) | (talk->flags_ret & ASKS_TO_DELEGATE);
	like->is.has_calls &= first != NULL;
	if (like->is.has_calls) {
		like->is.bound_before = first->bindings.length > 0;
		like->is.bound = last->bindings.length > 0 && (!acceptor || talk->flags_ret & CHANNEL_BOUND);
	} else {
		like->is.bound = acceptor && talk->flags_ret & CHANNEL_BOUND;
	}
}

static bool put_context(struct replay *replay, const struct model_talk *talk)
{
	struct replay_case like = {.is.kind = CASE_CONTEXT};
	bool acceptor = talk->role == TR_ROLE_ACCEPTOR;

	if (talk->credential || talk->follows || (!acceptor && talk->role != TR_ROLE_INITIATOR))
		return true;
	replay_take_process(&like, talk->process);
	like.is.role = acceptor ? POL_ACCEPTOR : POL_INITIATOR;
	like.is.refused = talk->outcome == TR_OUTCOME_REFUSED;
	like.is.established = talk->outcome == TR_OUTCOME_ESTABLISHED || (like.is.refused && talk->flags_ret);
	like.is.kerberos = talk->ticket_enctype || talk->kvno;
	like.is.unanswered = !acceptor && like.is.kerberos && talk->outcome == TR_OUTCOME_ABANDONED;
	like.is.ticket_enctype = talk->ticket_enctype;
	take_calls(&like, talk);
	take_names(&like, talk);
	if (like.is.kerberos)
		like.texts[CASE_STORE] = acceptor ? talk->keytab : talk->ccache;
	/* What a negotiation has come to, or a program has asked for: before that it is not known. */
	if (like.is.established || (talk->mech.at && !pol_negotiates(talk->mech.at, talk->mech.length)))
		like.texts[CASE_MECH] = talk->mech;
	if (like.is.established) {
		like.is.flags_granted = talk->flags_ret;
		like.is.session_enctype = talk->session_enctype;
		like.is.has_lifetime = talk->has_lifetime;
		like.is.lifetime = talk->lifetime;
		like.is.delegated =
			acceptor && (like.is.kerberos ? talk->delegated : talk->flags_ret & DELEGATED);
		like.is.constrained =
			acceptor && like.is.kerberos && !talk->delegated && talk->flags_ret & DELEGATED;
	}
	replay_put(replay, &like, &(struct replay_seen){talk->last, talk->pid, replay->file});
	if (like.is.established && !like.is.refused)
		uses_begin(replay, talk, &like);
	return !replay->failed;
}

static bool ended(struct model_listener *listener, struct model_talk *talk)
{
	bool good = put_context((struct replay *)listener, talk);

	model_talk_free(talk);
	return good;
}

/* Sockets that speak no ZMTP, and processes of which sockets are not seen: known by a node alone. */
static bool mark(struct replay *replay, struct model_list *list, const struct facts *facts, uint64_t handle)
{
	struct model_key key;
	bool made = false;

	model_key_begin(&key);
	model_key_number(&key, facts->process->image);
	model_key_number(&key, handle);
	replay->failed |= !model_node_get(list, &key, sizeof(struct model_node), &made);
	model_key_end(&key);
	return made;
}

static bool is_marked(const struct model_list *list, const struct facts *facts, uint64_t handle)
{
	struct model_key key;
	bool found;

	model_key_begin(&key);
	model_key_number(&key, facts->process->image);
	model_key_number(&key, handle);
	found = model_node_find(list, &key);
	model_key_end(&key);
	return found;
}

/* What a rule sets on the endpoint that this thread is about to open. */
struct injected {
	struct model_node node;
	struct model_text endpoint, service, principal;
	bool reports;
};

static struct injected *injected_by(struct replay *replay, const struct facts *facts, bool make)
{
	struct injected *found;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_number(&key, facts->process->image);
	model_key_number(&key, facts->event->head.tid);
	found = make ? model_node_get(&replay->injected, &key, sizeof(*found), &made)
		     : model_node_find(&replay->injected, &key);
	model_key_end(&key);
	replay->failed |= make && !found;
	return found;
}

static void free_injected(void *entry)
{
	struct injected *injected = entry;

	model_text_free(&injected->endpoint);
	model_text_free(&injected->service);
	model_text_free(&injected->principal);
}

static void keep_injected(struct replay *replay, const struct facts *facts)
{
	struct injected *injected = injected_by(replay, facts, true);

	if (!injected)
		return;
	free_injected(injected);
	facts_keep(facts, &injected->endpoint, facts_text(facts, TR_F_ENDPOINT));
	facts_keep(facts, &injected->service, facts_text(facts, TR_F_SERVICE));
	facts_keep(facts, &injected->principal, facts_text(facts, TR_F_PRINCIPAL));
	injected->reports = facts_has(facts, TR_F_MODE);
}

static void take_injected(const struct injected *injected, struct replay_case *like)
{
	like->is.injected = 1 + injected->reports;
	like->is.mechanism = MODEL_NULL + 1; /* of the program's own: rules are for nothing else */
	like->texts[CASE_SERVICE] = injected->service;
	like->texts[CASE_PRINCIPAL] = injected->principal;
}

static void put_endpoint(struct replay *replay, const struct facts *facts, struct replay_case *like,
			 enum tr_role role, struct model_text endpoint)
{
	if (!endpoint.at || (endpoint.length >= 9 && !memcmp(endpoint.at, "inproc://", 9)))
		return;
	replay_take_process(like, facts->process);
	like->is.kind = role == TR_ROLE_SERVER ? CASE_BIND : CASE_CONNECT;
	like->texts[CASE_ENDPOINT] = case_string(endpoint);
	replay_put(replay, like,
		   &(struct replay_seen){facts->event->time, facts->event->head.pid, replay->file});
}

/* What is no endpoint is left to libzmq, which says so better: see shim/zmq/endpoint.c. */
static bool is_none(const struct facts *facts)
{
	const uint64_t error = facts_number(facts, TR_F_ERRNO);

	return error == EINVAL || error == EPROTONOSUPPORT || error == ENOCOMPATPROTO;
}

/* The socket's options are those that were seen to be set, of one that was seen to be made. */
static void opened(struct replay *replay, const struct facts *facts, enum tr_role role)
{
	uint64_t handle = facts_number(facts, TR_F_SOCKET);
	const struct model_handle *socket =
		model_handle_known(&facts->model->sockets, facts->process, handle);
	struct model_text endpoint = facts_text(facts, TR_F_ENDPOINT);
	struct replay_case like = {0};
	struct injected *injected;

	if (is_none(facts))
		return;
	like.is.refused = facts_has(facts, TR_F_ERRNO);
	if (socket && (socket->made || socket->mechanism))
		like.is.mechanism = (uint32_t)socket->mechanism + 1;
	if (like.is.mechanism == MODEL_GSSAPI + 1)
		like.is.plaintext = socket->plaintext + 1;
	if (facts_has(facts, TR_F_SOCKET_TYPE))
		like.is.socket_type = (uint32_t)facts_number(facts, TR_F_SOCKET_TYPE) + 1;
	like.is.raw = is_marked(&replay->raw, facts, handle);
	injected = injected_by(replay, facts, false);
	if (injected && model_text_same(injected->endpoint, endpoint))
		take_injected(injected, &like);
	put_endpoint(replay, facts, &like, role, endpoint);
	if (injected) {
		model_node_drop(&replay->injected, &injected->node);
		free_injected(injected);
		model_node_free(&injected->node);
	}
}

static void call(struct replay *replay, const struct facts *facts)
{
	uint32_t id = facts->event->head.call;
	const char *option =
		id == TR_zmq_setsockopt ? name_zmq_option(facts_number(facts, TR_F_OPTION)) : NULL;

	if (endpoint_role_of_call(id))
		opened(replay, facts, endpoint_role_of_call(id));
	else if (option && !strcmp(option, "ZMQ_ROUTER_RAW") && facts_number(facts, TR_F_VALUE_INT))
		mark(replay, &replay->raw, facts, facts_number(facts, TR_F_SOCKET));
	else if (id == TR_gss_import_sec_context && !(facts_number(facts, TR_F_MAJOR) >> 16))
		replay->gaps.imported++;
}

/* Without calls: what a rule secures, and what was refused, is told; what goes another way is not. */
static void told(struct replay *replay, const struct facts *facts)
{
	enum tr_role role = (enum tr_role)facts_number(facts, TR_F_ROLE);
	struct model_text subject = facts_text(facts, TR_F_SUBJECT);
	struct replay_case like = {.is.mechanism = MODEL_NULL + 1};

	if (facts->event->head.event == TR_E_inject) {
		take_injected(&(struct injected){.service = facts_text(facts, TR_F_SERVICE),
						 .principal = facts_text(facts, TR_F_PRINCIPAL),
						 .reports = facts_has(facts, TR_F_MODE)},
			      &like);
		put_endpoint(replay, facts, &like, role, facts_text(facts, TR_F_ENDPOINT));
		return;
	}
	role = endpoint_role_of_call(facts_number(facts, TR_F_CALL));
	like.is.mechanism = 0;
	if (role)
		put_endpoint(replay, facts, &like, role, subject);
}

static bool seen(struct model_listener *listener, const struct facts *facts)
{
	struct replay *replay = (struct replay *)listener;

	uses_learn(replay, facts);
	switch (facts->event->head.event) {
	case TR_E_call:
		call(replay, facts);
		break;
	case TR_E_inject:
	case TR_E_refused:
	case TR_E_would_refuse:
		if (!facts->process->calls)
			told(replay, facts);
		else if (facts->event->head.event == TR_E_inject)
			keep_injected(replay, facts);
		break;
	case TR_E_connection:
	case TR_E_unsecured:
		replay->gaps.without_calls +=
			!facts->process->calls && mark(replay, &replay->silent, facts, 0);
		break;
	case TR_E_dropped:
		replay->gaps.lost += tr_event_lost(facts->event);
		break;
	default:
		break;
	}
	return !replay->failed;
}

int replay_begin(struct replay *replay, bool (*print)(struct replay *replay, struct out *out))
{
	*replay = (struct replay){.listener = {.ended = ended, .event = seen}, .print = print};
	replay->model = model_new();
	if (!replay->model)
		return -1;
	replay->model->listener = &replay->listener;
	return 0;
}

static void release(void *entry)
{
	struct replay_case *c = entry;

	for (int i = 0; i < CASE_TEXTS; i++)
		model_text_free(&c->texts[i]);
}

static void leave(void *entry)
{
	(void)entry;
}

void replay_free(struct replay *replay)
{
	if (replay->model)
		model_free(replay->model);
	model_list_free(&replay->cases, release);
	model_list_free(&replay->raw, leave);
	model_list_free(&replay->silent, leave);
	model_list_free(&replay->injected, free_injected);
	uses_free(replay);
	selection_free(replay);
	for (size_t i = 0; i < replay->path_count; i++)
		free(replay->paths[i]);
	free(replay->paths);
}

int replay_path(struct replay *replay, const char *path)
{
	char **more = reallocarray(replay->paths, replay->path_count + 1, sizeof(*more));

	if (more)
		replay->paths = more;
	if (!more || !(more[replay->path_count] = strdup(path)))
		return -1;
	replay->path_count++;
	return 0;
}

int replay_learn(struct replay *replay, const struct tr_event *event)
{
	replay->file = event->file;
	return model_learn(replay->model, event) || replay->failed ? -1 : 0;
}

struct ordering {
	struct replay_case **cases;
	size_t count;
};

static void collect(void *entry, void *context)
{
	struct ordering *ordering = context;

	ordering->cases[ordering->count++] = entry;
}

static int by_time(const void *a, const void *b)
{
	const struct replay_case *const *one = a, *const *other = b;

	return ((*one)->first > (*other)->first) - ((*one)->first < (*other)->first);
}

int replay_settle(struct replay *replay)
{
	struct ordering ordering = {0};

	if (model_settle(replay->model))
		return -1;
	uses_settle(replay);
	if (replay->failed)
		return -1;
	ordering.cases = calloc(replay->cases.table.count + 1, sizeof(struct replay_case *));
	if (!ordering.cases)
		return -1;
	model_each(&replay->cases, collect, &ordering);
	qsort(ordering.cases, ordering.count, sizeof(struct replay_case *), by_time);
	for (size_t i = ordering.count; i--;) {
		ordering.cases[i]->next = replay->first;
		replay->first = ordering.cases[i];
	}
	free(ordering.cases);
	return 0;
}
