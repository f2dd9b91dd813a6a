/* SPDX-License-Identifier: MIT */
/*
 * How a handshake ended, of what each of its sides tells, each of which knows a part: one handshake is one,
 * whether it was seen from one end or from both.
 */
#ifndef TOOLS_MODEL_ENDS_H
#define TOOLS_MODEL_ENDS_H

#include "trace/reader.h"

/* Sides of a handshake. */
enum { MODEL_INITIATOR, MODEL_ACCEPTOR, MODEL_SIDES };

struct model_ends {
	bool seen[MODEL_SIDES];
	enum tr_outcome outcome[MODEL_SIDES]; /* 0: it was not seen to end */
};

/* Of a side that fails or refuses that; 0: it was not seen to end. */
enum tr_outcome model_ends_outcome(const struct model_ends *ends);
/* Established for the acceptor, and the initiator gave up before it saw the proof of who that is. */
bool model_ends_unproven(const struct model_ends *ends);

#endif
