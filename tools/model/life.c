/* SPDX-License-Identifier: MIT */
/*
 * A model begins empty and is freed as a whole: each entry with the texts that it owns.
 */
#include "tools/model/live.h"

#include <stdlib.h>

static void free_tally(struct sum_tally *tally)
{
	sum_text_free(&tally->reason);
	sum_text_free(&tally->supposed);
}

static void free_peer(void *at)
{
	struct sum_peer *peer = at;

	sum_text_free(&peer->principal);
	sum_text_free(&peer->address);
	sum_text_free(&peer->last_from);
	free_tally(&peer->tally);
}

static void free_endpoint(void *at)
{
	struct sum_endpoint *endpoint = at;

	sum_text_free(&endpoint->name);
	sum_text_free(&endpoint->migrate);
	sum_text_free(&endpoint->phase);
	free_tally(&endpoint->tally);
	sum_list_free(&endpoint->peers, free_peer);
}

static void free_pair(void *at)
{
	struct sum_pair *pair = at;

	sum_text_free(&pair->initiator);
	sum_text_free(&pair->acceptor);
	sum_text_free(&pair->mech);
	free_tally(&pair->tally);
}

static void free_refusal(void *at)
{
	struct sum_refusal *refusal = at;

	sum_text_free(&refusal->rule);
	sum_text_free(&refusal->subject);
	sum_text_free(&refusal->reason);
}

static void free_repair(void *at)
{
	struct sum_repair *repair = at;

	sum_text_free(&repair->repair);
	sum_text_free(&repair->reason);
}

static void free_gap(void *at)
{
	struct sum_gap *gap = at;

	sum_text_free(&gap->object);
	sum_text_free(&gap->library);
	sum_text_free(&gap->why);
}

static void free_program(void *at)
{
	struct sum_program *program = at;
	struct sum_text *texts[] = {&program->host,   &program->container, &program->exe,
				    &program->script, &program->name,	   &program->credentials};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		sum_text_free(texts[i]);
	sum_list_free(&program->endpoints, free_endpoint);
	sum_list_free(&program->pairs, free_pair);
	sum_list_free(&program->refusals, free_refusal);
	sum_list_free(&program->repairs, free_repair);
	sum_list_free(&program->gaps, free_gap);
}

struct summary *summary_new(void)
{
	return calloc(1, sizeof(struct summary));
}

void summary_free(struct summary *s)
{
	if (!s)
		return;
	sum_list_free(&s->sockets, sum_handle_release);
	sum_list_free(&s->contexts, sum_handle_release);
	sum_list_free(&s->pending, sum_handle_release);
	sum_list_free(&s->processes, NULL);
	sum_list_free(&s->addresses, NULL);
	sum_list_free(&s->handshakes, NULL);
	sum_list_free(&s->programs, free_program);
	free(s);
}
