/* SPDX-License-Identifier: MIT */
/* Findings (diagnose/finding.h) as text and as JSON Lines. */
#ifndef TOOLS_VIEW_FINDINGS_H
#define TOOLS_VIEW_FINDINGS_H

#include "tools/diagnose/diagnose.h"
#include "tools/out/out.h"

/* One finding. */
void finding_text(struct out *out, const struct finding *finding);
void finding_json(struct out *out, const struct finding *finding);

/* What comes after the last. damaged: things that were wrong with the traces. */
void findings_text_end(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		       uint64_t damaged);
void findings_json_end(struct out *out, const struct findings *findings, const struct diagnose_counts *counts,
		       uint64_t damaged);

#endif
