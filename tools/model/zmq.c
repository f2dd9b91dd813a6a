/* SPDX-License-Identifier: MIT */
/* What is kept of a process's endpoints, freed and asked; see zmq.h. */
#include "tools/model/zmq.h"

#include "tools/model/talk.h"

#include <stdlib.h>

void model_zmq_options_free(struct model_zmq_options *options)
{
	model_text_free(&options->principal);
	model_text_free(&options->service);
	model_text_free(&options->zap_domain);
}

static void free_ends(struct model_zmq_end *end)
{
	for (struct model_zmq_end *next; end; end = next) {
		next = end->next;
		model_text_free(&end->endpoint);
		model_zmq_options_free(&end->options);
		free(end);
	}
}

void model_zmq_free(struct model_zmq *zmq)
{
	free_ends(zmq ? zmq->gssapi_ends.first : NULL);
	free_ends(zmq ? zmq->other_ends.first : NULL);
	for (unsigned i = 0; zmq && i < zmq->library_count; i++)
		model_text_free(&zmq->libraries[i].path);
	free(zmq);
}

void model_zmq_closes(struct model_zmq *zmq, uint64_t time)
{
	if (zmq)
		zmq->closed[zmq->closings++ % ZMQ_CLOSINGS] = time;
}

bool model_zmq_closed(const struct model_zmq *zmq, uint64_t from, uint64_t to)
{
	for (uint64_t i = 0; zmq && i < zmq->closings && i < ZMQ_CLOSINGS; i++)
		if (zmq->closed[i] >= from && zmq->closed[i] <= to)
			return true;
	return zmq && zmq->closings > ZMQ_CLOSINGS && zmq->closed[zmq->closings % ZMQ_CLOSINGS] > from;
}

static bool fits(const struct model_talk *talk, const struct model_zmq_end *end)
{
	return end->opened <= talk->last &&
	       (!talk->role || end->options.server == (talk->role == TR_ROLE_ACCEPTOR));
}

/* Is its endpoint one that the program gave? */
static bool is_named(const struct model_talk *talk)
{
	for (const struct model_zmq_end *end = talk->process->zmq->gssapi_ends.first; end; end = end->next)
		if (talk->endpoint.at && fits(talk, end) && model_text_same(end->endpoint, talk->endpoint))
			return true;
	return false;
}

const struct model_zmq_end *model_zmq_end_next(const struct model_talk *talk, const struct model_zmq_end *after)
{
	const struct model_zmq *zmq = talk && talk->zmq ? talk->process->zmq : NULL;
	const struct model_zmq_end *end;
	bool named;

	if (!zmq || zmq->gssapi_ends.more)
		return NULL;
	named = after ? talk->endpoint.at && model_text_same(after->endpoint, talk->endpoint)
		      : is_named(talk);
	for (end = after ? after->next : zmq->gssapi_ends.first; end; end = end->next)
		if (fits(talk, end) && (!named || model_text_same(end->endpoint, talk->endpoint)))
			return end;
	return NULL;
}

const struct model_zmq_end *model_zmq_end_only(const struct model_talk *talk)
{
	const struct model_zmq_end *end = model_zmq_end_next(talk, NULL);

	return end && !model_zmq_end_next(talk, end) ? end : NULL;
}
