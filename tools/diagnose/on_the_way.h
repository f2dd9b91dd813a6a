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

/*
 * Who made tokens, or was given some, whose bytes are in the trace; and what was compared of them. By the
 * role in the handshake, and by how it ended: those that failed are kept to the end, of the others the oldest
 * is dropped.
 */
struct on_the_way_kept {
	struct {
		struct model_talk *first, *last;
	} talks[2][2];
	uint64_t compared; /* bytes so far, of all cases */
};
void on_the_way_keep(struct on_the_way_kept *kept, struct model_talk *talk, bool failed);
/* Of those that did not fail it is the oldest; it need not be kept. */
void on_the_way_drop(struct on_the_way_kept *kept, const struct model_talk *talk);

/* Who made what came to this call in such a way? False: nobody, as far as traces were given. */
bool on_the_way_from(const struct diagnose_case *c, struct tr_bytes came, uint32_t call,
		     struct on_the_way *way);
/* Was another acceptor given the initiator's first token in such a way, not the same, and failed? */
bool on_the_way_to(const struct diagnose_case *c, struct on_the_way *way);
/* Were there too many tokens to compare, or too long ones? */
bool on_the_way_given_up(const struct diagnose_case *c);
/* The first call of a handshake itself, or NULL. */
const struct model_step *on_the_way_first(const struct model_talk *talk);
/* The one that failed, if all that it was given is in the trace; or NULL. */
const struct model_step *on_the_way_failing(const struct model_talk *talk);

#endif
