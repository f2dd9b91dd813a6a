/* SPDX-License-Identifier: MIT */
/*
 * What is done with contexts that are there, and how credentials are got, as calls tell it: the uses that a
 * policy may forbid (enum pol_use). A use is a case once for each context, as audit mode tells of it once; a
 * way to a credential is one each time. What a process does not record is not taken for what it did not do.
 */
#ifndef TOOLS_REPLAY_USE_H
#define TOOLS_REPLAY_USE_H

#include "tools/model/facts.h"
#include "tools/replay/case.h"

/* A context was established, of which this is known. */
void uses_begin(struct replay *replay, const struct model_talk *talk, const struct replay_case *like);
/* Any event, after it was learned by the model. */
void uses_learn(struct replay *replay, const struct facts *facts);
/* Once all are, what is still open is put. */
void uses_settle(struct replay *replay);
void uses_free(struct replay *replay);

#endif
