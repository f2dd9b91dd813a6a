/* SPDX-License-Identifier: MIT */
/* The packet of an event, redacted: as long as it was, and each part of it where it was. */
#ifndef TOOLS_REDACT_EVENT_H
#define TOOLS_REDACT_EVENT_H

#include "tools/redact/field.h"

/*
 * What is to stand for the event: its packet, comment, and description. It points into redact->room, which is
 * the caller's to free, until the next one. False: no memory.
 */
bool redact_event(struct redact *redact, const struct tr_event *event, struct tr_event *redacted);

#endif
