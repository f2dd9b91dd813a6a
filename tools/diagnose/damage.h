/* SPDX-License-Identifier: MIT */
/* What came to a token by what its bytes say of themselves, and by what was made where that is known. */
#ifndef TOOLS_DIAGNOSE_DAMAGE_H
#define TOOLS_DIAGNOSE_DAMAGE_H

#include "tools/diagnose/armour.h"
#include "tools/diagnose/on_the_way.h"

enum damage {
	DAMAGE_NONE,
	DAMAGE_CUT,
	DAMAGE_LONGER,
	DAMAGE_HEADER,
	DAMAGE_BASE64,
	DAMAGE_BASE64_TWICE,
	DAMAGE_BEFORE,
	DAMAGE_UNKNOWN, /* it begins no token that is known */
	/* Known only by what was made. */
	DAMAGE_PIECE,
	DAMAGE_LINE_ENDS,
	DAMAGE_CHANGED,
};

struct damaged {
	enum damage how;
	enum damage within;  /* what came to the token besides, which a header's text or base64 stands for */
	uint64_t says, came; /* bytes, of a frame */
	uint64_t before;     /* ... that stand before it */
	char *header;	     /* its word */
	struct armour sent;  /* what was made of the bytes; at NULL: they are it */
	bool compared;	     /* with what was made */
	struct on_the_way way;
};

/* By the bytes alone. To be freed. */
void damage_look(struct damaged *damaged, struct tr_bytes bytes);
/* By `way`, too: what was made tells more than what came says of itself. */
void damage_compared(struct damaged *damaged);
void damage_free(struct damaged *damaged);

#endif
