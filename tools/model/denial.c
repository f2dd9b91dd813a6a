/* SPDX-License-Identifier: MIT */
/*
 * Repairs, and with them whom a program's own ZAP handler denies. A denial names a principal and no endpoint,
 * so it is said to each server's peer of that name; they take it up when all is read, since a denial must not
 * cost more the more endpoints there are.
 */
#include "tools/model/endpoint.h"

static struct model_denial *denial_of(const struct facts *facts, struct model_text who)
{
	bool made;

	return facts_get(facts, &facts->process->program->denials, sizeof(struct model_denial), NULL, 0, &who,
			 1, &made);
}

void learn_repair(struct facts *facts)
{
	struct model_text name = facts_text(facts, TR_F_REPAIR), who = facts_text(facts, TR_F_INITIATOR),
			  reason = facts_text(facts, TR_F_REASON);
	struct model_program *program = facts->process->program;
	struct model_denial *denial;
	struct model_repair *repair;
	bool made;

	repair = facts_get(facts, &program->repairs, sizeof(*repair), NULL, 0, &name, 1, &made);
	if (!repair)
		return;
	repair->program = program;
	repair->count++;
	facts_keep(facts, &repair->repair, name);
	facts_seen(facts, &repair->first, &repair->last);
	facts_keep(facts, &repair->reason, reason);
	if (!model_text_is(name, "zap") || !who.at || !facts_has(facts, TR_F_OUTCOME_TEXT))
		return;
	denial = denial_of(facts, who);
	if (!denial)
		return;
	denial->count++;
	denial->last = facts->event->time;
	facts_keep(facts, &denial->reason, reason);
}

void denial_expect(const struct facts *facts, struct model_peer *peer)
{
	if (peer->denial || peer->endpoint->role != TR_ROLE_SERVER || !peer->principal.at)
		return;
	peer->denial = denial_of(facts, peer->principal);
	peer->denied_before = peer->denial ? peer->denial->count : 0;
}

static void deny(struct model *model, struct model_tally *tally, const struct model_denial *denial,
		 uint64_t count)
{
	tally->count[MODEL_REFUSED] += count;
	if (tally->at[MODEL_REFUSED] < denial->last)
		tally->at[MODEL_REFUSED] = denial->last;
	if (tally->last < denial->last)
		tally->last = denial->last;
	if (tally->reason_at > denial->last)
		return;
	tally->reason_at = denial->last;
	model->failed |= !model_text_set(&tally->reason, denial->reason);
}

void denial_settle(struct model *model, struct model_peer *peer)
{
	uint64_t count = peer->denial ? peer->denial->count - peer->denied_before : 0;

	if (!count)
		return;
	deny(model, &peer->tally, peer->denial, count);
	deny(model, &peer->endpoint->tally, peer->denial, count);
	peer->denied_before += count;
}
