/* SPDX-License-Identifier: MIT */
/*
 * What libzmq asks a ZAP handler (rfc.zeromq.org/spec/27), and what it is told: frames on the socket of our
 * own. That is a ROUTER, so that one question may be waiting for the program's handler while others are
 * answered.
 */
#ifndef SHIM_AUTH_QUESTION_H
#define SHIM_AUTH_QUESTION_H

#include "shim/auth/auth.h"
#include "shim/zmq/zmq.h"

/* The program's libzmq, and none of our wrappers. */
struct tap_auth_calls {
	__typeof__(&zmq_socket) socket;
	__typeof__(&zmq_close) close;
	__typeof__(&zmq_bind) bind;
	__typeof__(&zmq_connect) connect;
	__typeof__(&zmq_setsockopt) setsockopt;
	__typeof__(&zmq_getsockopt) getsockopt;
	__typeof__(&zmq_send) send;
	__typeof__(&zmq_recv) recv;
	__typeof__(&zmq_msg_init) msg_init;
	__typeof__(&zmq_msg_recv) msg_recv;
	__typeof__(&zmq_msg_send) msg_send;
	__typeof__(&zmq_msg_close) msg_close;
	__typeof__(&zmq_msg_more) msg_more;
	__typeof__(&zmq_msg_size) msg_size;
	__typeof__(&zmq_msg_data) msg_data;
};
bool tap_auth_find_calls(const struct tap_scope *scope, struct tap_auth_calls *calls);

/* The frames of a question; those of the mechanism come last. */
enum tap_asked {
	ASKED_BY,
	ASKED_EMPTY,
	ASKED_VERSION,
	ASKED_ID,
	ASKED_DOMAIN,
	ASKED_ADDRESS,
	ASKED_IDENTITY,
	ASKED_MECHANISM,
	ASKED_FIRST,
	ASKED_SECOND,
	ASKED_FRAMES
};
struct tap_question {
	unsigned frames;
	size_t length[ASKED_FRAMES];
	char frame[ASKED_FRAMES][TAP_AUTH_USER + 1]; /* each ended by a NUL */
};

/* 1: there is one; 0: not yet; -1: the context ends. */
int tap_question_take(const struct tap_auth_calls *calls, void *socket, struct tap_question *question);
/* Somebody is there to be answered. */
bool tap_question_is_one(const struct tap_question *question);
bool tap_question_is_text(const struct tap_question *question, enum tap_asked at);
/* It is as RFC 27 has it, as far as anybody is let in by it. */
bool tap_question_is_good(const struct tap_question *question);
/* No frame of it was cut. */
bool tap_question_is_whole(const struct tap_question *question);
struct tap_credentials tap_question_credentials(const struct tap_question *question);
/* False: the context ends. */
bool tap_question_reply(const struct tap_auth_calls *calls, void *socket, const struct tap_question *question,
			const struct tap_auth_answer *answer);

/* One frame; false: it could not be sent. */
static inline bool tap_send_frame(const struct tap_auth_calls *calls, void *socket, const void *bytes,
				  size_t length, bool more)
{
	return calls->send(socket, bytes, length, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

#endif
