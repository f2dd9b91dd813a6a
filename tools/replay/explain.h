/* SPDX-License-Identifier: MIT */
/* What a policy says of facts that people give, as sentences. */
#ifndef TOOLS_REPLAY_EXPLAIN_H
#define TOOLS_REPLAY_EXPLAIN_H

#include "tools/out/out.h"
#include "tools/replay/given.h"

/* True: it is refused. */
bool explain(const struct pol *pol, const struct given *given, struct out *out);

#endif
