/* SPDX-License-Identifier: MIT */
/*
 * Messages after the handshake: a frame of libzmq's is a MESSAGE with the token of [flags][body] on the wire.
 * Without a hook on the poller:
 *
 * Sending, libzmq is told of one byte less than it gave until the kernel has all the tokens: so it keeps
 * asking for room. Receiving, plaintext is smaller than its frame, so no more is read than libzmq has room
 * for; of a frame that is larger the last byte is only looked at and stays with the kernel until its
 * plaintext was taken: so the poller comes back.
 */
#include "shim/wire/connection.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define STEP (1u << 20) /* grows with what came, not with what was claimed */
#define FRAME_MOST ((uint64_t)1 << 40)
#define TOKEN_MOST 512u /* more than a frame has around its message, with any mechanism */

/* --- receiving */

ssize_t tap_wire_give(struct wire *wire, uint8_t *bytes, size_t count)
{
	struct wire_buffer *plain = &wire->plain;
	uint8_t byte;

	if (count > wire_left(plain))
		count = wire_left(plain);
	memcpy(bytes, wire_front(plain), count);
	plain->at += count;
	if (wire_left(plain))
		return (ssize_t)count;
	tap_wire_drop(plain);
	if (wire->held && recv(wire->fd, &byte, 1, MSG_DONTWAIT) < 0 && errno != ECONNRESET)
		return tap_wire_fail(wire, "a byte that was there is not");
	wire->held = false;
	return (ssize_t)count;
}

/* A frame's beginning for libzmq: its head, and what stands before the body that came. */
struct beginning {
	size_t body; /* with that */
	unsigned length;
	uint8_t bytes[FRAME_HEAD + 10];
};

/* How this libzmq is told that the peer wants a topic, or wants it no longer: ZMTP 3.1 has commands. */
static const char *wish_of(const struct wire *wire, bool cancels, unsigned *length)
{
	if (!wire->own[MINOR]) {
		*length = 1;
		return cancels ? "" : "\1";
	}
	*length = cancels ? 7 : 10;
	return cancels ? "\x06"
			 "CANCEL"
		       : "\x09"
			 "SUBSCRIBE";
}

/*
 * Stock libzmq leaves out what tells subscribing from cancelling, or has it among the flags. Where it is left
 * out all is taken as subscribing, and the SUB's own filter does the rest.
 */
static struct beginning begin(const struct wire *wire, uint8_t inner, size_t count)
{
	bool wishes = !(inner & INNER_COMMAND) &&
		      (inner & (INNER_SUBSCRIBE | INNER_CANCEL) || (wire->subscriber && !inner));
	uint8_t flags = tap_frame_outer(inner);
	struct beginning b;
	const char *wish = NULL;
	unsigned length = 0;

	if (wishes) {
		wish = wish_of(wire, (inner & (INNER_SUBSCRIBE | INNER_CANCEL)) == INNER_CANCEL, &length);
		flags = length > 1 ? FRAME_COMMAND : 0;
	}
	b.body = length + count;
	b.length = tap_frame_head(b.bytes, flags, b.body);
	if (length)
		memcpy(b.bytes + b.length, wish, length);
	b.length += length;
	return b;
}

/* The frame for libzmq: at `bytes`, which has room for it, or behind `plain` when that is NULL. -1: none. */
static ssize_t lay(struct wire *wire, const struct beginning *b, const uint8_t *body, size_t count,
		   uint8_t *bytes)
{
	if (!bytes)
		return tap_wire_put(&wire->plain, b->bytes, b->length) &&
				       tap_wire_put(&wire->plain, body, count)
			       ? 0
			       : -1;
	memcpy(bytes, b->bytes, b->length);
	memcpy(bytes + b->length, body, count);
	return (ssize_t)(b->length + count);
}

static ssize_t too_large(struct wire *wire)
{
	return tap_wire_fail(wire, "a message is larger than the program takes (ZMQ_MAXMSGSIZE)");
}

static bool is_good(struct wire *wire, const uint8_t *inner, size_t count, const struct beginning *b)
{
	if (wire->tie->largest >= 0 && b->body > (uint64_t)wire->tie->largest)
		too_large(wire);
	else if (inner[0] & INNER_COMMAND && tap_frame_command_short(inner + 1, count))
		tap_wire_fail(wire, "the peer sends a malformed command");
	else
		return true;
	return false;
}

/* The plaintext of a frame's token: [flags][body]. False: the connection has been ended. */
static bool unwrap(struct wire *wire, uint8_t *body, size_t count, gss_buffer_t plain, struct beginning *b)
{
	const uint8_t *token;
	size_t length;

	if (!tap_frame_message(body, count, &token, &length)) {
		tap_wire_fail(wire, "the peer sends something else than a message");
		return false;
	}
	if (!tap_wire_unwrap(wire, body + (token - body), length, plain)) {
		tap_wire_fail(wire,
			      "a message cannot be unwrapped: it is damaged, repeated or not encrypted");
		return false;
	}
	wire->made = 0;
	*b = begin(wire, *(const uint8_t *)plain->value, plain->length - 1);
	if (is_good(wire, plain->value, plain->length - 1, b))
		return true;
	tap_wire_unwrapped(wire, plain);
	return false;
}

/* As lay, of a token. A failure has ended the connection. */
static ssize_t open_frame(struct wire *wire, uint8_t *body, size_t count, uint8_t *bytes)
{
	struct beginning b;
	gss_buffer_desc plain;
	ssize_t n;

	if (!unwrap(wire, body, count, &plain, &b))
		return -1;
	n = lay(wire, &b, (const uint8_t *)plain.value + 1, plain.length - 1, bytes);
	tap_wire_unwrapped(wire, &plain);
	return n < 0 ? tap_wire_fail(wire, "there is no memory") : n;
}

/* The same of the one frame in `in`, which becomes what is plain: sealed where it lay it need not be copied.
 */
static bool open_whole(struct wire *wire, struct frame frame)
{
	struct wire_buffer *in = &wire->in, before = wire->plain;
	uint8_t *body = wire_front(in) + frame.head, *inner;
	struct beginning b;
	gss_buffer_desc plain;

	if (!wire->sealed) {
		if (open_frame(wire, body, frame.body, NULL) < 0)
			return false;
		tap_wire_drop(in);
		return true;
	}
	if (!unwrap(wire, body, frame.body, &plain, &b))
		return false;
	/* Before the body stood what a token has before it, which is longer than any beginning. */
	inner = plain.value;
	memcpy(inner + 1 - b.length, b.bytes, b.length);
	wire->plain = *in;
	wire->plain.at = (size_t)(inner + 1 - b.length - in->bytes);
	wire->plain.end = (size_t)(inner + plain.length - in->bytes);
	*in = before;
	return true;
}

/* One that does not fit: all but its last byte is taken, and given to libzmq piece by piece. */
static ssize_t recv_large(struct wire *wire, struct frame frame, uint8_t *bytes, size_t count)
{
	struct wire_buffer *in = &wire->in;
	size_t whole = frame.head + frame.body, want = whole - wire_left(in) - 1, step;
	ssize_t n;

	if (want) {
		step = want > STEP && want > in->room ? STEP : want;
		if (!tap_wire_room(in, step + 1))
			return tap_wire_fail(wire, "there is no memory");
		n = recv(wire->fd, in->bytes + in->end, step, MSG_DONTWAIT);
		if (n <= 0)
			return n;
		in->end += (size_t)n;
		if ((size_t)n < want) {
			errno = EAGAIN;
			return -1;
		}
	}
	if (!tap_wire_room(in, 1))
		return tap_wire_fail(wire, "there is no memory");
	n = recv(wire->fd, in->bytes + in->end, 1, MSG_PEEK | MSG_DONTWAIT);
	if (n <= 0)
		return n;
	in->end++;
	wire->held = true;
	if (!open_whole(wire, frame))
		return -1;
	return tap_wire_give(wire, bytes, count);
}

/* Before it is opened: by then all of it would have been kept. */
static bool is_too_large(const struct wire *wire, uint64_t body)
{
	return body > FRAME_MOST ||
	       (wire->tie->largest >= 0 && body > (uint64_t)wire->tie->largest + TOKEN_MOST);
}

ssize_t tap_wire_data_recv(struct wire *wire, uint8_t *bytes, size_t count)
{
	struct wire_buffer *in = &wire->in;
	size_t have = wire_left(in), want, head, done = 0;
	struct frame frame;
	ssize_t n;

	if (wire_left(&wire->plain))
		return tap_wire_give(wire, bytes, count);
	frame = tap_frame_read(wire_front(in), have);
	if (frame.head && is_too_large(wire, frame.body))
		return too_large(wire);
	if (frame.head && frame.head + frame.body > count)
		return recv_large(wire, frame, bytes, count);
	head = (have < 2 ? 2 : FRAME_HEAD) - (have < FRAME_HEAD ? have : 0);
	want = count > have ? count - have : 0;
	if (!frame.head && (want < head || count < 64))
		want = head; /* only how large it is, at first */
	if (!want)
		want = 1;
	if (!tap_wire_room(in, want))
		return tap_wire_fail(wire, "there is no memory");
	n = recv(wire->fd, in->bytes + in->end, want, MSG_DONTWAIT);
	if (n <= 0) {
		tap_wire_rest(in);
		return n;
	}
	in->end += (size_t)n;
	for (;;) {
		frame = tap_frame_read(wire_front(in), wire_left(in));
		if (!frame.head || wire_left(in) - frame.head < frame.body)
			break;
		n = open_frame(wire, wire_front(in) + frame.head, frame.body, bytes + done);
		/* What came before is good: the end of the connection brings libzmq back for the rest. */
		if (n < 0)
			return done ? (ssize_t)done : -1;
		done += (size_t)n;
		in->at += frame.head + frame.body;
	}
	tap_wire_rest(in);
	if (done)
		return (ssize_t)done;
	/* The rest of one that does not fit is mostly there, too. */
	if ((size_t)n == want && frame.head && frame.head + frame.body > count)
		return is_too_large(wire, frame.body) ? too_large(wire)
						      : recv_large(wire, frame, bytes, count);
	errno = EAGAIN;
	return -1;
}

/* --- sending */

static bool wrap(struct wire *wire, uint8_t flags, const struct wire_body *body)
{
	wire->made = 0;
	return tap_wire_wrap(wire, 0, tap_frame_inner(flags), body);
}

/* More of a frame whose beginning libzmq gave before. Returns how many bytes were taken; -1: no memory. */
static ssize_t more_of_part(struct wire *wire, const uint8_t *bytes, size_t count)
{
	struct wire_buffer *part = &wire->part;
	struct frame frame = tap_frame_read_own(wire_front(part), wire_left(part));
	struct wire_body body = {.more = bytes};
	size_t take = 1;
	bool made;

	if (frame.head)
		take = frame.head + frame.body - wire_left(part);
	if (frame.head && take <= count) {
		body.more_count = take;
	} else {
		take = take < count ? take : count;
		if (!tap_wire_put(part, bytes, take))
			return -1;
		frame = tap_frame_read_own(wire_front(part), wire_left(part));
		if (!frame.head || wire_left(part) - frame.head < frame.body)
			return (ssize_t)take;
	}
	body.bytes = wire_front(part) + frame.head;
	body.count = frame.body - body.more_count;
	made = wrap(wire, frame.flags, &body);
	tap_wire_drop(part);
	return made ? (ssize_t)take : -1;
}

static bool take_all(struct wire *wire, const uint8_t *bytes, size_t count)
{
	struct wire_body body;
	struct frame frame;
	ssize_t n;

	while (count) {
		frame = tap_frame_read_own(bytes, count);
		if (!wire_left(&wire->part) && frame.head && count - frame.head >= frame.body) {
			body = (struct wire_body){bytes + frame.head, frame.body, NULL, 0};
			if (!wrap(wire, frame.flags, &body))
				return false;
			n = (ssize_t)(frame.head + frame.body);
		} else {
			n = more_of_part(wire, bytes, count);
		}
		if (n < 0)
			return false;
		bytes += n;
		count -= (size_t)n;
	}
	return true;
}

ssize_t tap_wire_data_send(struct wire *wire, const uint8_t *bytes, size_t count)
{
	size_t taken = wire->again ? 1 : 0;

	if (!tap_wire_flush(wire))
		return -1;
	if (wire_left(&wire->out)) {
		errno = EAGAIN;
		return -1;
	}
	wire->again = false;
	if (!take_all(wire, bytes + taken, count - taken))
		return tap_wire_fail(wire, "a message cannot be wrapped");
	if (!tap_wire_flush(wire))
		return -1;
	if (!wire_left(&wire->out))
		return (ssize_t)count;
	wire->again = true;
	if (count > 1)
		return (ssize_t)count - 1;
	errno = EAGAIN;
	return -1;
}
