/* SPDX-License-Identifier: MIT */
/*
 * What Wireshark captures: packets of running traces, written into its pipe until nobody reads it.
 */
#ifndef TOOLS_EXTCAP_CAPTURE_H
#define TOOLS_EXTCAP_CAPTURE_H

#include <sys/types.h>

struct extcap_capture {
	const char *interface, *fifo;
	const char *trace;  /* a trace or a directory of some; NULL: those that are being written */
	const char *filter; /* calls and events of such names; NULL: all */
	pid_t pid;	    /* of the interface; 0: all processes */
};

/* Returns the exit status, after saying what is wrong. */
int extcap_capture(const struct extcap_capture *what);

#endif
