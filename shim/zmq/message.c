/* SPDX-License-Identifier: MIT */
/*
 * Messages of sockets that a rule lets fail where their peers refuse them (on-failure: error): EACCES instead
 * of a queue that nobody reads, and of a wait for nobody. All others, in all programs without such a rule, go
 * to libzmq at once.
 *
 * What is in a socket is received before. A call that waits is woken by libzmq, whose thread ends the
 * endpoint, and comes back from the wait (hook_poll) as one that a signal has interrupted.
 */
#include "shim/zmq/zmq.h"

#include <sys/uio.h>

bool tap_moves_may_fail;

/* What this thread is at, and where on the stack: a call that was left by longjmp is not. */
struct moving {
	const void *socket;
	uintptr_t frame;
};
static __thread struct moving moving;

bool tap_socket_is_refused(const void *socket)
{
	if (!tap_socket_has(socket, TAP_SOCKET_REFUSED))
		return false;
	tap_policy_notice(); /* it may make no other call that does */
	return TAP_POLICY(pol_enforces);
}

bool tap_moves_in_vain(void)
{
	return moving.socket && (uintptr_t)__builtin_frame_address(0) < moving.frame &&
	       tap_socket_is_refused(moving.socket);
}

/* The errno of a call that came to nothing. */
static int errno_of(const void *socket, int error)
{
	return (error == EAGAIN || error == EINTR) && tap_socket_is_refused(socket) ? EACCES : error;
}

/* To be asked, libzmq looks at what it has been told: of its context's end, by ETERM, it tells nobody else.
 */
static int send_in_vain(void *socket, const void *real)
{
	__typeof__(&zmq_getsockopt) get = (__typeof__(&zmq_getsockopt))tap_beside(real, "zmq_getsockopt");
	int events;
	size_t length = sizeof(events);

	if (!get || !get(socket, ZMQ_EVENTS, &events, &length))
		errno = EACCES;
	return -1;
}

#define SENDS(socket) tap_socket_is_refused(socket)
#define RECEIVES(socket) false

#define PLAIN(...) __VA_ARGS__

/* All that takes a stack frame is apart. */
#define MOVE(name, parameters, arguments, refused)                                                           \
	static __attribute__((noinline)) int slowly_##name(PLAIN parameters, const void *from)               \
	{                                                                                                    \
		__typeof__(&name) const real_call = (__typeof__(&name))tap_real(TR_##name, from);            \
		const struct moving before = moving;                                                         \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_zmq_missing();                                                            \
		if (refused)                                                                                 \
			return send_in_vain(socket, (const void *)real_call);                                \
		moving = (struct moving){socket, (uintptr_t)__builtin_frame_address(0)};                     \
		result = real_call arguments;                                                                \
		moving = before;                                                                             \
		if (result < 0)                                                                              \
			errno = errno_of(socket, errno);                                                     \
		return result;                                                                               \
	}                                                                                                    \
	TAP_EXPORT int name parameters                                                                       \
	{                                                                                                    \
		const void *from = __builtin_return_address(0);                                              \
		__typeof__(&name) const real_call = (__typeof__(&name))tap_real_of_last(TR_##name, from);    \
                                                                                                             \
		if (__builtin_expect(real_call && !__atomic_load_n(&tap_moves_may_fail, __ATOMIC_RELAXED),   \
				     1))                                                                     \
			return real_call arguments;                                                          \
		return slowly_##name(PLAIN arguments, from);                                                 \
	}

MOVE(zmq_send, (void *socket, const void *bytes, size_t length, int flags), (socket, bytes, length, flags),
     SENDS(socket))
MOVE(zmq_send_const, (void *socket, const void *bytes, size_t length, int flags),
     (socket, bytes, length, flags), SENDS(socket))
MOVE(zmq_msg_send, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags), SENDS(socket))
MOVE(zmq_sendmsg, (void *socket, zmq_msg_t *message, int flags), (socket, message, flags), SENDS(socket))
MOVE(zmq_sendiov, (void *socket, struct iovec *parts, size_t count, int flags), (socket, parts, count, flags),
     SENDS(socket))
MOVE(zmq_recv, (void *socket, void *bytes, size_t length, int flags), (socket, bytes, length, flags),
     RECEIVES(socket))
MOVE(zmq_msg_recv, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags), RECEIVES(socket))
MOVE(zmq_recvmsg, (void *socket, zmq_msg_t *message, int flags), (socket, message, flags), RECEIVES(socket))
MOVE(zmq_recviov, (void *socket, struct iovec *parts, size_t *count, int flags),
     (socket, parts, count, flags), RECEIVES(socket))
