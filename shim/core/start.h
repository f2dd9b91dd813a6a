/* SPDX-License-Identifier: MIT */
/* The beginning of the interposer. */
#ifndef SHIM_START_H
#define SHIM_START_H

/* By the constructor, or by the first call that comes before it. */
void tap_start(void);
/* Whenever a thread ends that has called this, `what` is called there: one for all threads. */
void tap_at_thread_end(void (*what)(void));

#endif
