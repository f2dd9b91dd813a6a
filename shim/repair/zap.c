/* SPDX-License-Identifier: MIT */
/*
 * zap (facts Z1): libzmq's GSSAPI mechanism asks the program's ZAP handler and ignores a denial. The
 * handler's reply passes here on its way; a denial of a GSSAPI peer is given a status that libzmq cannot
 * read, at which it drops the connection.
 *
 * A ZAP request (rfc.zeromq.org/spec/27) has its mechanism in the sixth frame after the delimiter, a reply
 * its status in the third. What was asked is remembered by the routing id of the asking session (ROUTER
 * handlers), or as the last one (REP handlers).
 *
 * These wrappers see every message of the process, so they look at a message only when its socket is a
 * handler, or an XSUB (subscriptions.c wants to know what those are sent).
 */
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <string.h>
#include <sys/mman.h>

#define ASKERS 128

/* One direction of a multipart message on a handler's socket. */
struct parts {
	unsigned frame; /* of the next frame in its message */
	unsigned start; /* the frame that holds the version, once seen plus 1; 0 before */
	uint64_t asker; /* hash of the routing id; 0 on a REP socket */
};

/* What a handler was asked and has not answered yet. Nobody but the thread that uses the socket comes here.
 */
struct handler {
	struct parts in, out, before; /* before: of the frame going out, to be gone back to */
	struct asker {
		uint64_t id;
		bool waits, gssapi;
		char who[128]; /* the principal, as the request has it */
	} askers[ASKERS];
	unsigned next;
};

bool tap_zap_watch(void *socket)
{
	struct tap_socket *s = tap_socket_flag(socket, 0);
	void *room = s ? s->handler : NULL;

	if (s && !room) {
		room = mmap(NULL, sizeof(struct handler), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);
		s->handler = room == MAP_FAILED ? NULL : room;
	}
	if (!s || !s->handler)
		return false;
	memset(s->handler, 0, sizeof(struct handler));
	__atomic_or_fetch(&s->flags, TAP_SOCKET_ZAP, __ATOMIC_RELEASE);
	return true;
}

static uint64_t id_of(const void *bytes, size_t length)
{
	uint8_t hash[16];
	uint64_t id;

	tr_hash(bytes, length, hash);
	memcpy(&id, hash, sizeof(id));
	return id | 1;
}

static struct asker *waiting(struct handler *h, uint64_t id)
{
	for (unsigned i = 0; i < ASKERS; i++)
		if (h->askers[i].waits && h->askers[i].id == id)
			return &h->askers[i];
	return NULL;
}

/* The one that has waited the longest makes room: a denial of one who is not here holds all the same. */
static struct asker *remember(struct handler *h, uint64_t id)
{
	struct asker *a = waiting(h, id);

	for (unsigned i = 0; i < ASKERS && !a; i++)
		if (!h->askers[i].waits)
			a = &h->askers[i];
	if (!a)
		a = &h->askers[h->next++ % ASKERS];
	a->id = id;
	a->waits = true;
	return a;
}

/* Where a frame stands: 0 for the version, 1 for what follows it, ...; -1 in the envelope. */
static int place(struct parts *p, const void *bytes, size_t length)
{
	if (!p->start && length == 3 && !memcmp(bytes, "1.0", 3))
		p->start = p->frame + 1;
	else if (!p->start && !p->frame && length)
		p->asker = id_of(bytes, length);
	return p->start ? (int)(p->frame + 1 - p->start) : -1;
}

static void step(struct parts *p, bool more)
{
	p->frame++;
	if (!more)
		memset(p, 0, sizeof(*p));
}

static void saw_request(struct handler *h, const void *bytes, size_t length, bool more)
{
	struct parts *p = &h->in;
	struct asker *a;

	switch (place(p, bytes, length)) {
	case 5:
		a = remember(h, p->asker);
		a->gssapi = length == 6 && !memcmp(bytes, "GSSAPI", 6);
		a->who[0] = 0;
		break;
	case 6:
		a = remember(h, p->asker);
		length = length < sizeof(a->who) ? length : sizeof(a->who) - 1;
		memcpy(a->who, bytes, length);
		a->who[length] = 0;
	}
	step(p, more);
}

/* True: this frame is the status of a denial that libzmq would ignore; who is "" when it is not known whose.
 */
static bool sees_denial(struct handler *h, const void *bytes, size_t length, bool more, char who[128])
{
	struct parts *p = &h->out;
	bool denial = false;
	struct asker *a;

	h->before = *p;
	if (place(p, bytes, length) == 2) {
		a = waiting(h, p->asker);
		denial = (length != 3 || memcmp(bytes, "200", 3)) && (!a || a->gssapi);
		tap_copy(who, 128, a ? a->who : "");
	}
	if (p->start && !more && (a = waiting(h, p->asker)))
		a->waits = false;
	step(p, more);
	return denial;
}

static void tell_denial(void *socket, const void *status, size_t length, const char *who)
{
	struct tr_draft *d = tr_begin(TR_E_repair);

	if (!d)
		return;
	tr_put_text(d, TR_F_REPAIR, "zap");
	if (*who)
		tr_put_text(d, TR_F_INITIATOR, who);
	tap_put_handle(d, TR_F_SOCKET, socket);
	tr_put_text_n(d, TR_F_OUTCOME_TEXT, status, length < 16 ? length : 16);
	tr_put_text(d, TR_F_REASON,
		    *who ? "the program's ZAP handler denied a GSSAPI peer; libzmq would have let it in"
			 : "the program's ZAP handler denied a peer that asked too long ago to be known");
	d->comment = "the program's ZAP handler denied a GSSAPI peer: enforced";
	tr_commit(d);
}

/* An XSUB's frame: a subscription or its cancellation, which may have to be taken back. */
static void xsub_sends(struct tap_socket *s, const uint8_t *bytes, size_t length, bool back)
{
	if (!length || bytes[0] > 1)
		return;
	__atomic_or_fetch(&s->flags, TAP_SOCKET_XSUB_SENDS, __ATOMIC_RELEASE);
	tap_subscription(s->socket, bytes + 1, length - 1, (bytes[0] == 1) != back);
}

/* A frame on its way out of the program. True: it is to be replaced by a status that libzmq refuses. */
static bool outgoing(struct tap_socket *s, const void *bytes, size_t length, bool more)
{
	char who[128] = "";

	if (s->flags & TAP_SOCKET_XSUB)
		xsub_sends(s, bytes, length, false);
	if (!(s->flags & TAP_SOCKET_ZAP) || !sees_denial(s->handler, bytes, length, more, who))
		return false;
	tell_denial(s->socket, bytes, length, who);
	return true;
}

/* It did not go: it will be sent again. */
static void came_back(struct tap_socket *s, const void *bytes, size_t length)
{
	struct handler *h = s->handler;

	if (s->flags & TAP_SOCKET_XSUB)
		xsub_sends(s, bytes, length, true);
	if (s->flags & TAP_SOCKET_ZAP)
		h->out = h->before;
}

static void incoming(struct tap_socket *s, const void *bytes, size_t length, bool more)
{
	saw_request(s->handler, bytes, length, more);
}

static const char refused_status[] = "600";

/* libzmq's zmq_sendmsg is a jump to zmq_msg_send: a frame is looked at once. */
static __thread bool within;

/* The socket, when its messages are looked at; mostly it is none of these, which costs a look at a list. */
static struct tap_socket *watched(const void *socket, unsigned as)
{
	struct tap_socket *s = tap_socket_known(socket);

	return __builtin_expect(s && s->flags & as && !within, 0) ? s : NULL;
}

#define SENDERS (TAP_SOCKET_ZAP | TAP_SOCKET_XSUB)

#define SEND(name, constness)                                                                                \
	TAP_EXPORT int name(void *socket, constness void *bytes, size_t length, int flags)                   \
	{                                                                                                    \
		TAP_REAL(name);                                                                              \
		struct tap_socket *s = watched(socket, SENDERS);                                             \
		bool denied;                                                                                 \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_zmq_missing();                                                            \
		if (!s || !bytes)                                                                            \
			return real_call(socket, bytes, length, flags);                                      \
		denied = outgoing(s, bytes, length, flags & ZMQ_SNDMORE);                                    \
		result = real_call(socket, denied ? refused_status : bytes, denied ? 3 : length, flags);     \
		if (result < 0)                                                                              \
			came_back(s, bytes, length);                                                         \
		return result;                                                                               \
	}

SEND(zmq_send, const)
SEND(zmq_send_const, const)

/* Frames as messages. Their bytes are asked of the library that made them. */
struct frame {
	void *bytes;
	size_t length;
};

static struct frame frame_of(const void *library, zmq_msg_t *message)
{
	struct tap_scope scope = {.caller = tap_caller_of(library)};
	__typeof__(&zmq_msg_data) data =
		(__typeof__(&zmq_msg_data))tap_unwrapped(scope.caller, "zmq_msg_data");
	__typeof__(&zmq_msg_size) size =
		(__typeof__(&zmq_msg_size))tap_unwrapped(scope.caller, "zmq_msg_size");

	return data && size && message ? (struct frame){data(message), size(message)}
				       : (struct frame){NULL, 0};
}

#define MESSAGE_SEND(name, parameters, arguments)                                                            \
	TAP_EXPORT int name parameters                                                                       \
	{                                                                                                    \
		TAP_REAL(name);                                                                              \
		struct tap_socket *s = watched(socket, SENDERS);                                             \
		struct frame frame;                                                                          \
		int result, saved;                                                                           \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_zmq_missing();                                                            \
		if (!s)                                                                                      \
			return real_call arguments;                                                          \
		frame = frame_of((const void *)real_call, message);                                          \
		/* A denial's status has three digits, as what replaces it: it is written in its place. */   \
		if (frame.bytes && outgoing(s, frame.bytes, frame.length, flags & ZMQ_SNDMORE) &&            \
		    frame.length == 3)                                                                       \
			memcpy(frame.bytes, refused_status, 3);                                              \
		within = true;                                                                               \
		result = real_call arguments;                                                                \
		within = false;                                                                              \
		saved = errno;                                                                               \
		if (result < 0 && frame.bytes)                                                               \
			came_back(s, frame.bytes, frame.length);                                             \
		errno = saved;                                                                               \
		return result;                                                                               \
	}

MESSAGE_SEND(zmq_msg_send, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags))
MESSAGE_SEND(zmq_sendmsg, (void *socket, zmq_msg_t *message, int flags), (socket, message, flags))

static void message_came(const void *from, zmq_msg_t *message, struct tap_socket *s)
{
	struct tap_scope scope = {.caller = tap_caller_of(from)};
	__typeof__(&zmq_msg_more) more =
		(__typeof__(&zmq_msg_more))tap_unwrapped(scope.caller, "zmq_msg_more");
	struct frame frame = frame_of(from, message);

	if (frame.bytes && more)
		incoming(s, frame.bytes, frame.length, more(message));
}

TAP_EXPORT int zmq_msg_recv(zmq_msg_t *message, void *socket, int flags)
{
	TAP_REAL(zmq_msg_recv);
	struct tap_socket *s;
	int result;

	if (!real_call)
		return tap_zmq_missing();
	result = real_call(message, socket, flags);
	if (result >= 0 && (s = watched(socket, TAP_SOCKET_ZAP)))
		message_came((const void *)real_call, message, s);
	return result;
}

TAP_EXPORT int zmq_recvmsg(void *socket, zmq_msg_t *message, int flags)
{
	TAP_REAL(zmq_recvmsg);
	struct tap_socket *s = watched(socket, TAP_SOCKET_ZAP);
	int result;

	if (!real_call)
		return tap_zmq_missing();
	if (!s)
		return real_call(socket, message, flags);
	within = true;
	result = real_call(socket, message, flags);
	within = false;
	if (result >= 0)
		message_came((const void *)real_call, message, s);
	return result;
}

TAP_EXPORT int zmq_recv(void *socket, void *buffer, size_t length, int flags)
{
	TAP_REAL(zmq_recv);
	int result, more = 0, saved;
	size_t size = sizeof(more);
	struct tap_socket *s;

	if (!real_call)
		return tap_zmq_missing();
	result = real_call(socket, buffer, length, flags);
	if (result >= 0 && (s = watched(socket, TAP_SOCKET_ZAP))) {
		struct tap_scope scope = {.caller = tap_caller_of(__builtin_return_address(0))};
		__typeof__(&zmq_getsockopt) get = TAP_OTHER(&scope, zmq_getsockopt);

		saved = errno;
		tap_quiet_begin();
		if (get)
			get(socket, ZMQ_RCVMORE, &more, &size);
		tap_quiet_end();
		incoming(s, buffer, (size_t)result < length ? (size_t)result : length, more);
		errno = saved;
	}
	return result;
}
