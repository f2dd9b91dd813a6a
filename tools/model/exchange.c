/* SPDX-License-Identifier: MIT */
/* See exchange.h: what is kept, joined and asked. From events to it is exchange_learn.c. */
#include "tools/model/exchange.h"

#include <stdlib.h>

/* By the hash of the first token: the last handshake of it. */
struct joined {
	struct model_node node;
	struct exchange *exchange;
};

static void place_free(struct exchange_place *place)
{
	model_steps_free(&place->failed);
	free(place);
}

static void side_free(struct exchange_side *side)
{
	if (side->talk)
		model_talk_free(side->talk);
	model_steps_free(&side->before);
	for (struct exchange_place *place = side->places, *next; place; place = next) {
		next = place->next;
		place_free(place);
	}
}

static void release_process(void *at)
{
	struct exchange_process *process = at;

	model_steps_free(&process->before);
}

static void release_endpoint(void *endpoint)
{
	model_text_free(&((struct exchange_endpoint *)endpoint)->service);
}

static void release_handle(void *at)
{
	for (struct exchange_stay *stay = ((struct exchange_handle *)at)->last, *before; stay;
	     stay = before) {
		before = stay->before;
		free(stay);
	}
}

void exchanges_free(struct exchanges *exchanges)
{
	if (!exchanges)
		return;
	for (struct exchange *exchange = exchanges->first, *next; exchange; exchange = next) {
		next = exchange->next;
		for (int i = 0; i < EXCHANGE_SIDES; i++)
			side_free(&exchange->sides[i]);
		model_text_free(&exchange->hash);
		model_text_free(&exchange->plain.endpoint);
		model_text_free(&exchange->plain.peer);
		model_text_free(&exchange->plain.reason);
		free(exchange);
	}
	model_list_free(&exchanges->by_hash, NULL);
	model_list_free(&exchanges->handles, release_handle);
	model_list_free(&exchanges->exported, NULL);
	model_list_free(&exchanges->processes, release_process);
	model_list_free(&exchanges->endpoints, release_endpoint);
	model_list_free(&exchanges->plain, NULL);
	model_free(exchanges->model);
	free(exchanges);
}

struct exchange *exchanges_add(struct exchanges *exchanges)
{
	struct exchange *exchange = calloc(1, sizeof(*exchange));

	if (!exchange)
		return NULL;
	*(exchanges->last ? &exchanges->last->next : &exchanges->first) = exchange;
	exchanges->last = exchange;
	exchanges->count++;
	return exchange;
}

/* A credential's is what it was wanted for, as <gssapi.h> has it: 1 is GSS_C_INITIATE. */
static int role_of(const struct model_talk *talk)
{
	if (talk->role == TR_ROLE_INITIATOR)
		return EXCHANGE_INITIATOR;
	if (!talk->role && talk->credential && talk->steps.last && talk->steps.last->usage == 1)
		return EXCHANGE_INITIATOR;
	return EXCHANGE_ACCEPTOR;
}

bool exchanges_join(struct exchanges *exchanges, struct model_talk *talk, struct exchange_side **side)
{
	int role = role_of(talk);
	struct model_text hash = talk->hash.at ? talk->hash : model_talk_first_token(talk);
	struct joined *joined = NULL;
	struct exchange *exchange = NULL;
	struct model_key key;
	bool made, repeated = false;

	if (hash.at) {
		model_key_begin(&key);
		model_key_text(&key, hash);
		joined = model_node_get(&exchanges->by_hash, &key, sizeof(*joined), &made);
		model_key_end(&key);
		if (!joined)
			return false;
		exchange = joined->exchange;
		repeated = exchange && exchange->sides[role].talk;
	}
	if (!exchange || repeated) {
		exchange = exchanges_add(exchanges);
		if (!exchange || !model_text_set(&exchange->hash, hash))
			return false;
		exchange->repeated = repeated;
		if (joined)
			joined->exchange = exchange;
	}
	*side = &exchange->sides[role];
	(*side)->talk = talk;
	return true;
}

struct exchange_place *exchange_place_add(struct exchange_side *side, const struct facts *facts)
{
	struct exchange_place *place;

	if (side->place_count++ >= EXCHANGE_PLACES)
		return NULL;
	place = calloc(1, sizeof(*place));
	if (!place) {
		facts->model->failed = true;
		return NULL;
	}
	place->process = facts->process;
	place->program = facts->process->program;
	place->pid = facts->event->head.pid;
	*(side->last ? &side->last->next : &side->places) = place;
	side->last = place;
	return place;
}

void exchange_side_move(struct exchange_side *from, struct exchange_side *to)
{
	if (from->places) {
		*(to->last ? &to->last->next : &to->places) = from->places;
		to->last = from->last;
		to->place_count += from->place_count;
	}
	from->places = from->last = NULL;
	from->moved = to;
}

struct exchange_side *exchange_side_now(struct exchange_side *side)
{
	while (side && side->moved)
		side = side->moved;
	return side;
}

struct model_ends exchange_ends(const struct exchange *exchange)
{
	struct model_ends ends = {0};

	for (int i = 0; i < EXCHANGE_SIDES; i++) {
		const struct model_talk *talk = exchange->sides[i].talk;

		ends.seen[i] = talk;
		if (talk)
			ends.outcome[i] = talk->credential ? TR_OUTCOME_FAILED : talk->outcome;
	}
	return ends;
}

enum tr_outcome exchange_outcome(const struct exchange *exchange)
{
	const struct model_ends ends = exchange_ends(exchange);

	return model_ends_outcome(&ends);
}

bool exchange_failed(const struct exchange *exchange)
{
	enum tr_outcome outcome = exchange_outcome(exchange);

	for (int i = 0; i < EXCHANGE_SIDES; i++)
		for (const struct exchange_place *place = exchange->sides[i].places; place;
		     place = place->next)
			if (place->failures)
				return true;
	return outcome == TR_OUTCOME_FAILED || outcome == TR_OUTCOME_REFUSED ||
	       outcome == TR_OUTCOME_ABANDONED;
}

uint64_t exchange_begin(const struct exchange *exchange)
{
	for (int i = 0; i < EXCHANGE_SIDES; i++)
		if (exchange->sides[i].talk)
			return exchange->sides[i].talk->first;
	if (exchange->plain.program)
		return exchange->plain.time;
	return exchange->sides[EXCHANGE_ACCEPTOR].places ? exchange->sides[EXCHANGE_ACCEPTOR].places->came
							 : 0;
}
