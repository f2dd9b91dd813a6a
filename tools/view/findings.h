/* SPDX-License-Identifier: MIT */
/* Findings (diagnose/finding.h) as text and as JSON Lines. */
#ifndef TOOLS_VIEW_FINDINGS_H
#define TOOLS_VIEW_FINDINGS_H

#include "tools/diagnose/diagnose.h"
#include "tools/out/out.h"

/* damaged: things that were wrong with the traces. */
void findings_text(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		   uint64_t damaged);
void findings_json(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		   uint64_t damaged);

#endif
