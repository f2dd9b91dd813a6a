/* SPDX-License-Identifier: MIT */
/*
 * The program's own ZAP handler, which is asked who may come in after zmq.auth has let somebody in: as libzmq
 * asks it, each question by a pipe of its own, so that it may take its time and answer in any order. Who is
 * not answered waits alone: no question waits for another one's answer.
 */
#ifndef SHIM_AUTH_THEIRS_H
#define SHIM_AUTH_THEIRS_H

#include "shim/auth/question.h"

#include <poll.h>

#define TAP_ASKERS 32 /* sockets, each of so many pipes: */
#define TAP_PIPES 64

struct tap_asker;
struct tap_theirs {
	const struct tap_auth_calls *calls;
	void *context;
	void *answers;	/* the socket where questions come */
	uint32_t pipes; /* that were made so far: their names */
	uint32_t gone;	/* tap_socket_handlers_gone, when it was last looked at */
	unsigned count;
	struct tap_asker *asker[TAP_ASKERS]; /* the newest is the last, and the only one that asks */
};

/* The number of the program's handler, if that is to be asked about this; 0: there is none, or libzmq would
 * not ask it. enforces: ZMQ_ZAP_ENFORCE_DOMAIN. */
uint32_t tap_theirs_for(const void *context, const char *mechanism, const char *domain, bool enforces);
/*
 * Asks it; for the socket's domain the program's own is said. ours: the answer of zmq.auth, which is already
 * told where it is no 200. Where all places are taken the oldest are given up. False: it could not be asked.
 */
bool tap_theirs_ask(struct tap_theirs *theirs, uint32_t handler, const struct tap_question *question,
		    const struct pol_visitor *visitor, const struct tap_auth_answer *ours);
/* Passes on what was answered by now. How many that were; -1: libzmq says why not. */
int tap_theirs_pass(struct tap_theirs *theirs);
/* Gives up what nobody answers any more, when all was passed on that had been answered after so many handlers
 * were gone. */
void tap_theirs_tidy(struct tap_theirs *theirs, uint32_t gone);
/* Puts in what is to be waited for, and returns how many that are: TAP_ASKERS at most. */
unsigned tap_theirs_waits(const struct tap_theirs *theirs, struct pollfd *waits);
void tap_theirs_close(struct tap_theirs *theirs);

#endif
