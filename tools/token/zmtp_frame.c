/* SPDX-License-Identifier: MIT */
/* See zmtp_frame.h. */
#include "tools/token/zmtp_frame.h"

bool zmtp_frame(struct tr_bytes *rest, struct zmtp_frame *frame)
{
	unsigned flags = (unsigned)big_at(*rest, 0, 1), size = flags & ZMTP_LONG ? 8 : 1;

	if (!rest->length || flags > 7 ||
	    (flags & (ZMTP_MORE | ZMTP_COMMAND)) == (ZMTP_MORE | ZMTP_COMMAND) || !bytes_have(*rest, 1, size))
		return false;
	*frame = (struct zmtp_frame){.flags = flags, .length = big_at(*rest, 1, size)};
	frame->body = bytes_from(*rest, 1 + size);
	if (frame->length < frame->body.length)
		frame->body.length = (size_t)frame->length;
	frame->whole = bytes_at(*rest, 0, 1 + size + frame->body.length);
	*rest = bytes_from(*rest, frame->whole.length);
	return true;
}

struct tr_bytes zmtp_command(struct tr_bytes body)
{
	struct tr_bytes name = bytes_at(body, 1, big_at(body, 0, 1));

	for (size_t i = 0; i < name.length; i++)
		if (name.at[i] < 'A' || name.at[i] > 'Z')
			return (struct tr_bytes){name.at, 0};
	return name;
}
