/* SPDX-License-Identifier: MIT */
/*
 * A model begins empty and is freed as a whole: each entry with the texts that it owns.
 */
#include "tools/model/live.h"
#include "tools/model/talk.h"
#include "tools/model/zmq.h"

#include <stdlib.h>

static void free_tally(struct model_tally *tally)
{
	model_text_free(&tally->reason);
	model_text_free(&tally->supposed);
	model_text_free(&tally->given_up);
}

static void free_peer(void *at)
{
	struct model_peer *peer = at;

	model_text_free(&peer->principal);
	model_text_free(&peer->address);
	model_text_free(&peer->last_from);
	free_tally(&peer->tally);
}

static void free_endpoint(void *at)
{
	struct model_endpoint *endpoint = at;

	model_text_free(&endpoint->name);
	model_text_free(&endpoint->phase);
	free_tally(&endpoint->tally);
	model_list_free(&endpoint->peers, free_peer);
}

static void free_pair(void *at)
{
	struct model_pair *pair = at;

	model_text_free(&pair->initiator);
	model_text_free(&pair->acceptor);
	model_text_free(&pair->mech);
	free_tally(&pair->tally);
}

static void free_refusal(void *at)
{
	struct model_refusal *refusal = at;

	model_text_free(&refusal->rule);
	model_text_free(&refusal->subject);
	model_text_free(&refusal->reason);
}

static void free_coverage(void *at)
{
	model_about_free(&((struct model_coverage *)at)->about);
}

static void free_program(void *at)
{
	struct model_program *program = at;
	struct model_text *texts[] = {&program->host,	&program->container,   &program->exe,
				      &program->script, &program->name,	       &program->args,
				      &program->cgroup, &program->credentials, &program->without_krb5};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		model_text_free(texts[i]);
	model_list_free(&program->endpoints, free_endpoint);
	model_list_free(&program->pairs, free_pair);
	model_list_free(&program->refusals, free_refusal);
	model_list_free(&program->coverage, free_coverage);
	model_list_free(&program->gaps, model_gap_free);
}

struct model *model_new(void)
{
	return calloc(1, sizeof(struct model));
}

static void release_process(void *process)
{
	model_gathering_free(((struct model_process *)process)->gathering);
	model_zmq_free(((struct model_process *)process)->zmq);
}

void model_free(struct model *model)
{
	if (!model)
		return;
	model_list_free(&model->sockets, model_handle_release);
	model_list_free(&model->contexts, model_handle_release);
	model_list_free(&model->pending, model_handle_release);
	model_list_free(&model->talks, model_open_talk_release);
	model_list_free(&model->processes, release_process);
	model_list_free(&model->known, model_known_release);
	model_list_free(&model->addresses, NULL);
	model_list_free(&model->handshakes, model_handshake_release);
	model_list_free(&model->programs, free_program);
	free(model);
}
