/* SPDX-License-Identifier: MIT */
/*
 * A descriptor of libzmq's that the program has closed, as one does that closes its own twice. The kernel
 * gives the number away again, and when it is to libzmq, for another endpoint, two of its connections have
 * it: what one of them sends would leave by the other, whatever that is secured by. So the new one gets
 * another number, and at its own stays a socket that leads nowhere, until libzmq closes that.
 */
#include "shim/wire/connection.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

/* libzmq has not closed what was there, in this process. */
static bool is_taken(int fd)
{
	const struct wire_place *place = fd >= 0 ? tap_wire_place(fd) : NULL;
	const struct wire *wire = place ? __atomic_load_n(&place->wire, __ATOMIC_ACQUIRE) : NULL;

	if (!place || !place->seen || place->seen != tap_lineage())
		return false;
	return wire ? !wire->tie->unseen : place->tie && !place->tie->unseen;
}

static void bury(int fd)
{
	struct wire *wire = tap_wire_take(fd);

	tap_wire_place(fd)->robbed = true;
	if (!wire)
		return;
	tap_wire_fail(wire, "the program has closed the descriptor of this connection, which is libzmq's");
	tap_wire_leave(wire);
}

int tap_wire_own_number(int fd)
{
	int saved = errno, flags, other, nowhere;

	while (is_taken(fd)) {
		flags = fcntl(fd, F_GETFD);
		other = fcntl(fd, flags & FD_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD, fd + 1);
		nowhere = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (other < 0 || nowhere < 0 || dup3(nowhere, fd, O_CLOEXEC) < 0) {
			close(fd);
			close(other);
			other = -1;
			saved = ECONNABORTED; /* libzmq lives with it */
		}
		close(nowhere);
		if (other >= 0)
			bury(fd);
		fd = other;
	}
	errno = saved;
	return fd;
}

bool tap_wire_is_robbed(int fd)
{
	const struct wire_place *place = tap_wire_place(fd);

	return place && place->robbed;
}
