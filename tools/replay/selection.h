/* SPDX-License-Identifier: MIT */
/*
 * Which uses (enum pol_use) the calls are, and which of them the traces of a process would have: that follows
 * from its level and the calls that were chosen, and what would not be there is not taken for what was not.
 */
#ifndef TOOLS_REPLAY_SELECTION_H
#define TOOLS_REPLAY_SELECTION_H

#include "tools/model/facts.h"
#include "tools/replay/case.h"

#define BIT(use) (1u << (use))
#define WRAPS (BIT(POL_WRAPS_BARE) | BIT(POL_WRAPPED_BARE) | BIT(POL_GOES_ON))
#define UNWRAPS (BIT(POL_UNWRAPPED_BARE) | BIT(POL_GOES_ON))
#define STORES (BIT(POL_BY_STORE) | BIT(POL_BY_PASSWORD))

/* What a call may be, as bits. */
uint32_t selection_uses(uint32_t call);

/* A process event. */
void selection_learn(struct replay *replay, const struct facts *facts);
/* The process of this event uses GSSAPI, in the file under way. */
void selection_take(struct replay *replay, const struct facts *facts);
void selection_free(struct replay *replay);

/* Would uses that this keyword is about (0: any) be missing in this file, or be there, of some process? */
bool selection_misses(const struct replay *replay, size_t file, uint16_t keyword);
bool selection_has(const struct replay *replay, size_t file, uint16_t keyword);

#endif
