/* SPDX-License-Identifier: MIT */
/*
 * The model as `decode --summary` prints it. Views look at it, sort its lists, and change nothing else.
 */
#ifndef TOOLS_VIEW_SUMMARY_H
#define TOOLS_VIEW_SUMMARY_H

#include "tools/model/model.h"
#include "tools/out/out.h"

/* damaged: things that were wrong with the traces, so that something in them was not read. */
/* First what was not observed, who still has to move and what fails; then all there is, by program. */
void summary_text(struct out *out, struct model *model, uint64_t damaged);
/* One object a line; keys and values are described in gsstap-decode(1). out->utc must be set. */
void summary_json(struct out *out, struct model *model, uint64_t damaged);

/* Who authenticated to whom, a line each, for a spreadsheet (RFC 4180). out->utc must be set. */
void summary_csv(struct out *out, struct model *model, uint64_t damaged);

#endif
