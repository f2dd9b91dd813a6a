/* SPDX-License-Identifier: MIT */
/*
 * Threads of ours inside other people's libraries, which end themselves when the process exits: by then none
 * of them is to be there.
 */
#ifndef SHIM_ABROAD_H
#define SHIM_ABROAD_H

#include <stdint.h>

/* Before the first such thread of a process can be started, and by a thread of the host's, which cannot be
 * ending the process meanwhile. A child of fork has none of its parent's. */
void tap_abroad_anew(void);
/* Around each visit of one. When the process is about to end the first does not return but during those
 * below.
 */
void tap_abroad_go(void);
void tap_abroad_return(void);
/* Around what such a visit waits for outside of the libraries. */
void tap_abroad_waits(void);
void tap_abroad_goes_on(void);
/* Since when this thread does is kept there from now on: ns, by tap_monotonic_ns; 0: it does not. */
void tap_abroad_note(uint64_t *since);
/* The same around a call of a thread of libzmq's, in which it waits for nobody. */
void tap_abroad_call(void);
void tap_abroad_called(void);
/*
 * Around a call in which the host waits for what such threads do, as zmq_ctx_term does for connections that
 * have something to send: it may come late in the process's end, and they go on while it lasts.
 */
void tap_abroad_open(void);
void tap_abroad_shut(void);

#endif
