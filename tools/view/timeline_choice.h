/* SPDX-License-Identifier: MIT */
/* What a command asks a timeline for. */
#ifndef TOOLS_VIEW_TIMELINE_CHOICE_H
#define TOOLS_VIEW_TIMELINE_CHOICE_H

#include <stdbool.h>

/* Which handshakes a timeline shows, and how wide. */
struct timeline_choice {
	unsigned columns;      /* of the terminal; 0: there is none */
	bool failed;	       /* only those that did not come to an established context */
	const char *handshake; /* only those whose hash begins with these digits; NULL: all */
};

#endif
