/* SPDX-License-Identifier: MIT */
/*
 * A ZMTP 3 connection (rfc.zeromq.org/spec/23) whose own end uses the GSSAPI mechanism while the other end
 * uses NULL, after the greetings: bytes to bytes, and nothing else. "Wrapped" is what our end makes with
 * contexts that stand in for real ones (inside.h): a token is its plaintext, [flags][body].
 *
 *   ours                                             the peer's
 *   "\x08INITIATE" length token                      nothing
 *   "\x07MESSAGE" length [0]["\5READY" ...]          command "\5READY" ...
 *   "\x07MESSAGE" length [flags][body]               message or command: body
 */
#ifndef SHIM_ZMTP_H
#define SHIM_ZMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZMTP_HEAD 32 /* more than any head of a frame, in either form */

/* One direction of a connection each; all zero at its beginning. */
struct zmtp_out {
	uint8_t head[ZMTP_HEAD];
	unsigned have; /* of the head of the next frame */
	uint64_t left; /* of the body under way */
	bool skip;     /* that one has no counterpart */
	bool initiated, ready;
};
struct zmtp_in {
	uint8_t head[ZMTP_HEAD];
	unsigned have;
	uint64_t left;
	bool ready;
};

/*
 * What our end sends, as the peer takes it. All of `in` is taken; out has room for length + ZMTP_HEAD bytes.
 * Returns how many were made, or -1 for bytes that our end would not send.
 */
long zmtp_to_null(struct zmtp_out *z, const uint8_t *in, size_t length, uint8_t *out);

/*
 * What the peer sends, as our end takes it. *used of `in` are taken: all, or as many as the room allows; at
 * least ZMTP_HEAD bytes of room, or a frame cannot begin. Returns how many were made, or -1 when the peer's
 * bytes are no ZMTP, or it answers our READY with something else.
 */
long zmtp_from_null(struct zmtp_in *z, const uint8_t *in, size_t length, size_t *used, uint8_t *out,
		    size_t room);

#endif
