/* SPDX-License-Identifier: MIT */
/* See on_the_way.h. */
#include "tools/diagnose/on_the_way.h"

#include "tools/token/decode.h"

#include <stdlib.h>
#include <string.h>

#define COMPARED_MOST (UINT64_C(256) << 20) /* bytes, of all cases: about a second */
#define VISITED 64			    /* what looking at one call costs, in such bytes */
#define DECODED 16			    /* and decoding, for each byte */
#define OWN 16 /* bytes of an authenticator: no two have them in common by chance */

static bool is_zero(struct tr_bytes bytes)
{
	for (size_t i = 0; i < bytes.length; i++)
		if (bytes.at[i])
			return false;
	return true;
}

/* What redact has left is zero in all tokens. */
static bool holds(struct tr_bytes part, const uint8_t *from, const uint8_t *to)
{
	const uint8_t *end = part.at + part.length;

	from = from < part.at ? part.at : from;
	to = to > end ? end : to;
	return to > from && to - from >= OWN && !is_zero((struct tr_bytes){from, (size_t)(to - from)});
}

/*
 * Is what is alike at the beginning, or at the end, of this token and no other? What stands around its AP-REQ
 * alone, somebody may have replaced with good reason (rewrapped), such as one that makes SPNEGO of Kerberos.
 */
static bool is_its_own(const struct diagnose_case *c, struct tr_bytes made, size_t before, size_t behind,
		       bool rewrapped)
{
	struct token token = {0};
	const struct token_node *message, *cipher;
	const char *path = "authenticator.cipher";
	bool own = false;

	c->kept->compared += DECODED * made.length;
	if (token_decode(&token, made, made.length, TOKEN_IN_HANDSHAKE, 0) &&
	    ((message = token_search(&token, "ap_req")) ||
	     ((message = token_search(&token, "ap_rep")) && (path = "enc_part.cipher"))) &&
	    (cipher = token_find(&token, (uint32_t)(message - token.nodes), path)))
		own = (holds(cipher->text, made.at, made.at + before) ||
		       holds(cipher->text, made.at + made.length - behind, made.at + made.length)) &&
		      !(rewrapped && made.at + made.length - behind <= message->raw.at);
	token_free(&token);
	return own;
}

/* Is `with` what `bytes` would be with CR LF for each LF? */
static bool is_with_cr(struct tr_bytes with, struct tr_bytes bytes)
{
	size_t at = 0;

	for (size_t i = 0; i < bytes.length; i++) {
		if (bytes.at[i] == '\n' && (at >= with.length || with.at[at++] != '\r'))
			return false;
		if (at >= with.length || with.at[at++] != bytes.at[i])
			return false;
	}
	return at == with.length;
}

static bool holds_whole(const struct diagnose_case *c, struct tr_bytes outer, struct tr_bytes inner,
			uint64_t *from)
{
	const uint8_t *at;

	if (inner.length < ON_THE_WAY_TELLING || inner.length >= outer.length)
		return false;
	c->kept->compared += outer.length;
	at = memmem(outer.at, outer.length, inner.at, inner.length);
	if (at)
		*from = (uint64_t)(at - outer.at);
	return at;
}

static bool is_changed(const struct diagnose_case *c, struct tr_bytes made, struct tr_bytes came,
		       struct on_the_way *way)
{
	size_t least = made.length < came.length ? made.length : came.length, before = 0, behind = 0;

	while (before < least && made.at[before] == came.at[before])
		before++;
	while (behind < least - before &&
	       made.at[made.length - 1 - behind] == came.at[came.length - 1 - behind])
		behind++;
	c->kept->compared += before + behind;
	if ((behind < OWN && before < made.length / 2) ||
	    !is_its_own(c, made, before, behind, made.length != came.length))
		return false;
	way->from = before;
	way->to = made.length - behind;
	way->differ = 0;
	for (size_t i = before; made.length == came.length && i < way->to; i++)
		way->differ += made.at[i] != came.at[i];
	return true;
}

static bool compare(const struct diagnose_case *c, const struct model_token *token, struct tr_bytes came,
		    struct on_the_way *way)
{
	struct tr_bytes made = {(const uint8_t *)token->bytes.at, token->bytes.length};

	if (!made.length || made.length != token->length)
		return false;
	way->made = made.length;
	way->came = came.length;
	if (made.length == came.length && !memcmp(made.at, came.at, made.length)) {
		way->how = ON_THE_WAY_SAME;
	} else if (holds_whole(c, made, came, &way->from)) {
		way->how = ON_THE_WAY_PART;
		way->to = way->from + came.length;
	} else if (holds_whole(c, came, made, &way->from)) {
		way->how = ON_THE_WAY_MORE;
	} else if (made.length != came.length && (is_with_cr(came, made) || is_with_cr(made, came))) {
		way->how = ON_THE_WAY_LINE_ENDS;
	} else if (is_changed(c, made, came, way)) {
		way->how = ON_THE_WAY_CHANGED;
	} else {
		return false;
	}
	return true;
}

static bool is_of_handshake(const struct model_step *step)
{
	return !step->depth &&
	       (step->call == TR_gss_accept_sec_context || step->call == TR_gss_init_sec_context);
}

const struct model_step *on_the_way_first(const struct model_talk *talk)
{
	const struct model_step *step = talk ? talk->steps.first : NULL;

	while (step && !is_of_handshake(step))
		step = step->next;
	return step;
}

static int role_of(uint32_t call)
{
	return call == TR_gss_accept_sec_context;
}

/* By role, or -1: it says nothing of any token's bytes. */
static int kept_as(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (is_of_handshake(step) && (step->in.bytes.length || step->out.bytes.length))
			return role_of(on_the_way_first(talk)->call);
	return -1;
}

void on_the_way_keep(struct on_the_way_kept *kept, struct model_talk *talk, bool failed)
{
	int role = kept_as(talk);

	if (role < 0)
		return;
	*(kept->talks[role][failed].last ? &kept->talks[role][failed].last->next_kept
					 : &kept->talks[role][failed].first) = talk;
	kept->talks[role][failed].last = talk;
	talk->next_kept = NULL;
}

void on_the_way_drop(struct on_the_way_kept *kept, const struct model_talk *talk)
{
	for (int role = 0; role < 2; role++)
		if (kept->talks[role][false].first == talk) {
			kept->talks[role][false].first = talk->next_kept;
			if (!talk->next_kept)
				kept->talks[role][false].last = NULL;
		}
}

bool on_the_way_given_up(const struct diagnose_case *c)
{
	return c->kept->compared > COMPARED_MOST;
}

/* So many more calls are looked at. */
static bool visit(const struct diagnose_case *c, unsigned calls)
{
	c->kept->compared += VISITED * (uint64_t)calls;
	return !on_the_way_given_up(c);
}

bool on_the_way_from(const struct diagnose_case *c, struct tr_bytes came, uint32_t call,
		     struct on_the_way *way)
{
	uint32_t maker =
		call == TR_gss_init_sec_context ? TR_gss_accept_sec_context : TR_gss_init_sec_context;

	for (int failed = 1; failed >= 0; failed--)
		for (const struct model_talk *talk = c->kept->talks[role_of(maker)][failed].first; talk;
		     talk = talk->next_kept)
			for (const struct model_step *step = talk->steps.first; step; step = step->next) {
				if (!visit(c, 1))
					return false;
				if (step->call == maker && !step->depth &&
				    compare(c, &step->out, came, way)) {
					way->talk = talk;
					return true;
				}
			}
	return false;
}

static struct tr_bytes given(const struct model_step *step)
{
	return (struct tr_bytes){(const uint8_t *)step->in.bytes.at, step->in.bytes.length};
}

/* The call that failed, if all of a token that it was given is in the trace. An empty one is none: it asks
 * for what SPNEGO would offer. */
static const struct model_step *failing(const struct model_talk *talk)
{
	const struct model_step *step = talk ? talk->steps.first : NULL;

	while (step && !(is_of_handshake(step) && step->failed))
		step = step->next;
	return step && step->in.length && step->in.bytes.length == step->in.length ? step : NULL;
}

const struct model_step *on_the_way_failing(const struct model_talk *talk)
{
	const struct model_step *step = failing(talk);

	return step && !is_zero(given(step)) ? step : NULL;
}

bool on_the_way_to(const struct diagnose_case *c, struct on_the_way *way)
{
	const struct model_step *first = on_the_way_first(c->init);

	if (!first || !first->out.bytes.length)
		return false;
	for (int failed = 1; failed >= 0; failed--)
		for (const struct model_talk *talk =
			     c->kept->talks[role_of(TR_gss_accept_sec_context)][failed].first;
		     talk; talk = talk->next_kept) {
			const struct model_step *step;

			if (!visit(c, talk->steps.count))
				return false;
			step = failing(talk);
			if (step && step->call == TR_gss_accept_sec_context &&
			    compare(c, &first->out, given(step), way) && way->how != ON_THE_WAY_SAME &&
			    !is_zero(given(step))) {
				way->talk = talk;
				return true;
			}
		}
	return false;
}
