/* SPDX-License-Identifier: MIT */
/* See zmq_cause.h. */
#include "tools/diagnose/zmq_cause.h"

static bool fits(const struct model_talk *talk, const struct model_zmq_end *end)
{
	return end->opened <= talk->last &&
	       (!talk->role || end->options.server == (talk->role == TR_ROLE_ACCEPTOR));
}

/* Is its endpoint one that the program gave? */
static bool is_named(const struct model_talk *talk)
{
	for (const struct model_zmq_end *end = talk->process->zmq->ends; end; end = end->next)
		if (talk->endpoint.at && fits(talk, end) && model_text_same(end->endpoint, talk->endpoint))
			return true;
	return false;
}

const struct model_zmq_end *zmq_end_next(const struct model_talk *talk, const struct model_zmq_end *after)
{
	const struct model_zmq *zmq = talk && talk->zmq ? talk->process->zmq : NULL;
	const struct model_zmq_end *end;
	bool named;

	if (!zmq || zmq->more)
		return NULL;
	named = after ? talk->endpoint.at && model_text_same(after->endpoint, talk->endpoint)
		      : is_named(talk);
	for (end = after ? after->next : zmq->ends; end; end = end->next)
		if (fits(talk, end) && (!named || model_text_same(end->endpoint, talk->endpoint)))
			return end;
	return NULL;
}

bool zmq_ends_all(const struct model_talk *talk, bool (*holds)(const struct model_zmq_end *end))
{
	const struct model_zmq_end *end = zmq_end_next(talk, NULL);
	bool any = end;

	for (; end; end = zmq_end_next(talk, end))
		if (!holds(end))
			return false;
	return any;
}

const struct model_zmq_end *zmq_end_only(const struct model_talk *talk)
{
	const struct model_zmq_end *end = zmq_end_next(talk, NULL);

	return end && !zmq_end_next(talk, end) ? end : NULL;
}

const char *zmq_end_text(struct diagnose_case *c, const struct model_talk *talk)
{
	const struct model_zmq_end *end = zmq_end_only(talk);
	const char *endpoint = case_text(c, end ? end->endpoint : talk->endpoint);

	return endpoint ? case_format(c, "%s at %s", case_name(c, talk), endpoint) : case_name(c, talk);
}
