/* SPDX-License-Identifier: MIT */
/* What became of handshakes; see count.h. */
#include "tools/diagnose/count.h"

bool diagnose_is_left(const struct model_talk *talk)
{
	const struct model_step *step = model_talk_last(talk);

	return !talk->credential && (!talk->outcome || talk->outcome == TR_OUTCOME_ABANDONED) &&
	       talk->role == TR_ROLE_INITIATOR && step && !step->failed && step->out.length;
}

void diagnose_left(struct diagnose_counts *counts, const struct model_talk *talk)
{
	counts->left = talk->process->program;
	counts->left_pid = talk->pid;
	counts->left_length = model_talk_last(talk)->out.length;
}

static uint64_t *counter(struct diagnose_counts *counts, enum tr_outcome outcome)
{
	switch (outcome) {
	case TR_OUTCOME_ESTABLISHED:
		return &counts->established;
	case TR_OUTCOME_FAILED:
		return &counts->failed;
	case TR_OUTCOME_REFUSED:
		return &counts->refused;
	case TR_OUTCOME_ABANDONED:
		return &counts->abandoned;
	default:
		return &counts->unfinished;
	}
}

void diagnose_count(struct diagnose_counts *counts, struct model_ends *ends, const struct model_talk *talk)
{
	int side = talk->role == TR_ROLE_INITIATOR ? MODEL_INITIATOR : MODEL_ACCEPTOR;

	if (talk->credential) {
		counts->credentials++;
		return;
	}
	if (ends->seen[MODEL_INITIATOR] || ends->seen[MODEL_ACCEPTOR]) {
		--*counter(counts, model_ends_outcome(ends));
		counts->unproven -= model_ends_unproven(ends);
	}
	ends->seen[side] = true;
	ends->outcome[side] = talk->outcome;
	++*counter(counts, model_ends_outcome(ends));
	counts->unproven += model_ends_unproven(ends);
}
