/* SPDX-License-Identifier: MIT */
/* What became of handshakes; see count.h. */
#include "tools/diagnose/count.h"

void diagnose_count(struct diagnose_counts *counts, const struct model_talk *talk)
{
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
}
