/* SPDX-License-Identifier: MIT */
/*
 * What became of a token between who made it and who was given it, by comparing both. Two tokens of one
 * ticket have most of their bytes in common, so those of the authenticator decide whether it is the same one.
 */
#ifndef TOOLS_DIAGNOSE_ON_THE_WAY_H
#define TOOLS_DIAGNOSE_ON_THE_WAY_H

#include "tools/diagnose/case.h"

#define ON_THE_WAY_TELLING 64 /* bytes: fewer are part of any token */

enum on_the_way_how {
	ON_THE_WAY_SAME,
	ON_THE_WAY_PART,      /* only bytes `from` to `to` of it came */
	ON_THE_WAY_MORE,      /* all of it came, with other bytes before it or behind: it begins at `from` */
	ON_THE_WAY_LINE_ENDS, /* LF and CR LF stand for each other */
	ON_THE_WAY_CHANGED,   /* between `from` and `to`, `differ` bytes; 0: as it became longer or shorter */
};

struct on_the_way {
	enum on_the_way_how how;
	const struct model_talk *talk; /* of who made it, or was given it */
	uint64_t made, came;	       /* bytes */
	uint64_t from, to, differ;
};

/* Who made what came to this call in such a way? False: nobody, as far as traces were given. */
bool on_the_way_from(const struct diagnose_case *c, struct tr_bytes came, uint32_t call,
		     struct on_the_way *way);
/* Was another acceptor given the initiator's first token in such a way, not the same, and failed? */
bool on_the_way_to(const struct diagnose_case *c, struct on_the_way *way);
/* Were there too many tokens to compare? */
bool on_the_way_given_up(const struct diagnose_case *c);
/* The first call of a handshake itself, or NULL. */
const struct model_step *on_the_way_first(const struct model_talk *talk);
/* The one that failed, if all that it was given is in the trace; or NULL. */
const struct model_step *on_the_way_failing(const struct model_talk *talk);

#endif
