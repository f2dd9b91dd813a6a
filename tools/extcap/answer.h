/* SPDX-License-Identifier: MIT */
/*
 * What Wireshark asks an extcap program before it captures: extcap(4). Sentences, one a line, whose values
 * stand in braces.
 */
#ifndef TOOLS_EXTCAP_ANSWER_H
#define TOOLS_EXTCAP_ANSWER_H

#include <stdbool.h>
#include <sys/types.h>

#define EXTCAP_INTERFACE                                                                                     \
	"gsstap" /* all traces, or those that --trace names; with -PID: those of a process                   \
		  */

/* Is this an interface of ours? pid: of its process, or 0. */
bool extcap_interface(const char *name, pid_t *pid);

/* The interfaces: one for all traces, one for each process that writes one. */
void extcap_list(void);
void extcap_dlts(void);
/* The options that this interface takes. */
void extcap_config(pid_t pid);

#endif
