/* SPDX-License-Identifier: MIT */
/* How many handshakes were seen, by what became of them; one that was seen from both ends is one. */
#ifndef TOOLS_DIAGNOSE_COUNT_H
#define TOOLS_DIAGNOSE_COUNT_H

#include "tools/model/ends.h"
#include "tools/model/talk.h"

/* What was seen, and of it what went wrong. */
struct diagnose_counts {
	uint64_t established, failed, refused, abandoned, credentials, unfinished;
	uint64_t unproven; /* of the established: the initiator gave up before it saw the acceptor's proof */
	/* The first initiator that sent a token and called nothing in that handshake afterwards, and no
	 * acceptor of it was seen; NULL: none. */
	const struct model_program *left;
	uint32_t left_pid;
	uint64_t left_length; /* of the token */
};

/* What this end of a handshake says, and ends: of the same as far as it was seen before. */
void diagnose_count(struct diagnose_counts *counts, struct model_ends *ends, const struct model_talk *talk);
/* Nothing failed at this end, an initiator's, and it did not go on: whoever knows why is the peer. */
bool diagnose_is_left(const struct model_talk *talk);
void diagnose_left(struct diagnose_counts *counts, const struct model_talk *talk);

#endif
