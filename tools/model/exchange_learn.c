/* SPDX-License-Identifier: MIT */
/*
 * From talks and events to exchanges. A context is known by its process and handle from its handshake, or
 * import, to its summary; one that leaves a process by export is found where it is imported by what both
 * events say of it.
 */
#include "tools/model/exchange_parts.h"

#include "tools/model/learn.h"

#include <stdlib.h>

/* A context on its way, by what its export and its import say of it. */
struct transfer {
	struct model_node node;
	struct exchange_side *side; /* that it belongs to */
	uint64_t time, exports, imports;
};

static void phrase(const struct exchanges *exchanges, struct model_token *token, uint64_t time)
{
	if (token->bytes.at && exchanges->phrase)
		exchanges->phrase(token, time);
	model_text_free(&token->bytes);
}

static void phrases(const struct exchanges *exchanges, const struct model_steps *steps)
{
	for (struct model_step *step = steps->first; step; step = step->next) {
		phrase(exchanges, &step->in, step->time);
		phrase(exchanges, &step->out, step->time);
		model_text_free(&step->bindings.bytes);
	}
}

/* Of an established handshake that was told before it says how the connection ended. Which one tells the
 * context: a first token that was replayed has several. */
static bool taken(struct exchanges *exchanges, struct model_talk *talk)
{
	struct exchange_side *side =
		talk->follows ? exchange_side_at(exchanges, talk->process->image, talk->handle) : NULL;
	struct model_talk *before = side ? side->talk : NULL;

	if (!before || before->process != talk->process || before->handle != talk->handle ||
	    before->outcome != TR_OUTCOME_ESTABLISHED || !model_text_same(before->hash, talk->hash))
		return false;
	before->outcome = talk->outcome;
	model_text_free(&before->reason);
	before->reason = talk->reason;
	talk->reason = (struct model_text){0};
	model_talk_free(talk);
	return true;
}

static bool ended(struct model_listener *listener, struct model_talk *talk)
{
	struct exchanges *exchanges = (struct exchanges *)listener;
	struct exchange_side *side;

	/* What no timeline says: there may be very many. */
	model_settings_free(&talk->settings);
	phrases(exchanges, &talk->steps);
	exchanges->settled = NULL;
	if (taken(exchanges, talk))
		return true;
	if (!exchanges_join(exchanges, talk, &side)) {
		model_talk_free(talk);
		return false;
	}
	exchanges->settled = side;
	exchange_take_before(exchanges, talk, &side->before);
	return true;
}

/* The context of a handshake that has just ended; a handle before it was another context's. */
static bool begin(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_side *side = exchanges->settled;

	exchanges->settled = NULL;
	if (!side)
		return true;
	exchange_served(exchanges, facts, side);
	exchange_stay_begin(exchanges, facts, side);
	return !facts->model->failed;
}

static struct transfer *transfer_of(struct exchanges *exchanges, const struct facts *facts)
{
	struct model_text hash = facts_text(facts, TR_F_EXPORTED);
	bool made;

	if (!hash.at)
		return NULL;
	return facts_get(facts, &exchanges->exported, sizeof(struct transfer), NULL, 0, &hash, 1, &made);
}

/* Of a context that comes from nowhere, as yet. */
static struct exchange_side *nowhere(struct exchanges *exchanges)
{
	struct exchange *exchange = exchanges_add(exchanges);

	return exchange ? &exchange->sides[EXCHANGE_ACCEPTOR] : NULL;
}

static bool imported(struct exchanges *exchanges, const struct facts *facts)
{
	struct transfer *transfer = transfer_of(exchanges, facts);
	struct exchange_side *side = transfer ? exchange_side_now(transfer->side) : NULL;
	struct exchange_stay *stay;

	if (!facts_number(facts, TR_F_CONTEXT))
		return true;
	if (!side && !(side = nowhere(exchanges)))
		return false;
	stay = exchange_stay_begin(exchanges, facts, side);
	if (!stay || !stay->place)
		return !facts->model->failed;
	stay->place->came = facts->event->time;
	if (!transfer)
		return true;
	transfer->imports++;
	transfer->side = side;
	if (transfer->time && stay->place->came > transfer->time)
		stay->place->after = stay->place->came - transfer->time;
	stay->place->again = transfer->exports && transfer->imports > transfer->exports;
	return true;
}

/* Where two hosts' clocks differ an import can be seen before its export. */
static void exported(struct exchanges *exchanges, const struct facts *facts, struct exchange_side *side)
{
	struct transfer *transfer = transfer_of(exchanges, facts);

	if (!transfer)
		return;
	if (transfer->side && !transfer->exports && exchange_side_now(transfer->side) != side)
		exchange_side_move(exchange_side_now(transfer->side), side);
	transfer->side = side;
	transfer->time = facts->event->time;
	transfer->exports++;
}

static void in_context(struct exchanges *exchanges, const struct facts *facts)
{
	uint32_t call = facts->event->head.call;
	bool ends = call == TR_gss_delete_sec_context || call == TR_gss_export_sec_context;
	enum exchange_kind kind;
	bool message = exchange_kind_of(call, &kind);
	struct exchange_stay *stay =
		ends || message || facts_too_late(facts) ? exchange_stay_of(exchanges, facts) : NULL;

	if (!stay || !stay->place)
		return;
	if (facts_number(facts, TR_F_MAJOR) >> 16) {
		exchange_fails(stay->place, facts);
		return;
	}
	if (message) {
		exchange_count(stay->place, facts, kind);
		return;
	}
	exchange_stay_end(stay, facts);
	stay->place->end = call == TR_gss_delete_sec_context ? EXCHANGE_DELETED : EXCHANGE_EXPORTED;
	stay->place->went = facts->event->time;
	if (stay->place->end == EXCHANGE_EXPORTED)
		exported(exchanges, facts, exchange_side_now(stay->side));
}

static bool learn_call(struct exchanges *exchanges, const struct facts *facts)
{
	if (facts->event->head.depth)
		return true;
	switch (facts->event->head.call) {
	case TR_gss_import_name:
	case TR_gss_acquire_cred:
	case TR_gss_acquire_cred_from:
	case TR_gss_acquire_cred_with_password:
		if (!(facts_number(facts, TR_F_MAJOR) >> 16))
			exchange_keep_before(exchanges, facts);
		return true;
	case TR_zmq_bind:
	case TR_zmq_connect:
	case TR_zmq_connect_peer:
		exchange_opened(exchanges, facts);
		return true;
	case TR_gss_import_sec_context:
		return facts_number(facts, TR_F_MAJOR) >> 16 || imported(exchanges, facts);
	default:
		in_context(exchanges, facts);
		return true;
	}
}

static void learn_summary(struct exchanges *exchanges, const struct facts *facts)
{
	struct exchange_stay *stay = exchange_stay_of(exchanges, facts);
	struct exchange_place *place = stay ? stay->place : NULL;

	if (!stay)
		return;
	exchange_stay_end(stay, facts);
	stay->over = true;
	if (place) {
		if (place->end == EXCHANGE_OPEN) {
			place->end = EXCHANGE_ENDED;
			place->went = facts->event->time;
		}
		place->summed = true;
		place->wrapped = facts_number(facts, TR_F_WRAPPED);
		place->wrapped_bytes = facts_number(facts, TR_F_WRAPPED_BYTES);
		place->unwrapped = facts_number(facts, TR_F_UNWRAPPED);
		place->unwrapped_bytes = facts_number(facts, TR_F_UNWRAPPED_BYTES);
	}
}

static bool learn(struct model_listener *listener, const struct facts *facts)
{
	struct exchanges *exchanges = (struct exchanges *)listener;

	switch (facts->event->head.event) {
	case TR_E_handshake:
		return begin(exchanges, facts);
	case TR_E_call:
		return learn_call(exchanges, facts);
	case TR_E_inject:
		exchange_injected(exchanges, facts);
		return true;
	case TR_E_unsecured:
		return exchange_unsecured(exchanges, facts);
	case TR_E_context:
		learn_summary(exchanges, facts);
		return true;
	default:
		return true;
	}
}

struct exchanges *exchanges_new(void (*made_phrase)(struct model_token *token, uint64_t time))
{
	struct exchanges *exchanges = calloc(1, sizeof(*exchanges));

	if (!exchanges)
		return NULL;
	exchanges->listener = (struct model_listener){.ended = ended, .event = learn};
	exchanges->phrase = made_phrase;
	exchanges->model = model_new();
	if (!exchanges->model) {
		free(exchanges);
		return NULL;
	}
	exchanges->model->listener = &exchanges->listener;
	return exchanges;
}

int exchanges_learn(struct exchanges *exchanges, const struct tr_event *event)
{
	return model_learn(exchanges->model, event);
}

int exchanges_settle(struct exchanges *exchanges)
{
	return model_settle(exchanges->model);
}
