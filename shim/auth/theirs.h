/* SPDX-License-Identifier: MIT */
/*
 * The program's own ZAP handler, which is asked who may come in after zmq.auth has let somebody in: as libzmq
 * asks it, each question by a socket of its own, so that it may take its time and answer in any order.
 */
#ifndef SHIM_AUTH_THEIRS_H
#define SHIM_AUTH_THEIRS_H

#include "shim/auth/question.h"

#define TAP_THEIRS 32 /* questions that wait for an answer */

struct tap_their {
	void *socket; /* NULL: this place is free */
	int readable; /* its descriptor */
	uint64_t since;
	bool told; /* what zmq.auth has decided */
	size_t by_length;
	char by[TAP_AUTH_USER];
	/* Of the question, for what is told of it: */
	char domain[TAP_AUTH_USER], address[TAP_AUTH_USER], mechanism[8], principal[TAP_AUTH_USER];
	/* ... and what zmq.auth has answered: its user is the peer where the handler names none. */
	struct tap_auth_answer ours;
	/* What the handler says, as far as it has come. */
	unsigned frames;
	bool malformed;
	char status[4], text[100];
};
struct tap_theirs {
	const struct tap_auth_calls *calls;
	void *context;
	void *answers; /* the socket where questions come */
	struct tap_their place[TAP_THEIRS];
};

/* Where the program's handler is, that is to be asked about this; NULL: there is none, or libzmq would not
 * ask it. */
const char *tap_theirs_at(const void *context, const struct tap_question *question, const char *domain);
/* Is there a place for one more question? */
bool tap_theirs_have_room(struct tap_theirs *theirs);
/* Asks it; for the socket's domain the program's own is said. ours: the answer of zmq.auth, which is already
 * told where it is no 200. False: it could not be asked. */
bool tap_theirs_ask(struct tap_theirs *theirs, const char *at, const struct tap_question *question,
		    const struct pol_visitor *visitor, const struct tap_auth_answer *ours);
/* Passes on what was answered by now. How many that were; -1: the context ends. */
int tap_theirs_pass(struct tap_theirs *theirs);
void tap_theirs_close(struct tap_theirs *theirs);

#endif
