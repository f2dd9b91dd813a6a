/* SPDX-License-Identifier: MIT */
/*
 * From events to the model: one handler a kind of event.
 */
#ifndef TOOLS_MODEL_LEARN_H
#define TOOLS_MODEL_LEARN_H

#include "tools/model/model.h"

/* Takes up one event; they come in order of time. Returns 0, or -1 when there is no memory. */
int model_learn(struct model *model, const struct tr_event *event);
/* Once all events are learned, before anything is looked at. The same. */
int model_settle(struct model *model);

#endif
