/* SPDX-License-Identifier: MIT */
/* See zmq_talk.h. What is said has to hold for each endpoint that is left. */
#include "tools/model/zmq_talk.h"

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

const struct model_zmq_end *model_zmq_end_next(const struct model_talk *talk,
					       const struct model_zmq_end *after)
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
