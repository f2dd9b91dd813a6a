/* SPDX-License-Identifier: MIT */
/*
 * Who still has to move, who fails and who is refused: everybody in one state, whatever program he is of.
 */
#include "tools/view/summary_words.h"

struct pass {
	struct out *out;
	enum model_state state;
	uint64_t count;
	bool print;
};

static void urgent_peer(void *at, void *context)
{
	struct model_peer *peer = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (model_peer_state(peer) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	say_peer(out, peer);
	out_str(out, peer->endpoint->role == TR_ROLE_CLIENT ? ", which " : " at ");
	if (peer->endpoint->role == TR_ROLE_CLIENT) {
		say_program(out, peer->endpoint->program);
		out_str(out, " connects to as ");
	}
	say_words(out, peer->endpoint->name);
	if (peer->endpoint->role != TR_ROLE_CLIENT) {
		out_str(out, " of ");
		say_program(out, peer->endpoint->program);
	}
	out_str(out, ": ");
	say_standing(out, peer->endpoint->program, &peer->tally, pass->state,
		     peer->principal.at ? (struct model_text){0} : peer->last_from);
}

/* An endpoint is named for what it does itself; what its peers do is said of them. */
static void urgent_endpoint(void *at, void *context)
{
	struct model_endpoint *endpoint = at;
	struct pass *pass = context;
	struct out *out = pass->out;
	uint64_t before = pass->count;

	model_each(&endpoint->peers, urgent_peer, pass);
	if (pass->count != before || model_endpoint_state(endpoint) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	say_program(out, endpoint->program);
	out_str(out, endpoint->role == TR_ROLE_CLIENT ? " connects to " : " binds ");
	say_words(out, endpoint->name);
	out_str(out, ": ");
	say_standing(out, endpoint->program, &endpoint->tally, pass->state, (struct model_text){0});
}

static void urgent_pair(void *at, void *context)
{
	struct model_pair *pair = at;
	struct pass *pass = context;
	struct out *out = pass->out;

	if (model_pair_state(pair) != pass->state)
		return;
	pass->count++;
	if (!pass->print)
		return;
	out_str(out, "  ");
	say_words_or(out, pair->initiator, "?");
	out_str(out, " -> ");
	say_words_or(out, pair->acceptor, "?");
	out_str(out, ", as seen by ");
	say_program(out, pair->program);
	out_str(out, ": ");
	say_standing(out, pair->program, &pair->tally, pass->state, (struct model_text){0});
}

static void urgent(void *at, void *context)
{
	struct model_program *program = at;

	model_each(&program->endpoints, urgent_endpoint, context);
	model_each(&program->pairs, urgent_pair, context);
}

uint64_t summary_urgent(struct out *out, struct model *model, enum model_state state, const char *heading,
			const char *colour)
{
	struct pass pass = {.out = out, .state = state};

	model_each(&model->programs, urgent, &pass);
	if (!pass.count)
		return 0;
	out_paint(out, colour);
	out_str(out, heading);
	out_unsigned(out, pass.count);
	out_paint(out, PLAIN);
	out_char(out, '\n');
	pass.print = true;
	model_each(&model->programs, urgent, &pass);
	return pass.count / 2;
}
