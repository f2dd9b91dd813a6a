/* SPDX-License-Identifier: MIT */
/*
 * Frames of ZMTP 3 (rfc.zeromq.org/spec/23) and what the GSSAPI mechanism puts into them
 * (rfc.zeromq.org/spec/38): bytes alone, no connection.
 *
 *   frame      flags, length (one byte, or eight where flags say so), body
 *   INITIATE   a command: "\x08INITIATE", length of the token in four bytes, token
 *   MESSAGE    "\x07MESSAGE", length of the token in four bytes, token of [flags][body]
 */
#ifndef SHIM_WIRE_FRAME_H
#define SHIM_WIRE_FRAME_H

#include "shim/wire/buffer.h"

enum { FRAME_MORE = 1, FRAME_LONG = 2, FRAME_COMMAND = 4 }; /* of a frame's head */
/* Of a token's plaintext; the last two are those of libzmq after 4.3.5, of what subscribes and cancels. */
enum { INNER_MORE = 1, INNER_COMMAND = 2, INNER_SUBSCRIBE = 4, INNER_CANCEL = 8 };

#define FRAME_HEAD 9	 /* the longest */
#define INITIATE_HEAD 13 /* before the token */
#define MESSAGE_HEAD 12

/* Of a frame that begins here. */
struct frame {
	uint8_t flags;
	unsigned head; /* bytes; 0: not all of it is there yet */
	uint64_t body; /* bytes */
};

struct frame tap_frame_read(const uint8_t *bytes, size_t count);
/*
 * The same of what libzmq itself sends: of SUBSCRIBE and CANCEL with 246 to 255 bytes libzmq 4.3.3 to 4.3.5
 * writes the length in eight bytes and does not say so.
 */
struct frame tap_frame_read_own(const uint8_t *bytes, size_t count);
/* Returns the length of the head that was written. */
unsigned tap_frame_head(uint8_t head[FRAME_HEAD], uint8_t flags, uint64_t body);
bool tap_frame_put(struct wire_buffer *out, uint8_t flags, uint64_t body);

/* The token in a frame's body; false: it is no such command, or its lengths do not fit. */
bool tap_frame_initiate(const uint8_t *body, size_t count, const uint8_t **token, size_t *length);
bool tap_frame_message(const uint8_t *body, size_t count, const uint8_t **token, size_t *length);
bool tap_frame_put_initiate(struct wire_buffer *out, const void *token, size_t length);
/* A MESSAGE without its token, for which there is room behind it. */
bool tap_frame_put_message(struct wire_buffer *out, uint8_t flags, size_t token);

static inline uint8_t tap_frame_inner(uint8_t flags)
{
	return (uint8_t)((flags & FRAME_MORE ? INNER_MORE : 0) | (flags & FRAME_COMMAND ? INNER_COMMAND : 0));
}

static inline uint8_t tap_frame_outer(uint8_t inner)
{
	return (uint8_t)((inner & INNER_MORE ? FRAME_MORE : 0) | (inner & INNER_COMMAND ? FRAME_COMMAND : 0));
}

/* Does a frame begin here that is an INITIATE, however much of it is there? Is this body a READY? */
bool tap_frame_initiates(const uint8_t *bytes, size_t count);
bool tap_frame_in_clear(const uint8_t *body, size_t count);

/* Is this body an ERROR, with which a server's libzmq turns away whom the ZAP handler has denied? */
bool tap_frame_is_error(const uint8_t *body, size_t count);

/* A command that libzmq would read beyond its end: a PING without its time to live, one without a name. */
bool tap_frame_command_short(const uint8_t *body, size_t count);

#define FRAME_READY_HEAD 6 /* before the first property of a READY */
/* A property of metadata that begins here: its length in all, 0 for none that is whole, and where its value
 * is from there. Its name is behind its first byte, which is the name's length. */
size_t tap_frame_property(const uint8_t *bytes, size_t count, size_t *value, size_t *value_length);
/* The properties in a ZAP handler's answer, behind `out`; without those that are not for it to say. False:
 * malformed. */
bool tap_frame_metadata(struct wire_buffer *out, const uint8_t *bytes, size_t count);
/* The routing id that the peer is to have, among what is granted: what it claims is left out. */
bool tap_frame_put_identity(struct wire_buffer *granted, const char *id);
/*
 * The peer's READY, as it is given to libzmq: first with this User-Id (NULL: none), again by another name
 * where one is given, and these properties, since of two with one name the first counts; and without a
 * User-Id of the peer's own, who is not to say who he is. False: it is none, or malformed. *subscriber: its
 * socket is a SUB.
 */
bool tap_frame_ready(struct wire_buffer *out, const uint8_t *body, size_t count, const char *user,
		     const char *again, const struct wire_buffer *granted, bool *subscriber);

#endif
