/* SPDX-License-Identifier: MIT */
/* See zmq_cause.h. */
#include "tools/diagnose/zmq_cause.h"

#include "tools/model/live.h"

#include <stdio.h>
#include <string.h>

#define SLACK UINT64_C(1500000000) /* ns by which both ends may see one thing apart */

bool zmq_ends_all(const struct model_talk *talk, bool (*holds)(const struct model_zmq_end *end))
{
	const struct model_zmq_end *end = model_zmq_end_next(talk, NULL);
	bool any = end;

	for (; end; end = model_zmq_end_next(talk, end))
		if (!holds(end))
			return false;
	return any;
}

bool zmq_together(const struct model_process *a, const struct model_process *b)
{
	return a == b || (a->identity && b->identity && a->identity->space == b->identity->space &&
			  model_text_same(a->identity->boot, b->identity->boot));
}

static bool endpoints_meet(const struct diagnose_case *c, const struct model_process *bound,
			   const struct model_zmq_end *at, const struct model_process *connected,
			   const struct model_zmq_end *from)
{
	return ++*c->compared <= ZMQ_COMPARED_MOST && at->way == TR_ROLE_SERVER &&
	       from->way == TR_ROLE_CLIENT &&
	       model_address_meet(at->endpoint, bound->program->host, from->endpoint,
				  zmq_together(bound, connected));
}

bool zmq_meet(const struct diagnose_case *c, const struct model_process *bound,
	      const struct model_zmq_end *at, const struct model_process *connected,
	      const struct model_zmq_end *from)
{
	bool first = at->opened <= from->opened;

	if (!endpoints_meet(c, bound, at, connected, from))
		return false;
	return first ? !model_zmq_closed(bound->zmq, at->opened, from->opened)
		     : !model_zmq_closed(connected->zmq, from->opened, at->opened);
}

/* Does one of them connect to what the other has bound? */
static bool meet(const struct diagnose_case *c, const struct model_talk *bound,
		 const struct model_talk *connected)
{
	for (const struct model_zmq_end *at = NULL; (at = model_zmq_end_next(bound, at));)
		for (const struct model_zmq_end *from = NULL;
		     *c->compared <= ZMQ_COMPARED_MOST && (from = model_zmq_end_next(connected, from));)
			if (endpoints_meet(c, bound->process, at, connected->process, from))
				return true;
	return false;
}

const struct model_talk *zmq_other_end(const struct diagnose_case *c, const struct model_talk *talk,
				       bool (*holds)(const struct model_talk *other))
{
	for (int i = 0; i < 2; i++)
		for (const struct model_talk *other = c->others[i]; other; other = other->next) {
			if (++*c->compared > ZMQ_COMPARED_MOST)
				return NULL;
			if (other->process != talk->process && other->zmq && holds(other) &&
			    other->first <= talk->last + SLACK && talk->first <= other->last + SLACK &&
			    (meet(c, talk, other) || meet(c, other, talk)))
				return other;
		}
	return NULL;
}

bool zmq_tells_more(const struct model_talk *talk)
{
	return talk->credential || talk->outcome == TR_OUTCOME_REFUSED ||
	       (talk->outcome == TR_OUTCOME_FAILED && model_talk_last(talk));
}

bool zmq_reason_is(const struct model_talk *talk, const char *beginning)
{
	return talk && talk->zmq && talk->outcome == TR_OUTCOME_FAILED && talk->reason.at &&
	       !strncmp(talk->reason.at, beginning, strlen(beginning));
}

/* A pattern of this text. What a text in YAML, or what is shown of one, would have to escape is any one byte.
 */
static const char *pattern(struct diagnose_case *c, const char *text)
{
	char *all = must_calloc(3, strlen(text) + 1), *out = all;

	for (const char *at = text; *at; at++) {
		/* All interfaces, or an IPv6 address. */
		bool first = at - text >= 3 && !strncmp(at - 3, "://", 3);

		if ((*at == '*' || *at == '[') && !first)
			out += sprintf(out, "[%c]", *at);
		else
			*out++ = strchr("\"\\\x7f", *at) || (unsigned char)*at < ' ' ? '?' : *at;
	}
	list_take(&c->texts, all);
	return all;
}

void zmq_inject_remedy(struct diagnose_case *c, struct finding *finding, const char *endpoint, bool server)
{
	bool has_host = !strncmp(endpoint, "tcp://", 6);

	finding_remedy(finding,
		       server ? "zmq: {inject: [{bind: \"%s\", principal: \"zmq@%%%c\"}]}"
			      : "zmq: {inject: [{connect: \"%s\", service: \"zmq@%%%c\"}]}",
		       pattern(c, endpoint), has_host ? 'H' : 'h');
}

const char *zmq_program(struct diagnose_case *c, const struct model_process *process)
{
	const char *name = case_text(c, process->program->name);

	return name ? name : "a process";
}

const char *zmq_end_text(struct diagnose_case *c, const struct model_talk *talk)
{
	const struct model_zmq_end *end = model_zmq_end_only(talk);
	const char *endpoint = case_text(c, end ? end->endpoint : talk->endpoint);

	return endpoint ? case_format(c, "%s at %s", case_name(c, talk), endpoint) : case_name(c, talk);
}
