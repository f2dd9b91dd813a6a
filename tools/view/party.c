/* SPDX-License-Identifier: MIT */
/* See party.h. */
#include "tools/view/party.h"

struct walk {
	void (*visit)(const struct party *party, void *context);
	void *context;
};

static void pair(void *at, void *context)
{
	struct model_pair *p = at;
	struct walk *walk = context;
	const struct party party = {.program = p->program,
				    .role = p->role,
				    .initiator = p->initiator,
				    .acceptor = p->acceptor,
				    .mech = p->mech,
				    .tally = &p->tally,
				    .state = model_pair_state(p)};

	walk->visit(&party, walk->context);
}

static void peer(void *at, void *context)
{
	struct model_peer *p = at;
	struct walk *walk = context;
	bool server = p->endpoint->role != TR_ROLE_CLIENT;
	struct party party = {.program = p->endpoint->program,
			      .role = server ? TR_ROLE_ACCEPTOR : TR_ROLE_INITIATOR,
			      .endpoint = p->endpoint->name,
			      .address = p->address,
			      .tally = &p->tally,
			      .state = model_peer_state(p)};

	*(server ? &party.initiator : &party.acceptor) = p->principal;
	walk->visit(&party, walk->context);
}

static void endpoint(void *at, void *context)
{
	model_each(&((struct model_endpoint *)at)->peers, peer, context);
}

static void program(void *at, void *context)
{
	model_each(&((struct model_program *)at)->endpoints, endpoint, context);
	model_each(&((struct model_program *)at)->pairs, pair, context);
}

void party_each(struct model *model, void (*visit)(const struct party *party, void *context), void *context)
{
	struct walk walk = {visit, context};

	model_each(&model->programs, program, &walk);
}
