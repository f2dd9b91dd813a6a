/* SPDX-License-Identifier: MIT */
/*
 * GT0109. A libzmq that gets no credential for the principal it was given calls gss_accept_sec_context all
 * the same, without the client's token, and sends what that makes: SPNEGO's offer to begin with (MS-SPNG,
 * section 2.2.1). Its client takes that for the answer, and its error says nothing.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"
#include "tools/token/decode.h"

#include <inttypes.h>
#include <string.h>

#define COMPARED_MOST 1000000

static bool is_offer(const struct model_step *step)
{
	struct tr_bytes bytes = {(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
	struct token token = {0};
	bool offer = step->failed && !step->depth && step->call == TR_gss_init_sec_context && bytes.length &&
		     token_decode(&token, bytes, step->in.length, TOKEN_IN_HANDSHAKE, step->time) &&
		     token_search(&token, "neg_hints");

	token_free(&token);
	return offer;
}

static bool made(const struct model_talk *talk, const struct model_token *token)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->call == TR_gss_accept_sec_context && !step->in.length &&
		    step->out.length == token->length &&
		    !memcmp(step->out.hash, token->hash, sizeof(token->hash)))
			return true;
	return false;
}

/* Kept for its client's sake. */
bool zmq_accepts_nothing(const struct model_talk *talk)
{
	return talk->zmq && talk->role == TR_ROLE_ACCEPTOR && talk->outcome != TR_OUTCOME_ESTABLISHED &&
	       !talk->hash.at;
}

/* A process whose trace says by itself that it has no credential; that token is the same in all of them. */
static bool told_by_server(const struct diagnose_case *c, const struct model_token *token)
{
	bool has_made = false, has_none = false;

	for (int i = 0; i < 2; i++)
		for (const struct model_talk *talk = c->others[i]; talk; talk = talk->next) {
			if (++*c->compared > COMPARED_MOST)
				return false;
			has_made |= talk->zmq && made(talk, token);
			has_none |= talk->zmq && talk->credential && talk->process != c->init->process;
		}
	return has_made && has_none;
}

bool diagnose_zmq_no_credential(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->init && c->init->zmq ? c->init->steps.first : NULL;

	while (step && !is_offer(step))
		step = step->next;
	if (!step)
		return false;
	if (told_by_server(c, &step->in))
		return true;
	finding_cause(finding, "the server of %s has no credential to accept with", zmq_end_text(c, c->init));
	finding_evidence(finding,
			 "its answer, of %" PRIu64
			 " bytes, is SPNEGO's offer to begin: it was made without the token that it answers",
			 step->in.length);
	finding_remedy(finding,
		       "trace the server: which credential it could not get, and why, is in its own trace");
	finding_remedy(
		finding,
		"a libzmq that is given ZMQ_GSSAPI_PRINCIPAL asks for a credential of that name for both "
		"uses, so that a server needs a ticket of it besides the key");
	finding->alone = true;
	return true;
}
