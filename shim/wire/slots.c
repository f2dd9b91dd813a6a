/* SPDX-License-Identifier: MIT */
/*
 * libzmq's own slots for what it does with descriptors: how its calls come here, wherever that libzmq lies (a
 * library, a module of another language, the program itself).
 *
 * Which endpoint a descriptor is for: zmq_bind makes its listener on the caller's thread, which says so
 * meanwhile; the option ZMQ_SNDBUF, set to a tag around zmq_connect, reaches libzmq's setsockopt with each
 * socket that is made for that endpoint, for as long as it reconnects; a path tells the rest.
 */
#include "shim/wire/slots.h"

#include "shim/auth/brake.h"
#include "shim/wire/held.h"
#include "shim/wire/unseen.h"
#include "shim/wire/using.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static __thread struct {
	struct tap_tie *tie;
	struct wire_place *given;
	struct tap_tie *before; /* whose that was */
	bool bound;		/* there is a listener for it */
} binding;

void tap_wire_binding(struct tap_tie *tie)
{
	binding.tie = tie;
	binding.given = NULL;
	binding.bound = false;
}

bool tap_wire_listens(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	socklen_t length = sizeof(int);
	int listens = 0;

	if (!place || getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) || !listens)
		return false;
	binding.before = place->tie;
	if (binding.before && binding.before != binding.tie)
		return false; /* it is another endpoint's, and cannot be for both */
	tap_wire_know(fd);
	tap_wire_tie(place, binding.tie);
	binding.given = place;
	return binding.bound = true;
}

bool tap_wire_was_bound(bool failed)
{
	if (failed && binding.given)
		tap_wire_tie(binding.given, binding.before);
	binding.tie = NULL;
	return binding.bound;
}

#define HERE __builtin_return_address(0)

static bool lost; /* a call has been missed, at some time: only what was seen to be made is trusted */

/* May calls of the libzmq that calls have passed beside us? What is for a tie must be seen to come from one.
 */
static bool is_beside(const void *caller, const struct tap_tie *tie)
{
	const struct wire_held *held = tap_wire_held_by(caller);

	if (!held)
		return tie;
	if (__builtin_expect(tap_wire_is_whole(held), 1))
		return false;
	__atomic_store_n(&lost, true, __ATOMIC_RELAXED);
	return true;
}

/* What is accepted, or sent in clear, would be so by a socket that may be secured. */
static bool is_crossed(int fd, const void *caller)
{
	const struct wire_held *held;

	if (__builtin_expect(!tap_wire_is_another(fd), 1))
		return false;
	held = tap_wire_held_by(caller);
	return held && !held->mixed; /* else it may be anybody's, and nobody has told that it was closed */
}

/* A descriptor without a connection: was the call missed that would have made it one? */
static bool was_missed(int fd, const void *caller)
{
	const struct wire_place *place = tap_wire_place(fd);
	const struct wire_held *held;

	if (is_beside(caller, NULL) || (place && place->tie && !place->tie->unseen))
		return true;
	if (__builtin_expect(!__atomic_load_n(&lost, __ATOMIC_RELAXED), 1))
		return false;
	held = tap_wire_held_by(caller);
	return held && !held->mixed && !(place && place->seen);
}

static ssize_t dead(void)
{
	errno = ECONNRESET;
	return -1;
}

/* --- the hooks; errno is that of the real call */

static int hook_socket(int domain, int type, int protocol)
{
	int fd = tap_wire_own_number(socket(domain, type, protocol)), saved = errno;
	struct wire_place *place = fd >= 0 ? tap_wire_place(fd) : NULL;

	is_beside(HERE, NULL); /* from here on it is not */
	if (place) {
		tap_wire_gone(fd); /* what was there was closed behind our back */
		tap_wire_tie(place, NULL);
		tap_using_lost(place);
		place->refused = false;
		place->seen = tap_lineage();
		tap_wire_know(fd);
	}
	errno = saved;
	return fd;
}

static int hook_setsockopt(int fd, int level, int option, const void *value, socklen_t length)
{
	struct wire_place *place;
	struct tap_tie *tie;
	int number;

	is_beside(HERE, NULL); /* libzmq tunes also those that it has accepted */
	if (level != SOL_SOCKET || option != SO_SNDBUF || length != sizeof(number))
		return setsockopt(fd, level, option, value, length);
	memcpy(&number, value, sizeof(number));
	if (!tap_is_tag(number))
		return setsockopt(fd, level, option, value, length);
	tie = tap_tie_of_tag(number);
	place = tap_wire_place(fd);
	/* libzmq goes on with a socket that it could not tune: hook_connect does not. */
	if (!place || !tie) {
		if (place)
			place->refused = true;
		tap_tie_drop(tie);
		errno = ENOMEM;
		return -1;
	}
	tap_wire_tie(place, tie);
	tap_tie_drop(tie); /* the place has it */
	return tie->send_buffer < 0
		       ? 0
		       : setsockopt(fd, level, option, &tie->send_buffer, sizeof(tie->send_buffer));
}

static int hook_bind(int fd, const struct sockaddr *address, socklen_t length)
{
	int result = bind(fd, address, length), saved = errno;
	struct wire_place *place = !result && binding.tie ? tap_wire_place(fd) : NULL;

	if (place) {
		tap_wire_tie(place, binding.tie);
		binding.bound = true;
	}
	errno = saved;
	return result;
}

/* Referred to. */
static struct tap_tie *of_path(const struct sockaddr *address, socklen_t length)
{
	const struct sockaddr_un *path = (const void *)address;
	size_t most = length > offsetof(struct sockaddr_un, sun_path)
			      ? length - offsetof(struct sockaddr_un, sun_path)
			      : 0;
	char endpoint[sizeof("ipc://@") + sizeof(path->sun_path)] = "ipc://";

	if (address->sa_family != AF_UNIX || !most || most > sizeof(path->sun_path))
		return NULL;
	if (!path->sun_path[0])
		endpoint[6] = '@';
	memcpy(endpoint + 6 + !path->sun_path[0], path->sun_path + !path->sun_path[0],
	       most - !path->sun_path[0]);
	return tap_tie_of_path(endpoint);
}

/* NULL: for none. Referred to. */
static struct tap_tie *for_which(const struct wire_place *place, const struct sockaddr *address,
				 socklen_t length)
{
	return place && place->tie ? tap_tie_refer(place->tie) : of_path(address, length);
}

int tap_wire_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct wire_place *place = tap_wire_place(fd);
	struct tap_tie *tie = for_which(place, address, length);
	bool tied = tie, early = tied && tap_wire_is_too_early(tie);
	struct wire *wire = tied && !early && place && !place->refused ? tap_wire_new(fd, tie) : NULL;

	tap_tie_drop(tie); /* the connection has it */
	if (early) {
		errno = ETIMEDOUT; /* as of a server that is not there */
		return -1;
	}
	/* What cannot be followed may be for any endpoint. */
	if (!place || place->refused || (tied && !wire)) {
		errno = ECONNREFUSED; /* libzmq tries again later */
		return -1;
	}
	if (wire)
		wire->guessed = !place->tie;
	return connect(fd, address, length);
}

/* So may what passed beside us so far. */
static int hook_connect(int fd, const struct sockaddr *address, socklen_t length)
{
	struct tap_tie *tie = for_which(tap_wire_place(fd), address, length);
	bool beside = is_beside(HERE, tie);

	tap_tie_drop(tie);
	if (beside) {
		errno = ECONNREFUSED;
		return -1;
	}
	return tap_wire_connect(fd, address, length);
}

/* Any: what listens is known to be libzmq's, whatever it is for. */
static bool is_turned_away(const struct wire_place *listener, bool any, int fd, char *from, size_t size)
{
	from[0] = 0;
	if ((!any && !(listener && listener->tie)) || !tap_brake_is_set())
		return false;
	tap_wire_said_address(fd, from, size);
	return tap_brake_turns_away(from);
}

static int accepted(int listener, bool any, int fd)
{
	struct wire_place *place = tap_wire_place(listener), *own;
	struct wire *wire = NULL;
	char from[sizeof(wire->from)];
	int saved;

	fd = tap_wire_own_number(fd);
	saved = errno;
	if (fd < 0)
		return fd;
	own = tap_wire_place(fd);
	if (own) {
		tap_wire_tie(own, NULL);
		tap_using_lost(own);
		own->seen = tap_lineage();
		tap_wire_know(fd);
	}
	if (!place || is_turned_away(place, any, fd, from, sizeof(from)) ||
	    (place->tie && !(wire = tap_wire_new(fd, place->tie)))) {
		close(fd);
		errno = ECONNABORTED; /* libzmq ends the process on others, such as ENOMEM */
		return -1;
	}
	if (wire)
		tap_copy(wire->from, sizeof(wire->from), from);
	else
		tap_wire_gone(fd);
	errno = saved;
	return fd;
}

int tap_wire_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	return accepted(fd, false, accept(fd, address, length));
}

int tap_wire_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	return accepted(fd, false, accept4(fd, address, length, flags));
}

/* Whom it was not accepted for is accepted when libzmq comes again, which is at once. */
static bool may_accept(int fd, const void *caller)
{
	const struct wire_place *place = tap_wire_place(fd);

	if (!is_beside(caller, place ? place->tie : NULL))
		return true;
	errno = ECONNABORTED;
	return false;
}

int tap_wire_turn_away(int fd)
{
	int peer = accept(fd, NULL, NULL);

	if (peer >= 0) {
		close(peer);
		errno = ECONNABORTED; /* libzmq lives with it */
	}
	return -1;
}

static int hook_accept(int fd, struct sockaddr *address, socklen_t *length)
{
	if (is_crossed(fd, HERE))
		return tap_wire_turn_away(fd);
	return may_accept(fd, HERE) ? accepted(fd, true, accept(fd, address, length)) : -1;
}

static int hook_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
	if (is_crossed(fd, HERE))
		return tap_wire_turn_away(fd);
	return may_accept(fd, HERE) ? accepted(fd, true, accept4(fd, address, length, flags)) : -1;
}

static ssize_t recv_clear(struct wire *wire, void *bytes, size_t count)
{
	ssize_t n = recv(wire->fd, bytes, count, 0);

	wire->received += n > 0 ? (size_t)n : 0;
	return n;
}

static ssize_t recv_for(struct wire *wire, void *bytes, size_t count)
{
	if (wire->given_up)
		return wire_left(&wire->plain) ? tap_wire_give(wire, bytes, count) : dead();
	switch (wire->phase) {
	case WIRE_GREETING:
		return tap_wire_greeting_recv(wire, bytes, count);
	case WIRE_HANDSHAKE:
		return tap_wire_handshake_recv(wire, bytes, count);
	case WIRE_DATA:
		return tap_wire_data_recv(wire, bytes, count);
	case WIRE_CLEAR:
		return recv_clear(wire, bytes, count);
	default:
		return wire->mismatched && wire_left(&wire->plain) ? tap_wire_give(wire, bytes, count)
								   : dead();
	}
}

/* Bytes of before, for which the kernel had no room, go first. */
static ssize_t send_clear(struct wire *wire, const void *bytes, size_t count)
{
	ssize_t n;

	if (!tap_wire_flush(wire))
		return -1;
	if (wire_left(&wire->out)) {
		errno = EAGAIN;
		return -1;
	}
	n = send(wire->fd, bytes, count, MSG_NOSIGNAL);
	wire->sent += n > 0 ? (size_t)n : 0;
	return n;
}

static ssize_t send_for(struct wire *wire, const void *bytes, size_t count)
{
	switch (wire->phase) {
	case WIRE_GREETING:
		return tap_wire_greeting_send(wire, bytes, count);
	case WIRE_HANDSHAKE:
		return tap_wire_handshake_send(wire, bytes, count);
	case WIRE_DATA:
		return tap_wire_data_send(wire, bytes, count);
	case WIRE_CLEAR:
		return send_clear(wire, bytes, count);
	default:
		return dead();
	}
}

static ssize_t hook_recv(int fd, void *bytes, size_t count, int flags)
{
	struct wire *wire = count ? tap_wire_take(fd) : NULL;
	bool ready;
	ssize_t n;

	if (!wire)
		return was_missed(fd, HERE) ? dead() : recv(fd, bytes, count, flags);
	if (wire->tie->unseen && tap_unseen_passes(wire, NULL, count)) {
		tap_wire_leave(wire);
		return recv(fd, bytes, count, flags);
	}
	ready = wire->phase == WIRE_DATA;
	n = recv_for(wire, bytes, count);
	/* Before libzmq has the peer's READY it sends no message. */
	if (!ready && wire->phase == WIRE_DATA && is_beside(HERE, wire->tie))
		n = tap_wire_fail(wire, "libzmq's calls have stopped coming through here");
	wire->left |= !n || (n < 0 && errno == ECONNRESET && wire->phase != WIRE_DEAD);
	/* Others are the network's, as of a peer that cannot be reached. */
	if ((!n || (n < 0 && errno == ECONNRESET)) && tap_wire_gives_up(wire))
		n = tap_wire_give(wire, bytes, count);
	tap_wire_leave(wire);
	return n;
}

static ssize_t hook_send(int fd, const void *bytes, size_t count, int flags)
{
	struct wire *wire = count ? tap_wire_take(fd) : NULL;
	ssize_t n;

	if (!wire)
		return was_missed(fd, HERE) || is_crossed(fd, HERE) ? dead() : send(fd, bytes, count, flags);
	if (wire->tie->unseen && tap_unseen_passes(wire, bytes, count)) {
		tap_wire_leave(wire);
		return send(fd, bytes, count, flags);
	}
	if (wire->phase == WIRE_CLEAR && is_crossed(fd, HERE))
		n = tap_wire_fail(wire, "the program has put another socket in the place of this one");
	else
		n = send_for(wire, bytes, count);
	tap_wire_leave(wire);
	return n;
}

/* What had this number was closed behind libzmq's back. */
static int hook_eventfd(unsigned value, int flags)
{
	int fd = eventfd(value, flags), saved = errno;
	struct wire_place *place = fd >= 0 ? tap_wire_place(fd) : NULL;

	if (place)
		tap_using_lost(place);
	errno = saved;
	return fd;
}

/* What was robbed is in nobody's set of descriptors any more, on which libzmq ends the process: it is to find
 * that the connection is lost. */
static int hook_epoll_ctl(int set, int operation, int fd, struct epoll_event *event)
{
	int result = epoll_ctl(set, operation, fd, event);

	if (!result || errno != ENOENT || !tap_wire_is_robbed(fd))
		return result;
	return operation == EPOLL_CTL_MOD ? epoll_ctl(set, EPOLL_CTL_ADD, fd, event) : 0;
}

static int hook_epoll_wait(int set, struct epoll_event *events, int most, int timeout)
{
	tap_wire_about_to_wait();
	return epoll_wait(set, events, most, tap_wire_nap(timeout));
}

/* Who waits for a socket that has been refused waits for nobody, but for what has been said already, as that
 * a message or the context's end is there; libzmq lives with no other errno. */
static int hook_poll(struct pollfd *fds, nfds_t count, int timeout)
{
	bool in_vain = __builtin_expect(timeout && tap_moves_in_vain(), 0);
	int n = poll(fds, count, in_vain ? 0 : timeout);

	if (in_vain && !n) {
		errno = EINTR;
		return -1;
	}
	return n;
}

static bool is_socket(int fd)
{
	socklen_t length = sizeof(int);
	int type;

	return !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length);
}

/*
 * libzmq sends to the eventfds of its threads so, and by UDP: on a connection it would pass beside us. The
 * number of an eventfd may be one that had a connection, which a child of fork, or somebody behind libzmq's
 * back, has closed.
 */
static bool passes_otherwise(int fd)
{
	struct wire *wire = tap_wire_take(fd);
	int saved = errno;
	bool passes;

	if (!wire)
		return true;
	passes = wire->phase == WIRE_CLEAR || wire->own_way || !is_socket(fd);
	errno = saved;
	if (!passes)
		tap_wire_fail(wire, "libzmq sends by another call than send");
	tap_wire_leave(wire);
	return passes;
}

static ssize_t hook_write(int fd, const void *bytes, size_t count)
{
	return passes_otherwise(fd) ? write(fd, bytes, count) : -1;
}

static ssize_t hook_sendto(int fd, const void *bytes, size_t count, int flags, const struct sockaddr *address,
			   socklen_t length)
{
	return passes_otherwise(fd) ? sendto(fd, bytes, count, flags, address, length) : -1;
}

static int hook_close(int fd)
{
	struct wire_place *place = tap_wire_place(fd);
	struct wire *wire;
	bool stepping;
	int result, saved;

	/* A child of vfork, whose memory this is not: connections and listeners go on without it. */
	if (tap_process() != (uint32_t)getpid())
		return close(fd);
	wire = tap_wire_take(fd);
	if (wire && wire->process != tap_lineage()) {
		tap_wire_leave(wire);
		return close(fd);
	}
	if (place) {
		tap_wire_tie(place, NULL);
		tap_using_over(place);
		place->seen = 0;
		place->robbed = false;
		place->identity = 0;
	}
	if (!wire)
		return close(fd);
	tap_wire_tell_closing(wire);
	tap_wire_pace(wire);
	__atomic_store_n(&place->wire, NULL, __ATOMIC_RELEASE);
	wire->closed = true;
	/* While it is locked: who has work to do for it never meets a descriptor that is somebody else's. */
	result = close(fd);
	saved = errno;
	stepping = wire->stepping;
	tap_wire_release(wire);
	if (stepping)
		tap_wire_batch_end();
	errno = saved;
	return result;
}

/* Of accept and accept4 one is needed (enter.c). */
const struct tap_hook tap_wire_hooks[] = {
	{"socket", (void *)hook_socket, true},
	{"setsockopt", (void *)hook_setsockopt, true},
	{"bind", (void *)hook_bind, true},
	{"connect", (void *)hook_connect, true},
	{"accept", (void *)hook_accept, false},
	{"accept4", (void *)hook_accept4, false},
	{"recv", (void *)hook_recv, true},
	{"send", (void *)hook_send, true},
	{"close", (void *)hook_close, true},
	{"epoll_ctl", (void *)hook_epoll_ctl, false},
	{"write", (void *)hook_write, false},
	{"sendto", (void *)hook_sendto, false},
	{"eventfd", (void *)hook_eventfd, false},
	{"epoll_wait", (void *)hook_epoll_wait, false},
	{"poll", (void *)hook_poll, false}, /* for on-failure */
	{0},
};
