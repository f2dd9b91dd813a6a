/* SPDX-License-Identifier: MIT */
/* See ends.h. */
#include "tools/model/ends.h"

static bool is_bad(enum tr_outcome outcome)
{
	return outcome == TR_OUTCOME_FAILED || outcome == TR_OUTCOME_REFUSED;
}

bool model_ends_unproven(const struct model_ends *ends)
{
	return ends->seen[MODEL_INITIATOR] && ends->outcome[MODEL_INITIATOR] == TR_OUTCOME_ABANDONED &&
	       ends->seen[MODEL_ACCEPTOR] && ends->outcome[MODEL_ACCEPTOR] == TR_OUTCOME_ESTABLISHED;
}

enum tr_outcome model_ends_outcome(const struct model_ends *ends)
{
	enum tr_outcome outcome = TR_OUTCOME_ESTABLISHED;

	for (int i = 0; i < MODEL_SIDES; i++)
		if (ends->seen[i] && is_bad(ends->outcome[i]))
			return ends->outcome[i];
	for (int i = 0; i < MODEL_SIDES && !model_ends_unproven(ends); i++)
		if (ends->seen[i] && ends->outcome[i] != TR_OUTCOME_ESTABLISHED)
			outcome = ends->outcome[i];
	return ends->seen[MODEL_INITIATOR] || ends->seen[MODEL_ACCEPTOR] ? outcome : (enum tr_outcome)0;
}
