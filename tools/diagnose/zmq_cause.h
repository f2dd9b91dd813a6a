/* SPDX-License-Identifier: MIT */
/*
 * What the causes about ZeroMQ share: which endpoint a handshake of libzmq's was made for. An event of
 * libzmq's names it only where a policy injects or repairs; else it is one of those that the process had
 * opened in that role by then, and what is said has to hold for all of them.
 */
#ifndef TOOLS_DIAGNOSE_ZMQ_CAUSE_H
#define TOOLS_DIAGNOSE_ZMQ_CAUSE_H

#include "tools/diagnose/case.h"
#include "tools/model/zmq.h"

/* The next endpoint that it may have been, after this one or from the first (NULL). NULL: no more. */
const struct model_zmq_end *zmq_end_next(const struct model_talk *talk, const struct model_zmq_end *after);
/* Does this hold for each endpoint that it may have been, of which there is one at least? */
bool zmq_ends_all(const struct model_talk *talk, bool (*holds)(const struct model_zmq_end *end));
/* The one that it was; NULL: there is none, or it can have been more than one. */
const struct model_zmq_end *zmq_end_only(const struct model_talk *talk);
/* "zpair at tcp://...", as far as that is known. */
const char *zmq_end_text(struct diagnose_case *c, const struct model_talk *talk);

#endif
