/* SPDX-License-Identifier: MIT */
/*
 * From events to findings: gathers the handshakes that went wrong, joins both sides of each, and asks every
 * diagnosis about it. A healthy trace gives none.
 */
#ifndef TOOLS_DIAGNOSE_DIAGNOSE_H
#define TOOLS_DIAGNOSE_DIAGNOSE_H

#include "tools/diagnose/count.h"
#include "tools/diagnose/finding.h"

struct diagnose;

/* NULL: no memory. */
struct diagnose *diagnose_new(void);
void diagnose_free(struct diagnose *diagnose);

/* Takes up one event; in order of time. Returns 0, or -1: no memory. */
int diagnose_learn(struct diagnose *diagnose, const struct tr_event *event);

/*
 * The causes found so far: of handshakes of which both ends were seen, or that ended long enough before `now`
 * (ns since the epoch) for the other end not to come any more. Later ones are appended.
 */
const struct findings *diagnose_due(struct diagnose *diagnose, uint64_t now);

/* All causes found, when all events were taken up; they live as long as diagnose. NULL: no memory. */
const struct findings *diagnose_findings(struct diagnose *diagnose);
const struct diagnose_counts *diagnose_counts(const struct diagnose *diagnose);

#endif
