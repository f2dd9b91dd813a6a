/* SPDX-License-Identifier: MIT */
/* Is what a trace names to be found on this system, and the environment that its process had. */
#ifndef TOOLS_DIAGNOSE_LOCAL_H
#define TOOLS_DIAGNOSE_LOCAL_H

#include "tools/diagnose/case.h"

/* NULL: the process ran here; else why its files cannot be looked at, a sentence that is the case's. */
const char *local_not(struct diagnose_case *c, const struct model_talk *talk);

/* May a process of this uid read it, as far as owner and mode tell. */
bool local_may_read(const struct probe_file *file, uint32_t uid);
/* From now on no process ran here: for who reads traces that nobody vouches for, such as a fuzzer, which
 * finds out the id of this boot from the comparison. */
void local_nowhere(void);
/* Did this process run here? */
bool local_process(const struct model_process *process);
/* Does it run here, now? */
bool local_runs(const struct model_process *process);
/* Did a process of this program run here? */
bool local_program(struct model *model, const struct model_program *program);

/* Asks libkrb5 as that process would have: with its variables in the environment. Not from two threads,
 * and so not (false) while a probe is left behind, which may be reading the environment. */
bool local_enter(const struct model_talk *talk);
void local_leave(void);

/* Notes in `unseen` that the file was written after the handshake. */
void local_changed(struct diagnose_case *c, const struct model_talk *talk, const struct probe_file *file);

#endif
