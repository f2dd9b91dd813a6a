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

#define WATCHED 64
#define ASKERS 128

enum kind { NOTHING, HANDLER, XSUB };

/* One direction of a multipart message on a handler's socket. */
struct parts {
	unsigned frame; /* of the next frame in its message */
	unsigned start; /* the frame that holds the version, once seen plus 1; 0 before */
	uint64_t asker; /* hash of the routing id; 0 on a REP socket */
	bool gssapi;
};

struct watched {
	void *socket;
	enum kind kind;
	bool sends;		      /* an XSUB on which the program was seen to send */
	struct parts in, out, before; /* before: of the frame going out, to be gone back to */
	struct {
		uint64_t id;
		bool gssapi;
		char who[128]; /* the principal, as the request has it */
	} askers[ASKERS];
	unsigned next_asker;
};

static struct tap_lock lock;
static struct watched watched[WATCHED];
static unsigned watched_count; /* 0: nobody looks at messages */

static struct watched *find(void *socket)
{
	for (unsigned i = 0; i < WATCHED; i++)
		if (watched[i].socket == socket)
			return &watched[i];
	return NULL;
}

void tap_watch_socket(void *socket, bool xsub)
{
	struct watched *w;

	if (!tap_lock(&lock))
		return;
	w = find(socket);
	if (!w && (w = find(NULL)))
		__atomic_add_fetch(&watched_count, 1, __ATOMIC_RELEASE);
	if (w) {
		memset(w, 0, sizeof(*w));
		w->socket = socket;
		w->kind = xsub ? XSUB : HANDLER;
	}
	tap_unlock(&lock);
}

void tap_unwatch_socket(void *socket)
{
	struct watched *w;

	if (!watched_count || !tap_lock(&lock))
		return;
	w = find(socket);
	if (w) {
		memset(w, 0, sizeof(*w));
		__atomic_sub_fetch(&watched_count, 1, __ATOMIC_RELEASE);
	}
	tap_unlock(&lock);
}

bool tap_xsub_sends(void *socket)
{
	struct watched *w;
	bool sends;

	if (!tap_lock(&lock))
		return true;
	w = find(socket);
	sends = w && w->sends;
	tap_unlock(&lock);
	return sends;
}

static uint64_t id_of(const void *bytes, size_t length)
{
	uint8_t hash[16];
	uint64_t id;

	tr_hash(bytes, length, hash);
	memcpy(&id, hash, sizeof(id));
	return id | 1;
}

static unsigned remember(struct watched *w, uint64_t id)
{
	unsigned i;

	for (i = 0; i < ASKERS && w->askers[i].id != id; i++)
		;
	if (i == ASKERS)
		i = w->next_asker++ % ASKERS;
	w->askers[i].id = id;
	return i;
}

/* Who asked, when it was by GSSAPI; NULL otherwise. */
static const char *asked_gssapi(const struct watched *w, uint64_t id)
{
	for (unsigned i = 0; i < ASKERS; i++)
		if (w->askers[i].id == id)
			return w->askers[i].gssapi ? w->askers[i].who : NULL;
	return NULL;
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

static void saw_request(struct watched *w, const void *bytes, size_t length, bool more)
{
	struct parts *p = &w->in;
	unsigned i;

	switch (place(p, bytes, length)) {
	case 5:
		i = remember(w, p->asker);
		w->askers[i].gssapi = length == 6 && !memcmp(bytes, "GSSAPI", 6);
		w->askers[i].who[0] = 0;
		break;
	case 6:
		i = remember(w, p->asker);
		length = length < sizeof(w->askers[i].who) ? length : sizeof(w->askers[i].who) - 1;
		memcpy(w->askers[i].who, bytes, length);
		w->askers[i].who[length] = 0;
	}
	step(p, more);
}

/* True: this frame is the status of a denial that libzmq would ignore. */
static bool sees_denial(struct watched *w, const void *bytes, size_t length, bool more, char who[128])
{
	struct parts *p = &w->out;
	const char *asked = NULL;

	if (place(p, bytes, length) == 2 && (length != 3 || memcmp(bytes, "200", 3)))
		asked = asked_gssapi(w, p->asker);
	tap_copy(who, 128, asked);
	step(p, more);
	return asked;
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
		    "the program's ZAP handler denied a GSSAPI peer; libzmq would have let it in");
	d->comment = "the program's ZAP handler denied a GSSAPI peer: enforced";
	tr_commit(d);
}

/* A frame on its way out of the program. True: it is to be replaced by a status that libzmq refuses. */
static bool outgoing(void *socket, const void *bytes, size_t length, bool more)
{
	struct watched *w;
	bool denial = false, xsub = false;
	char who[128] = "";

	if (!tap_lock(&lock))
		return false;
	w = find(socket);
	if (w)
		w->before = w->out;
	if (w && w->kind == HANDLER)
		denial = sees_denial(w, bytes, length, more, who);
	else if (w && w->kind == XSUB)
		xsub = w->sends = length && ((const uint8_t *)bytes)[0] <= 1;
	tap_unlock(&lock);
	if (denial)
		tell_denial(socket, bytes, length, who);
	if (xsub)
		tap_subscription(socket, (const uint8_t *)bytes + 1, length - 1,
				 ((const uint8_t *)bytes)[0] == 1);
	return denial;
}

/* It did not go: it will be sent again. */
static void came_back(void *socket, const void *bytes, size_t length)
{
	bool xsub;
	struct watched *w;

	if (!tap_lock(&lock))
		return;
	w = find(socket);
	if (w)
		w->out = w->before;
	xsub = w && w->kind == XSUB && length && ((const uint8_t *)bytes)[0] <= 1;
	tap_unlock(&lock);
	if (xsub)
		tap_subscription(socket, (const uint8_t *)bytes + 1, length - 1,
				 ((const uint8_t *)bytes)[0] == 0);
}

static void incoming(void *socket, const void *bytes, size_t length, bool more)
{
	struct watched *w;

	if (!tap_lock(&lock))
		return;
	w = find(socket);
	if (w && w->kind == HANDLER)
		saw_request(w, bytes, length, more);
	tap_unlock(&lock);
}

static const char refused_status[] = "600";

/* libzmq's zmq_sendmsg is a jump to zmq_msg_send: a frame is looked at once. */
static __thread bool within;

#define WATCHING __builtin_expect(watched_count != 0 && !within, 0)

#define SEND(name, constness)                                                                                \
	TAP_EXPORT int name(void *socket, constness void *bytes, size_t length, int flags)                   \
	{                                                                                                    \
		TAP_REAL(name);                                                                              \
		bool denied;                                                                                 \
		int result;                                                                                  \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_zmq_missing();                                                            \
		if (!WATCHING || !bytes)                                                                     \
			return real_call(socket, bytes, length, flags);                                      \
		denied = outgoing(socket, bytes, length, flags & ZMQ_SNDMORE);                               \
		result = real_call(socket, denied ? refused_status : bytes, denied ? 3 : length, flags);     \
		if (result < 0)                                                                              \
			came_back(socket, bytes, length);                                                    \
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
	__typeof__(&zmq_msg_data) data = (__typeof__(&zmq_msg_data))tap_unwrapped(&scope, "zmq_msg_data");
	__typeof__(&zmq_msg_size) size = (__typeof__(&zmq_msg_size))tap_unwrapped(&scope, "zmq_msg_size");

	return data && size && message ? (struct frame){data(message), size(message)}
				       : (struct frame){NULL, 0};
}

#define MESSAGE_SEND(name, parameters, arguments)                                                            \
	TAP_EXPORT int name parameters                                                                       \
	{                                                                                                    \
		TAP_REAL(name);                                                                              \
		struct frame frame;                                                                          \
		int result, saved;                                                                           \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_zmq_missing();                                                            \
		if (!WATCHING)                                                                               \
			return real_call arguments;                                                          \
		frame = frame_of((const void *)real_call, message);                                          \
		/* A denial's status has three digits, as what replaces it: it is written in its place. */   \
		if (frame.bytes && outgoing(socket, frame.bytes, frame.length, flags & ZMQ_SNDMORE) &&       \
		    frame.length == 3)                                                                       \
			memcpy(frame.bytes, refused_status, 3);                                              \
		within = true;                                                                               \
		result = real_call arguments;                                                                \
		within = false;                                                                              \
		saved = errno;                                                                               \
		if (result < 0 && frame.bytes)                                                               \
			came_back(socket, frame.bytes, frame.length);                                        \
		errno = saved;                                                                               \
		return result;                                                                               \
	}

MESSAGE_SEND(zmq_msg_send, (zmq_msg_t * message, void *socket, int flags), (message, socket, flags))
MESSAGE_SEND(zmq_sendmsg, (void *socket, zmq_msg_t *message, int flags), (socket, message, flags))

static void message_came(const void *from, zmq_msg_t *message, void *socket)
{
	struct tap_scope scope = {.caller = tap_caller_of(from)};
	__typeof__(&zmq_msg_more) more = (__typeof__(&zmq_msg_more))tap_unwrapped(&scope, "zmq_msg_more");
	struct frame frame = frame_of(from, message);

	if (frame.bytes && more)
		incoming(socket, frame.bytes, frame.length, more(message));
}

TAP_EXPORT int zmq_msg_recv(zmq_msg_t *message, void *socket, int flags)
{
	TAP_REAL(zmq_msg_recv);
	int result;

	if (!real_call)
		return tap_zmq_missing();
	result = real_call(message, socket, flags);
	if (WATCHING && result >= 0)
		message_came((const void *)real_call, message, socket);
	return result;
}

TAP_EXPORT int zmq_recvmsg(void *socket, zmq_msg_t *message, int flags)
{
	TAP_REAL(zmq_recvmsg);
	int result;

	if (!real_call)
		return tap_zmq_missing();
	if (!WATCHING)
		return real_call(socket, message, flags);
	within = true;
	result = real_call(socket, message, flags);
	within = false;
	if (result >= 0)
		message_came((const void *)real_call, message, socket);
	return result;
}

TAP_EXPORT int zmq_recv(void *socket, void *buffer, size_t length, int flags)
{
	TAP_REAL(zmq_recv);
	int result, more = 0, saved;
	size_t size = sizeof(more);

	if (!real_call)
		return tap_zmq_missing();
	result = real_call(socket, buffer, length, flags);
	if (WATCHING && result >= 0) {
		struct tap_scope scope = {.caller = tap_caller_of(__builtin_return_address(0))};
		__typeof__(&zmq_getsockopt) get = TAP_OTHER(&scope, zmq_getsockopt);

		saved = errno;
		tap_quiet_begin();
		if (get)
			get(socket, ZMQ_RCVMORE, &more, &size);
		tap_quiet_end();
		incoming(socket, buffer, (size_t)result < length ? (size_t)result : length, more);
		errno = saved;
	}
	return result;
}
