/* SPDX-License-Identifier: MIT */
/* What gsstap-findings(7) says of a finding. */
#ifndef TOOLS_VIEW_EXPLAIN_H
#define TOOLS_VIEW_EXPLAIN_H

#include <stdio.h>

/* Writes the section of this id. Returns 0, or -1: there is none. */
int findings_explain(unsigned id, FILE *out);

#endif
