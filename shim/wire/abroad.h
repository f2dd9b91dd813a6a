/* SPDX-License-Identifier: MIT */
/*
 * Threads of ours inside other people's libraries, which end themselves when the process exits: by then none
 * of them is to be there.
 */
#ifndef SHIM_ABROAD_H
#define SHIM_ABROAD_H

/* Before the first such thread of a process is started: a child of fork has none of its parent's. */
void tap_abroad_anew(void);
/* Around each visit of one. The first does not return when the process is about to end. */
void tap_abroad_go(void);
void tap_abroad_return(void);

#endif
