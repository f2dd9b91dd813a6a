/* SPDX-License-Identifier: MIT */
/*
 * What the causes about ZeroMQ share: which endpoint a handshake of libzmq's was made for. An event of
 * libzmq's names it only where gsstap speaks GSSAPI; else it is one of those that the process had
 * opened in that role by then, and what is said has to hold for all of them.
 */
#ifndef TOOLS_DIAGNOSE_ZMQ_CAUSE_H
#define TOOLS_DIAGNOSE_ZMQ_CAUSE_H

#include "tools/diagnose/case.h"
#include "tools/model/zmq_talk.h"

#define ZMQ_COMPARED_MOST 1000000 /* of all cases together: for a trace with very many */

/* Does this hold for each endpoint that it may have been, of which there is one at least? */
bool zmq_ends_all(const struct model_talk *talk, bool (*holds)(const struct model_zmq_end *end));
/* What both have opened lies on one machine, and in one container. */
bool zmq_together(const struct model_process *a, const struct model_process *b);
/* Does what the one connects to come to what the other has bound, while both were open, as far as is known?
 */
bool zmq_meet(const struct diagnose_case *c, const struct model_process *bound,
	      const struct model_zmq_end *at, const struct model_process *connected,
	      const struct model_zmq_end *from);
/* A handshake in another process that may be the other end of the connection that this one was made on, by
 * what both have opened and when, and of which this holds. NULL: there is none. */
const struct model_talk *zmq_other_end(const struct diagnose_case *c, const struct model_talk *talk,
				       bool (*holds)(const struct model_talk *other));
/* It failed by a call of its own, or was refused: of more than that its peer is not there. */
bool zmq_tells_more(const struct model_talk *talk);
/* What the shim says of a connection on which nothing failed that was a call: does its reason begin so? */
bool zmq_reason_is(const struct model_talk *talk, const char *beginning);
/* A policy with the rule {bind: "ENDPOINT", principal: "zmq@%H"}, the server's, or with the client's. An
 * endpoint is somebody else's word, and no more than a pattern there, whatever is in it. */
void zmq_inject_remedy(struct diagnose_case *c, struct finding *finding, const char *endpoint, bool server);
/* "zpair", for causes. */
const char *zmq_program(struct diagnose_case *c, const struct model_process *process);
/* "zpair at tcp://...", as far as that is known. */
const char *zmq_end_text(struct diagnose_case *c, const struct model_talk *talk);

#endif
