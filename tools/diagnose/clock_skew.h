/* SPDX-License-Identifier: MIT */
/* What two causes ask about clocks: a ticket that has ended, and one that only has by a clock that is wrong.
 */
#ifndef TOOLS_DIAGNOSE_CLOCK_SKEW_H
#define TOOLS_DIAGNOSE_CLOCK_SKEW_H

#include "tools/diagnose/case.h"

/* Is the acceptor's clock another than the machine's, the trace's or the initiator's, by more than is
 * allowed? */
bool clocks_differ(struct diagnose_case *c);
/* Does the acceptor say that the ticket has ended? */
bool expired_there(const struct diagnose_case *c);

#endif
