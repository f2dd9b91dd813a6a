/* SPDX-License-Identifier: MIT */
/*
 * The difference between two hosts' clocks, from tokens that both saw. A token that one sent at a and the
 * other got at b, by a clock that is x ahead, took b - a - x, which is not less than nothing: so x is at most
 * b - a for each token there, and at least a - b for each one back.
 */
#include "tools/model/exchange.h"

#include <string.h>

#define FARTHEST (INT64_MAX / 4) /* so that no sum of two rolls over */
#define AHEAD 16		 /* calls that a token is looked for in */

struct bounds {
	int64_t most, least;
	bool there, back;
};

static bool same(const struct model_token *a, const struct model_token *b)
{
	return a->length && a->length == b->length && !memcmp(a->hash, b->hash, sizeof(a->hash));
}

/* A token that was sent at `sent` by the one clock and was there at `got` by the other. */
static void passed(struct bounds *bounds, bool there, uint64_t sent, uint64_t got)
{
	int64_t took = (int64_t)(got - sent);

	if (took > FARTHEST || took < -FARTHEST)
		return;
	if (there && (!bounds->there || took < bounds->most)) {
		bounds->there = true;
		bounds->most = took;
	}
	if (!there && (!bounds->back || -took > bounds->least)) {
		bounds->back = true;
		bounds->least = -took;
	}
}

static void handshakes(struct bounds *bounds, bool there, const struct model_talk *from,
		       const struct model_talk *to)
{
	const struct model_step *in = to->steps.first;

	/* Each is looked for behind the one before, and not far: a hostile trace has very many. */
	for (const struct model_step *out = from->steps.first; out && in; out = out->next) {
		const struct model_step *at = in;

		if (out->depth || !out->out.length)
			continue;
		for (int i = 0; at && (at->depth || !same(&out->out, &at->in)); i++)
			at = i < AHEAD ? at->next : NULL;
		if (!at)
			continue;
		passed(bounds, there, out->time, at->time - at->duration);
		in = at->next;
	}
}

static void messages(struct bounds *bounds, bool there, const struct exchange_place *from,
		     const struct exchange_place *to, enum exchange_kind sent, enum exchange_kind got)
{
	for (int i = 0; i < EXCHANGE_FIRST; i++)
		for (int j = 0; j < EXCHANGE_FIRST; j++) {
			const struct exchange_message *out = &from->kinds[sent].first[i],
						      *in = &to->kinds[got].first[j];

			if (same(&out->token, &in->token))
				passed(bounds, there, out->time, in->time - in->duration);
		}
}

static void one_way(struct bounds *bounds, bool there, const struct exchange_side *from,
		    const struct exchange_side *to)
{
	handshakes(bounds, there, from->talk, to->talk);
	if (!from->places || !to->places)
		return;
	messages(bounds, there, from->places, to->places, EXCHANGE_WRAP, EXCHANGE_UNWRAP);
	messages(bounds, there, from->places, to->places, EXCHANGE_MIC, EXCHANGE_VERIFY);
}

struct exchange_clock exchange_clock(const struct exchange *exchange)
{
	const struct exchange_side *init = &exchange->sides[EXCHANGE_INITIATOR],
				   *acc = &exchange->sides[EXCHANGE_ACCEPTOR];
	struct bounds bounds = {0};
	struct exchange_clock clock = {0};

	if (!init->talk || !acc->talk)
		return clock;
	one_way(&bounds, true, init, acc);
	one_way(&bounds, false, acc, init);
	if (!bounds.there)
		return clock;
	clock.known = bounds.back;
	clock.bounded = !bounds.back;
	if (clock.bounded) {
		clock.ahead = bounds.most;
		clock.differs = bounds.most < 0;
		return clock;
	}
	clock.ahead = bounds.least + (bounds.most - bounds.least) / 2;
	clock.within = (uint64_t)(bounds.most > bounds.least ? bounds.most - bounds.least
							     : bounds.least - bounds.most) /
		       2;
	clock.differs = bounds.least > 0 || bounds.most < 0;
	return clock;
}
