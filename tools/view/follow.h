/* SPDX-License-Identifier: MIT */
/*
 * Following traces as they grow: `decode --follow`, and Wireshark's live capture.
 */
#ifndef TOOLS_VIEW_FOLLOW_H
#define TOOLS_VIEW_FOLLOW_H

#include "tools/out/file.h"
#include "tools/view/inputs.h"

struct follow {
	struct show *show;
	struct inputs *inputs;
	int out; /* what show prints to */
	/* Takes its place with the first event. NULL: out is no such file. */
	struct out_file *file;
	/* Called about once a second, to add inputs that nothing else announces. False: there is nothing more
	 * to follow. NULL: nothing of the kind. */
	bool (*look)(void *context);
	void *context;
};

enum follow_end {
	FOLLOW_INTERRUPTED, /* by SIGINT or SIGTERM */
	FOLLOW_UNREAD,	    /* nobody reads what is printed any more */
	FOLLOW_OVER,	    /* look said so */
	FOLLOW_FAILED,	    /* nothing more can be printed; errno says why */
};

/* Prints what becomes readable, twenty times a second at most. It is called once in a process. */
enum follow_end follow(const struct follow *follow);

#endif
