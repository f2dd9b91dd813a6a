/* SPDX-License-Identifier: MIT */
/*
 * One page of all that traces come to: what went wrong first, then every handshake, refusals, encryption
 * types over time, what was observed and what was not. It needs nothing from anywhere, and no script to be
 * read: scripts only sort and filter.
 */
#ifndef TOOLS_VIEW_REPORT_H
#define TOOLS_VIEW_REPORT_H

#include "tools/diagnose/diagnose.h"
#include "tools/model/exchange.h"
#include "tools/out/out.h"

struct report {
	struct out *out;
	const struct exchanges *exchanges; /* its model has the rest */
	const struct findings *findings;
	const struct diagnose_counts *counts;
	uint64_t damaged;
};

/* The page. False: no memory. */
bool report_page(const struct report *report);

/* Its sections. */
void report_findings(const struct report *report);
bool report_handshakes(const struct report *report);
void report_enctypes(const struct report *report);
void report_refusals(const struct report *report);
void report_coverage(const struct report *report);

#endif
