/* SPDX-License-Identifier: MIT */
/* What became of handshakes; see count.h. */
#include "tools/diagnose/count.h"

/* Nothing failed here: whoever knows why is the peer. */
static void left_alone(struct diagnose_counts *counts, const struct model_talk *talk)
{
	const struct model_step *step = model_talk_last(talk);

	if (counts->left || talk->role != TR_ROLE_INITIATOR || !step || step->failed || !step->out.length)
		return;
	counts->left = talk->process->program;
	counts->left_pid = talk->pid;
	counts->left_length = step->out.length;
}

void diagnose_count(struct diagnose_counts *counts, const struct model_talk *talk)
{
	/* It is the same handshake, and was counted as what it seemed to be. */
	if (talk->follows && counts->established)
		counts->established--;
	if (talk->credential)
		counts->credentials++;
	else if (talk->outcome == TR_OUTCOME_ESTABLISHED)
		counts->established++;
	else if (talk->outcome == TR_OUTCOME_FAILED)
		counts->failed++;
	else if (talk->outcome == TR_OUTCOME_REFUSED)
		counts->refused++;
	else if (talk->outcome == TR_OUTCOME_ABANDONED)
		counts->abandoned++;
	else
		counts->unfinished++;
	if (!talk->credential && (!talk->outcome || talk->outcome == TR_OUTCOME_ABANDONED))
		left_alone(counts, talk);
}
