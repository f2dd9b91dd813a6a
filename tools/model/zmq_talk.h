/* SPDX-License-Identifier: MIT */
/*
 * Which endpoint a handshake of libzmq's was made for: an event of libzmq's names it only where gsstap speaks
 * GSSAPI, else it is one of those that the process had opened in that role by then.
 */
#ifndef TOOLS_MODEL_ZMQ_TALK_H
#define TOOLS_MODEL_ZMQ_TALK_H

#include "tools/model/talk.h"
#include "tools/model/zmq.h"

/* The next that it may have been, after this one or from the first (NULL). NULL: no more. */
const struct model_zmq_end *model_zmq_end_next(const struct model_talk *talk,
					       const struct model_zmq_end *after);
/* The one that it was; NULL: there is none, or it can have been more than one. */
const struct model_zmq_end *model_zmq_end_only(const struct model_talk *talk);

#endif
