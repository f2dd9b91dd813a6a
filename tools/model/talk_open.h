/* SPDX-License-Identifier: MIT */
/* Handshakes that are not over: a talk that is open is the model's, one that was taken the caller's. */
#ifndef TOOLS_MODEL_TALK_OPEN_H
#define TOOLS_MODEL_TALK_OPEN_H

#include "tools/model/facts.h"
#include "tools/model/talk.h"

/* Begun by the event at hand. NULL: no memory. */
struct model_talk *talk_new(const struct facts *facts);
/* The open talk of this context; handle 0: of this thread. NULL: there is none; it is open no more. */
struct model_talk *talk_take(const struct facts *facts, uint64_t handle);
/* It is open, in the place of what was open there. */
void talk_put(const struct facts *facts, struct model_talk *talk);
/* It is the listener's. */
void talk_end(struct model *model, struct model_talk *talk);

#endif
