/* SPDX-License-Identifier: MIT */
/* What is kept of a process's endpoints, freed and asked; see zmq.h. */
#include "tools/model/zmq.h"

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
