/* SPDX-License-Identifier: MIT */
/* Bytes for the kernel: see connection.h. */
#include "shim/wire/connection.h"

#include <errno.h>
#include <sys/socket.h>

bool tap_wire_flush(struct wire *wire)
{
	struct wire_buffer *out = &wire->out;
	ssize_t n;

	while (wire_left(out)) {
		n = send(wire->fd, wire_front(out), wire_left(out), MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
		out->at += (size_t)n;
	}
	tap_wire_drop(out);
	return true;
}
