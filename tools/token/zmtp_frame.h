/* SPDX-License-Identifier: MIT */
/* ZMTP's frames (RFC 23, section 2.2; RFC 37). */
#ifndef TOOLS_TOKEN_ZMTP_FRAME_H
#define TOOLS_TOKEN_ZMTP_FRAME_H

#include "tools/token/bytes.h"

enum { ZMTP_MORE = 1, ZMTP_LONG = 2, ZMTP_COMMAND = 4 };

struct zmtp_frame {
	unsigned flags;
	struct tr_bytes whole, body; /* what is there of it */
	uint64_t length;	     /* of the body by its own account */
};

/* Takes the next frame off `rest`. False: none begins there, or its head is not all there. */
bool zmtp_frame(struct tr_bytes *rest, struct zmtp_frame *frame);
/* A command's name; none when it is no command's body. */
struct tr_bytes zmtp_command(struct tr_bytes body);

#endif
