/* SPDX-License-Identifier: MIT */
/*
 * What the slots of an object get that holds a libzmq whose calls are not seen, besides the hooks of slots.c:
 * its addresses are judged (unseen.h) where they are listened at and connected to, and no byte of a secured
 * connection passes by a call that libzmq does not use.
 */
#include "shim/wire/slots.h"
#include "shim/wire/unseen.h"

#include "shim/wire/address.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static bool is_stream(int fd)
{
	int type = 0;
	socklen_t length = sizeof(type);

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) && type == SOCK_STREAM;
}

/* A call of bind or connect that was seen has said what this descriptor is for. */
static bool is_seen(const struct wire_place *place)
{
	return place && (place->refused || (place->tie && !place->tie->unseen));
}

/* Nothing that was known of this number is true of the socket that has it now. */
static void untie(struct wire_place *place, int fd)
{
	if (!place)
		return;
	tap_wire_tie(place, NULL);
	tap_wire_gone(fd);
}

static bool is_blocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_NONBLOCK);
}

/* libzmq's sockets do not block while they connect. */
static bool is_no_zmtp(int fd, const struct tap_tie *tie, const char *endpoint)
{
	struct pol_verdict verdict = {
		.action = POL_DENY,
		.rule = "zmq.inject",
		.reason =
			"this socket speaks no ZMTP, and cannot be secured: only ZeroMQ may be spoken here"};

	return tie && !tie->denied && !tie->decides && is_blocking(fd) &&
	       tap_unseen_refuses(POL_CONNECT, endpoint, &verdict);
}

/* 0, or the errno of a refusal. The place is tied to what the address is for. */
static int tie_to(int fd, struct wire_place *place, enum pol_way way, const char *endpoint)
{
	int error;
	struct tap_tie *tie = tap_unseen_tie(way, endpoint, &error);

	untie(place, fd);
	if (error)
		return error;
	if (!tie)
		return 0;
	if (!place || (way == POL_CONNECT && is_no_zmtp(fd, tie, endpoint)))
		return way == POL_CONNECT ? ECONNREFUSED : EACCES;
	tap_wire_tie(place, tie);
	return 0;
}

static int hook_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct wire_place *place = tap_wire_place(fd);
	int saved = errno, error, result;
	char endpoint[128];
	struct wire *wire;

	if (is_seen(place))
		return tap_wire_connect(fd, address, length);
	if (!is_stream(fd) || !tap_address_text(address, length, endpoint, sizeof(endpoint))) {
		errno = saved;
		return connect(fd, address, length);
	}
	error = tie_to(fd, place, POL_CONNECT, endpoint);
	errno = error ? error : saved;
	if (error)
		return -1;
	if (!place || !place->tie)
		return connect(fd, address, length);
	result = tap_wire_connect(fd, address, length);
	wire = tap_wire_take(fd);
	if (wire) {
		tap_copy(wire->other, sizeof(wire->other), endpoint);
		tap_wire_leave(wire);
	}
	return result;
}

/* 0, or the errno of a refusal. */
static int judge_listener(int fd, struct wire_place *place)
{
	struct sockaddr_storage address = {0};
	socklen_t length = sizeof(address);
	char endpoint[128];

	if (!is_stream(fd) || getsockname(fd, (struct sockaddr *)&address, &length) ||
	    !tap_address_text((struct sockaddr *)&address, length, endpoint, sizeof(endpoint)))
		return 0;
	return tie_to(fd, place, POL_BIND, endpoint);
}

/* Not bind, which a socket may be before it connects, and which does not choose a port yet. */
static int hook_listen(int fd, int backlog)
{
	struct wire_place *place = tap_wire_place(fd);
	int saved = errno, error = 0;

	/* A call that was seen is judged where it is. */
	if (!is_seen(place) && !tap_is_within(TAP_ZMQ))
		error = judge_listener(fd, place);
	errno = error ? error : saved;
	return error ? -1 : listen(fd, backlog);
}

/* One that somebody else has listened at (ZMQ_USE_FD) is judged now. */
static bool may_accept(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	int saved = errno, error = !place || !place->tie ? judge_listener(fd, place) : 0;

	errno = saved;
	return !error;
}

static int hook_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	return may_accept(fd) ? tap_wire_accept(fd, address, length) : tap_wire_turn_away(fd);
}

static int hook_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	return may_accept(fd) ? tap_wire_accept4(fd, address, length, flags) : tap_wire_turn_away(fd);
}

/* --- what libzmq does not use on a connection */

static ssize_t hook_write(int fd, const void *bytes, size_t count)
{
	return tap_unseen_passes_other(fd, true) ? write(fd, bytes, count) : -1;
}

static ssize_t hook_writev(int fd, const struct iovec *pieces, int count)
{
	return tap_unseen_passes_other(fd, true) ? writev(fd, pieces, count) : -1;
}

static ssize_t hook_sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *to,
			   socklen_t length)
{
	return tap_unseen_passes_other(fd, true) ? sendto(fd, bytes, count, flags, to, length) : -1;
}

static ssize_t hook_sendmsg(int fd, const struct msghdr *message, int flags)
{
	return tap_unseen_passes_other(fd, true) ? sendmsg(fd, message, flags) : -1;
}

static int hook_sendmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags)
{
	return tap_unseen_passes_other(fd, true) ? sendmmsg(fd, messages, count, flags) : -1;
}

static ssize_t hook_sendfile(int to, int from, off_t *offset, size_t count)
{
	return tap_unseen_passes_other(to, true) && tap_unseen_passes_other(from, false)
		       ? sendfile(to, from, offset, count)
		       : -1;
}

static ssize_t hook_splice(int from, off64_t *from_offset, int to, off64_t *to_offset, size_t count,
			   unsigned flags)
{
	return tap_unseen_passes_other(to, true) && tap_unseen_passes_other(from, false)
		       ? splice(from, from_offset, to, to_offset, count, flags)
		       : -1;
}

static ssize_t hook_read(int fd, void *bytes, size_t count)
{
	return tap_unseen_passes_other(fd, false) ? read(fd, bytes, count) : -1;
}

static ssize_t hook_readv(int fd, const struct iovec *pieces, int count)
{
	return tap_unseen_passes_other(fd, false) ? readv(fd, pieces, count) : -1;
}

static ssize_t hook_recvfrom(int fd, void *bytes, size_t count, int flags, struct sockaddr *from,
			     socklen_t *length)
{
	return tap_unseen_passes_other(fd, false) ? recvfrom(fd, bytes, count, flags, from, length) : -1;
}

static ssize_t hook_recvmsg(int fd, struct msghdr *message, int flags)
{
	return tap_unseen_passes_other(fd, false) ? recvmsg(fd, message, flags) : -1;
}

static int hook_recvmmsg(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *within)
{
	return tap_unseen_passes_other(fd, false) ? recvmmsg(fd, messages, count, flags, within) : -1;
}

static const struct tap_hook hooks[] = {
	{"connect", (void *)hook_connect, true},    {"listen", (void *)hook_listen, true},
	{"accept", (void *)hook_accept, false},	    {"accept4", (void *)hook_accept4, false},
	{"write", (void *)hook_write, false},	    {"writev", (void *)hook_writev, false},
	{"sendto", (void *)hook_sendto, false},	    {"sendmsg", (void *)hook_sendmsg, false},
	{"sendmmsg", (void *)hook_sendmmsg, false}, {"sendfile", (void *)hook_sendfile, false},
	{"splice", (void *)hook_splice, false},	    {"sendfile64", (void *)hook_sendfile, false},
	{"read", (void *)hook_read, false},	    {"readv", (void *)hook_readv, false},
	{"recvmsg", (void *)hook_recvmsg, false},   {"recvfrom", (void *)hook_recvfrom, false},
	{"recvmmsg", (void *)hook_recvmmsg, false}, {0},
};

const struct tap_hook *tap_unseen_hooks(void)
{
	return hooks;
}
