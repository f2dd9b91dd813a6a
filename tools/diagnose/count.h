/* SPDX-License-Identifier: MIT */
/* How many handshakes were seen, by what became of them. */
#ifndef TOOLS_DIAGNOSE_COUNT_H
#define TOOLS_DIAGNOSE_COUNT_H

#include "tools/model/talk.h"

/* What was seen, and of it what went wrong. */
struct diagnose_counts {
	uint64_t established, failed, refused, abandoned, credentials, unfinished;
	/* The first initiator that sent a token and called nothing in that handshake afterwards; NULL: none.
	 */
	const struct model_program *left;
	uint32_t left_pid;
	uint64_t left_length; /* of the token */
};

void diagnose_count(struct diagnose_counts *counts, const struct model_talk *talk);

#endif
