/* SPDX-License-Identifier: MIT */
/*
 * What passes on a connection that goes without GSSAPI: libzmq's end has the GSSAPI mechanism, with
 * stand-ins, the peer's NULL (fallback.c). Greetings are exchanged byte for byte, frames are translated
 * (zmtp.h).
 *
 * libzmq's poller tells when to read and write, so nothing may be kept that it does not know of: what the
 * kernel does not take is kept, but one byte of it is left to libzmq; what has no room is left in the kernel.
 */
#include "shim/line/line.h"
#include "shim/line/zmtp.h"

#include <errno.h>
#include <sys/mman.h>

struct plain {
	struct zmtp_out out;
	struct zmtp_in in;
	size_t from, to; /* of made: not sent yet */
	bool owed;	 /* the first byte of what libzmq sends next was taken already */
	uint8_t peeked[8192];
	uint8_t made[65536 + ZMTP_HEAD];
};

struct plain *tap_plain_new(void)
{
	void *room =
		mmap(NULL, sizeof(struct plain), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return room == MAP_FAILED ? NULL : room;
}

void tap_plain_free(struct plain *plain)
{
	munmap(plain, sizeof(*plain));
}

bool tap_plain_greeting(uint8_t *bytes, size_t length, unsigned at, bool outgoing)
{
	static const uint8_t null[32] = {[12] = 'N', 'U', 'L', 'L'};
	static const uint8_t gssapi[32] = {[12] = 'G', 'S', 'S', 'A', 'P', 'I'};

	for (size_t i = 0; i < length; i++) {
		size_t place = at + i;

		if ((place == 0 && bytes[i] != 0xff) || (place == 10 && bytes[i] < 3))
			return false;
		if (place < 12 || place >= 32)
			continue;
		if (bytes[i] != (outgoing ? gssapi : null)[place])
			return false;
		bytes[i] = (outgoing ? null : gssapi)[place];
	}
	return true;
}

ssize_t tap_plain_recv(int fd, struct line *line, void *buffer, size_t length, int flags)
{
	struct plain *p = line->plain;
	size_t used = 0;
	ssize_t n;
	long made;

	/* Until our end has begun its handshake it would take the peer's READY for a mistake. */
	if (!p->out.initiated) {
		errno = EAGAIN;
		return -1;
	}
	n = recv(fd, p->peeked, sizeof(p->peeked), flags | MSG_PEEK);
	if (n <= 0)
		return n;
	made = zmtp_from_null(&p->in, p->peeked, (size_t)n, &used, buffer, length);
	/* What was not taken stays where the poller sees it. */
	if (made < 0 || (!used && !made) || (used && recv(fd, p->peeked, used, flags) != (ssize_t)used)) {
		tap_line_failed(fd, line, "the peer's bytes are no ZMTP, or it refused this end");
		return tap_line_reset(fd, line);
	}
	if (!made)
		errno = EAGAIN;
	return made ? made : -1;
}

ssize_t tap_plain_send(int fd, struct line *line, const void *buffer, size_t length, int flags)
{
	struct plain *p = line->plain;
	size_t taken = p->owed && length ? 1 : 0;
	ssize_t n;
	long made;

	if (p->from < p->to) {
		n = send(fd, p->made + p->from, p->to - p->from, flags);
		if (n < 0)
			return n;
		p->from += (size_t)n;
		if (p->from < p->to) {
			errno = EAGAIN;
			return -1;
		}
	}
	p->from = p->to = 0;
	p->owed = p->owed && !taken;
	length -= taken;
	if (length > sizeof(p->made) - ZMTP_HEAD)
		length = sizeof(p->made) - ZMTP_HEAD;
	made = zmtp_to_null(&p->out, (const uint8_t *)buffer + taken, length, p->made);
	if (made < 0) {
		tap_line_failed(fd, line, "libzmq's frames are not as its GSSAPI mechanism makes them");
		return tap_line_reset(fd, line);
	}
	n = made ? send(fd, p->made, (size_t)made, flags) : 0;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return n;
	if (n == made)
		return (ssize_t)(taken + length);
	/* The rest is sent when libzmq comes back, for which one byte is left to it. */
	p->from = n > 0 ? (size_t)n : 0;
	p->to = (size_t)made;
	p->owed = true;
	if (taken + length > 1)
		return (ssize_t)(taken + length - 1);
	errno = EAGAIN;
	return -1;
}
