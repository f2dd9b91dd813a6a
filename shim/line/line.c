/* SPDX-License-Identifier: MIT */
/*
 * libzmq's connections by descriptor: their greetings, and how they end.
 *
 * The greeting is ZMTP 3.0's (rfc.zeromq.org/spec/23): 64 bytes each way, byte 10 the major version, 12 to 31
 * the mechanism. Where it shows that the two ends cannot agree, libzmq would count a protocol error and never
 * come back; told of a connection reset instead, it retries. So a greeting is held back until our own is out
 * and both can be compared.
 */
#include "shim/line/address.h"
#include "shim/line/line.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define FD_BITS 20 /* as far as the kernel counts by default */
#define CHUNK_BITS 12
#define SERIALS (1 << (31 - FD_BITS))

bool tap_reports, tap_connects;
bool (*tap_reported)(const char *local);

static struct line *chunks[1 << (FD_BITS - CHUNK_BITS)];
static __thread int now; /* the connection this thread works for, plus one; 0: none */

static struct line *new_chunk(struct line **place)
{
	size_t size = sizeof(struct line) << CHUNK_BITS;
	void *room =
		mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	struct line *there = NULL;

	if (room == MAP_FAILED)
		return NULL;
	if (__atomic_compare_exchange_n(place, &there, room, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return room;
	munmap(room, size);
	return there;
}

struct line *tap_line(int fd)
{
	struct line **place, *chunk;

	if (fd < 0 || fd >> FD_BITS)
		return NULL;
	place = &chunks[fd >> CHUNK_BITS];
	chunk = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	if (__builtin_expect(!chunk, 0))
		chunk = new_chunk(place);
	return chunk ? &chunk[fd & ((1 << CHUNK_BITS) - 1)] : NULL;
}

/*
 * A descriptor is used again as soon as it is closed, and by anybody. So whoever works for a connection knows
 * it by a number that holds which of those on this descriptor it was.
 */
static int fd_of(int connection)
{
	return connection & ((1 << FD_BITS) - 1);
}

static struct line *line_of(int connection)
{
	struct line *line = connection >= 0 ? tap_line(fd_of(connection)) : NULL;

	return line && line->serial == connection >> FD_BITS ? line : NULL;
}

int tap_line_now(void)
{
	return now - 1;
}

void tap_line_doom(int connection)
{
	struct line *line = line_of(connection);
	int saved = errno;
	char peer[128];

	if (!line || !line->peer_count || line->doomed)
		return;
	line->doomed = true;
	tap_line_peer(connection, peer, sizeof(peer));
	shutdown(fd_of(connection), SHUT_RDWR);
	tap_tell_repair("handshake", NULL, NULL, peer,
			"the connection is ended now: libzmq would let both sides wait, or never come back");
	errno = saved;
}

bool tap_line_doomed(int connection)
{
	const struct line *line = line_of(connection);

	return line && line->doomed;
}

/* --- greetings
 * ------------------------------------------------------------------------------------------------------ */

bool tap_line_offers(const uint8_t *greeting, const char *mechanism)
{
	char padded[20] = {0};

	memcpy(padded, mechanism, strlen(mechanism));
	return !memcmp(greeting + 12, padded, sizeof(padded));
}

void tap_line_failed(int fd, const struct line *line, const char *reason)
{
	char local[128], peer[128];
	struct tr_draft *d;

	tap_fallback_failed(line, reason);
	tap_address_ends(fd, local, peer, sizeof(local));
	d = tr_begin(TR_E_handshake);
	if (!d)
		return;
	if (line->attempt)
		tr_put_u32(d, TR_F_ROLE, TR_ROLE_INITIATOR);
	tr_put_u32(d, TR_F_OUTCOME, TR_OUTCOME_FAILED);
	tr_put_text(d, TR_F_ENDPOINT, line->attempt ? tap_fallback_endpoint(line) : local);
	tr_put_text(d, TR_F_PEER, peer);
	if (line->began)
		tr_put_u64(d, TR_F_DURATION, tr_now() - line->began);
	tr_put_text(d, TR_F_REASON, reason);
	d->comment = reason;
	tr_commit(d);
}

int tap_line_reset(int fd, struct line *line)
{
	/* A failed send alone ends nothing: libzmq waits for what can still be received. */
	line->doomed = true;
	shutdown(fd, SHUT_RDWR);
	errno = ECONNRESET;
	return -1;
}

void tap_line_peer(int connection, char *out, size_t size)
{
	out[0] = 0;
	if (line_of(connection))
		tap_address_peer(fd_of(connection), out, size);
}

/* When it begins and, with its age, when it ends. */
static void tell_unsecured(int fd, const struct line *line, uint64_t since)
{
	char local[128], peer[128], reason[240] = "";
	struct tr_draft *d;

	tap_address_ends(fd, local, peer, sizeof(local));
	if (line->old && !since)
		tap_copy(reason, sizeof(reason), "the peer speaks ZMTP 1 or 2, which have no security");
	if (line->plain && !since) {
		tap_copy(reason, sizeof(reason), "GSSAPI was tried before: ");
		tap_fallback_why(line, reason + strlen(reason), sizeof(reason) - strlen(reason));
	}
	d = tr_begin(TR_E_unsecured);
	if (!d)
		return;
	if (line->plain)
		tr_put_u32(d, TR_F_ROLE, TR_ROLE_CLIENT);
	tr_put_text(d, TR_F_ENDPOINT, line->plain ? tap_fallback_endpoint(line) : local);
	tr_put_text(d, TR_F_PEER, peer);
	tr_put_u32(d, TR_F_MECHANISM, 0);
	if (reason[0])
		tr_put_text(d, TR_F_REASON, reason);
	if (since)
		tr_put_u64(d, TR_F_AGE, tr_now() - since);
	if (reason[0])
		d->comment = reason;
	tr_commit(d);
}

static const char too_old[] = "the peer speaks no ZMTP 3: it is too old for security, or no ZeroMQ";

static bool is_old(const struct line *line)
{
	return line->peer_count && (line->peer[0] != 0xff || (line->peer_count > 10 && line->peer[10] < 3));
}

/* The greetings cannot lead to a connection; reason says why. False: they can, or it is not ours to say. */
static bool disagree(const struct line *line, char *reason, size_t size)
{
	bool own_gss = tap_line_offers(line->own, "GSSAPI"), peer_gss;
	char name[21] = {0};

	peer_gss = tap_line_offers(line->peer, "GSSAPI");
	if (own_gss == peer_gss)
		return false;
	memcpy(name, line->peer + 12, 20);
	for (char *c = name; *c; c++)
		if (*c < 'A' || *c > 'Z')
			*c = '?';
	if (own_gss) {
		tap_copy(reason, size, "one-sided: this end is secured by GSSAPI, the peer offers ");
		tap_append(reason, size, name);
		tap_append(reason, size,
			   ": it is not under gsstap yet, or no rule of its policy injects there");
	} else {
		tap_copy(reason, size,
			 "one-sided: the peer is secured by GSSAPI, this end is not: no rule injects here");
	}
	return true;
}

static bool is_reported(int fd)
{
	char local[128], peer[128];

	tap_address_ends(fd, local, peer, sizeof(local));
	return tap_reported(local);
}

/* Both greetings are known: can this connection be? */
static bool hopeless(int fd, struct line *line)
{
	char reason[200];

	if ((tap_repairs(POL_REPAIR_HANDSHAKE) || line->attempt) && disagree(line, reason, sizeof(reason))) {
		tap_line_failed(fd, line, reason);
		return true;
	}
	if (tap_line_offers(line->own, "NULL") && tap_line_offers(line->peer, "NULL") &&
	    (line->plain || (tap_reports && is_reported(fd)))) {
		tell_unsecured(fd, line, 0);
		line->unsecured = tr_now();
	}
	return false;
}

static void keep(uint8_t *greeting, uint8_t *count, const uint8_t *bytes, size_t length)
{
	if (length > (size_t)(GREETING - *count))
		length = (size_t)(GREETING - *count);
	memcpy(greeting + *count, bytes, length);
	*count = (uint8_t)(*count + length);
}

/*
 * Where libzmq expects a greeting it asks for what is left of one. A socket that speaks no ZMTP, and a
 * connection that was there before libzmq was entered, read by the buffer: they are no business of ours.
 */
static bool is_foreign(struct line *line, size_t length)
{
	if (length <= (size_t)(GREETING - line->peer_count))
		return false;
	if (line->plain)
		tap_plain_free(line->plain);
	*line = (struct line){.serial = line->serial, .own_count = GREETING, .peer_count = GREETING};
	return line->foreign = true;
}

/* The first bytes of a connection. */
static ssize_t recv_greeting(int fd, struct line *line, uint8_t *buffer, size_t length, int flags)
{
	ssize_t n = recv(fd, buffer, length, flags | MSG_PEEK);
	unsigned before = line->peer_count;

	if (n <= 0)
		return n;
	/* Ours is on its way: libzmq's poller comes back at once, having sent it. */
	if (before && before + (size_t)n >= GREETING && line->own[0] == 0xff && line->own_count &&
	    line->own_count < GREETING) {
		errno = EAGAIN;
		return -1;
	}
	/* No more than was looked at: what came meanwhile is looked at next time. */
	n = recv(fd, buffer, (size_t)n, flags);
	if (n <= 0)
		return n;
	keep(line->peer, &line->peer_count, buffer, (size_t)n);
	/* For libzmq a protocol error, after which it never comes back. */
	if (is_old(line) && line->attempt && !line->plain) {
		tap_line_failed(fd, line, too_old);
		return tap_line_reset(fd, line);
	}
	if (is_old(line) && !line->plain) { /* libzmq takes it, or closes at once where it wants security */
		line->old = true;
		line->peer_count = GREETING;
		return n;
	}
	if (line->plain && !tap_plain_greeting(buffer, (size_t)n, before, false)) {
		tap_line_failed(fd, line,
				"the peer asks for security where none was expected, or is no ZMTP 3");
		return tap_line_reset(fd, line);
	}
	if (line->peer_count == GREETING && line->own_count == GREETING && hopeless(fd, line))
		return tap_line_reset(fd, line);
	return n;
}

/* libzmq has taken it as it is. */
static void old_talks(int fd, struct line *line, ssize_t n)
{
	int saved = errno;

	if (!n)
		line->old = false; /* it went by itself: nobody turned it away */
	if (n > 0 && !line->talked && tap_reports && is_reported(fd)) {
		tell_unsecured(fd, line, 0);
		line->unsecured = tr_now();
	}
	errno = saved;
}

ssize_t tap_line_recv(int fd, void *buffer, size_t length, int flags)
{
	struct line *line = tap_line(fd);
	ssize_t n;

	now = line ? (line->serial << FD_BITS | fd) + 1 : 0;
	if (!line || !length)
		return recv(fd, buffer, length, flags);
	if (line->doomed) {
		errno = ECONNRESET;
		return -1;
	}
	if (__builtin_expect(line->peer_count < GREETING && !is_foreign(line, length), 0))
		return recv_greeting(fd, line, buffer, length, flags);
	n = __builtin_expect(line->plain != NULL, 0) ? tap_plain_recv(fd, line, buffer, length, flags)
						     : recv(fd, buffer, length, flags);
	line->left |= !n || (n < 0 && errno != EAGAIN && errno != EINTR);
	if (__builtin_expect(line->old, 0))
		old_talks(fd, line, n);
	line->talked = line->talked || n > 0;
	return n;
}

static ssize_t send_greeting(int fd, struct line *line, const uint8_t *buffer, size_t length, int flags)
{
	uint8_t other[GREETING];
	ssize_t n;

	if (line->plain) {
		if (length > (size_t)(GREETING - line->own_count))
			length = (size_t)(GREETING - line->own_count);
		memcpy(other, buffer, length);
		/* The program's own connection to the endpoint of a rule: it comes back as it was meant. */
		if (!tap_plain_greeting(other, length, line->own_count, true))
			return tap_line_reset(fd, line);
		buffer = other;
	}
	if (!line->own_count)
		line->began = tr_now();
	n = send(fd, buffer, length, flags);
	if (n > 0)
		keep(line->own, &line->own_count, buffer, (size_t)n);
	return n;
}

ssize_t tap_line_send(int fd, const void *buffer, size_t length, int flags)
{
	struct line *line = tap_line(fd);

	if (!line || __builtin_expect(line->own_count == GREETING && !line->plain, 1))
		return send(fd, buffer, length, flags);
	return line->own_count < GREETING ? send_greeting(fd, line, buffer, length, flags)
					  : tap_plain_send(fd, line, buffer, length, flags);
}

/* What libzmq makes of a greeting by itself shows only when it closes. */
static const char *silent_failure(const struct line *line)
{
	if (line->doomed || line->talked)
		return NULL;
	if (line->old)
		return too_old;
	if (!tap_line_offers(line->own, "GSSAPI"))
		return NULL;
	if (line->peer_count == GREETING && line->left)
		return "the peer went away after its greeting: it refused, or has no credential";
	if (line->peer_count == GREETING)
		return "silent: the peer said nothing after its greeting: it has no credential, or both ends "
		       "are "
		       "servers";
	/* A libzmq that wants no GSSAPI may close as soon as it has read ours, its own greeting half sent. */
	if (line->own_count == GREETING && line->peer_count > 10)
		return "one-sided: this end is secured by GSSAPI, and the peer went away when it saw that: "
		       "it is not under gsstap yet, or no rule of its policy injects there";
	return NULL;
}

int tap_line_close(int fd)
{
	struct line *line = tap_line(fd);
	const char *reason = line ? silent_failure(line) : NULL;

	if (reason)
		tap_line_failed(fd, line, reason);
	if (line && line->unsecured)
		tell_unsecured(fd, line, line->unsecured);
	if (line && line->attempt)
		tap_fallback_ends(fd, line);
	if (line && (line->own_count || line->peer_count || line->attempt))
		*line = (struct line){.serial = (line->serial + 1) % SERIALS};
	return close(fd);
}

bool tap_line_without(int connection)
{
	const struct line *line = line_of(connection);

	return line && line->plain;
}

void tap_line_refused(int connection)
{
	struct line *line = line_of(connection);

	if (line)
		line->refused = true;
}

void tap_line_why(int connection, const char *reason)
{
	const struct line *line = line_of(connection);

	if (line)
		tap_fallback_failed(line, reason);
}

void tap_line_established(int connection)
{
	struct line *line = line_of(connection);

	if (!line)
		return;
	line->established = true;
	tap_fallback_established(line);
}
