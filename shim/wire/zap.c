/* SPDX-License-Identifier: MIT */
/* See zap.h. A thread of the pool waits for the answer, never one of libzmq's. */
#include "shim/wire/zap.h"

#include "shim/auth/auth.h"
#include "shim/core/filter.h"
#include "shim/core/masked.h"
#include "shim/core/monotonic.h"
#include "shim/wire/abroad.h"
#include "shim/wire/using.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE_MS 30000 /* where the program sets no bound for handshakes */
#define LOOK_MS 200	  /* whether the connection is still there */

/* The frames of an answer. */
enum { EMPTY, VERSION, ID, STATUS, TEXT, USER, METADATA, FRAMES };
struct answer {
	unsigned frames;
	bool malformed;
	size_t length[FRAMES];
	char status[4], text[100], user[WIRE_USER];
	uint8_t metadata[WIRE_METADATA];
};

static void say_who(const struct ucred *who, char *out, size_t size)
{
	tap_copy(out, size, "localhost:");
	tap_append_number(out, size, who->uid);
	tap_append(out, size, ":");
	tap_append_number(out, size, who->gid);
	tap_append(out, size, ":");
	tap_append_number(out, size, (uint32_t)who->pid);
}

/* As libzmq's engines say it: an address alone, or of a local peer who it is. */
static void address_of(int fd, char *out, size_t size)
{
	struct sockaddr_storage peer = {0};
	socklen_t length = sizeof(peer);
	struct ucred who;

	out[0] = 0;
	if (getpeername(fd, (struct sockaddr *)&peer, &length))
		return;
	if (peer.ss_family != AF_UNIX) {
		if (getnameinfo((struct sockaddr *)&peer, length, out, (socklen_t)size, NULL, 0,
				NI_NUMERICHOST))
			out[0] = 0;
		return;
	}
	length = sizeof(who);
	if (!getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length))
		say_who(&who, out, size);
}

void tap_wire_said_address(int fd, char *out, size_t size)
{
	int saved = errno;

	address_of(fd, out, size);
	errno = saved;
}

static bool send_frame(const struct tap_zap *zap, void *socket, const void *bytes, size_t length, bool more)
{
	return zap->calls.send(socket, bytes, length, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

static bool send_text(const struct tap_zap *zap, void *socket, const char *text, bool more)
{
	return send_frame(zap, socket, text, strlen(text), more);
}

/* Locked: the connection's context cannot end before this socket of it is closed. NULL: it could not be. */
static void *ask(const struct wire *wire, const char *handler)
{
	const struct tap_zap *zap = &wire->tie->zap;
	void *socket = tap_is_death(TAP_DEATH_SOCKET) ? NULL : zap->calls.socket(zap->context, ZMQ_DEALER);
	char address[128];
	int none = 0;

	if (!socket)
		return NULL;
	address_of(wire->fd, address, sizeof(address));
	if (!zap->calls.setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) &&
	    !zap->calls.connect(socket, handler) && send_text(zap, socket, "", true) &&
	    send_text(zap, socket, "1.0", true) && send_text(zap, socket, "1", true) &&
	    send_text(zap, socket, zap->domain, true) && send_text(zap, socket, address, true) &&
	    send_frame(zap, socket, zap->id, zap->id_length, true) &&
	    send_text(zap, socket, "GSSAPI", true) && send_text(zap, socket, wire->user, false))
		return socket;
	zap->calls.close(socket);
	return NULL;
}

/* What there is by now. False: the context ends, or there is nothing to be had. errno EAGAIN: not yet. */
static bool take_frames(const struct tap_zap *zap, void *socket, struct answer *answer)
{
	static const size_t sizes[FRAMES] = {[STATUS] = sizeof(answer->status) - 1,
					     [TEXT] = sizeof(answer->text) - 1,
					     [USER] = sizeof(answer->user) - 1,
					     [METADATA] = sizeof(answer->metadata)};
	void *const to[FRAMES] = {
		[STATUS] = answer->status,
		[TEXT] = answer->text,
		[USER] = answer->user,
		[METADATA] = answer->metadata,
	};
	char head[8] = {0};
	size_t size = sizeof(int);
	int more = 1, n;

	while (more) {
		unsigned at = answer->frames < FRAMES ? answer->frames : FRAMES - 1;
		bool extra = answer->frames >= FRAMES;
		void *bytes = to[at] && !extra ? to[at] : head;
		size_t room = to[at] && !extra ? sizes[at] : sizeof(head);

		n = zap->calls.recv(socket, bytes, room, ZMQ_DONTWAIT);
		if (n < 0 || zap->calls.getsockopt(socket, ZMQ_RCVMORE, &more, &size))
			return false;
		answer->length[at] = (size_t)n;
		answer->malformed |= (size_t)n > room && at != TEXT;
		answer->malformed |= at == VERSION && (n != 3 || memcmp(head, "1.0", 3));
		answer->malformed |= (at == ID && (n != 1 || head[0] != '1')) || (at == EMPTY && n);
		answer->frames++;
	}
	return true;
}

static bool is_over(struct wire *wire)
{
	bool over;

	while (!tap_lock(&wire->lock))
		;
	over = wire->closed || wire->phase == WIRE_DEAD;
	tap_unlock(&wire->lock);
	return over;
}

/* Not locked. False: there was no answer in time, or, with errno ETERM, the context ends. */
static bool wait_for(struct wire *wire, void *socket, struct answer *answer)
{
	const struct tap_zap *zap = &wire->tie->zap;
	uint64_t until =
		tap_monotonic_ns() + (uint64_t)(zap->patience > 0 ? zap->patience : PATIENCE_MS) * 1000000u;
	struct pollfd readable = {.events = POLLIN};
	size_t size = sizeof(readable.fd);

	if (zap->calls.getsockopt(socket, ZMQ_FD, &readable.fd, &size))
		return false;
	while (!take_frames(zap, socket, answer)) {
		if (errno != EAGAIN || tap_monotonic_ns() >= until || is_over(wire))
			return false;
		tap_abroad_waits();
		poll(&readable, 1, LOOK_MS);
		tap_abroad_goes_on();
	}
	return true;
}

static bool authenticates(void)
{
	return TAP_POLICY(pol_authenticates) && TAP_POLICY(pol_enforces);
}

static const char *judge(struct wire *wire, const struct answer *answer, char *reason, size_t size)
{
	static const char malformed[] = "the program's ZAP handler gave a malformed answer";
	static const char denied[] = "the program's ZAP handler denied the peer: ";

	if (answer->malformed || answer->frames != FRAMES || answer->length[STATUS] != 3)
		return malformed;
	if (strcmp(answer->status, "200")) {
		tap_copy(reason, size, denied);
		tap_append(reason, size, answer->status);
		tap_append(reason, size, answer->text[0] ? " " : "");
		tap_append(reason, size, answer->text);
		return answer->status[0] == '4' ? tap_wire_blame(wire, reason) : reason;
	}
	if (memchr(answer->user, 0, answer->length[USER]) ||
	    !tap_frame_metadata(&wire->granted, answer->metadata, answer->length[METADATA]))
		return malformed;
	/* Who comes in is named by zmq.auth, where the program's handler names nobody. */
	if ((answer->user[0] || !authenticates()) &&
	    !tap_wire_put(&wire->called, answer->user, answer->length[USER] + 1))
		return "there is no memory for the peer's user";
	return NULL;
}

/*
 * Who is inside libzmq for a context. The end of that waits for his socket, and not for his way out of the
 * call that closes it: the program could unload the library meanwhile.
 */
struct visit {
	struct visit *next;
	const void *context;
	uint64_t number; /* in order of their coming */
};

static struct tap_masked_lock lock;
static struct visit *visits; /* on the stacks of their threads, */
static uint32_t visits_in;   /* of this process: a child of fork has none of them */
static uint64_t visited;     /* how many there were */

static void enter(struct visit *visit, const void *context)
{
	visit->context = context;
	while (!tap_lock_masked(&lock))
		;
	visit->number = ++visited;
	visit->next = visits_in == tap_lineage() ? visits : NULL;
	visits_in = tap_lineage();
	visits = visit;
	tap_unlock_masked(&lock);
}

static void leave(const struct visit *visit)
{
	struct visit **at = &visits;

	while (!tap_lock_masked(&lock))
		;
	while (*at != visit)
		at = &(*at)->next;
	*at = visit->next;
	tap_unlock_masked(&lock);
}

/* By one of the first so many. */
static bool is_visited(const void *context, uint64_t most)
{
	const struct visit *v;

	while (!tap_lock_masked(&lock))
		;
	v = visits_in == tap_lineage() ? visits : NULL;
	while (v && (v->context != context || v->number > most))
		v = v->next;
	tap_unlock_masked(&lock);
	return v;
}

void tap_wire_ended(const void *context)
{
	int saved = errno;
	uint64_t most;

	while (!tap_lock_masked(&lock))
		;
	most = visited; /* a later context may be where this one was */
	tap_unlock_masked(&lock);
	for (unsigned tries = 0; is_visited(context, most); tries++)
		tap_wait_a_little(tries);
	tap_using_ended(context);
	errno = saved;
}

static const char *why_not(const struct wire *wire, const char *principal, bool *binds_id, char *reason,
			   size_t size)
{
	const struct tap_tie *tie = wire->tie;
	char address[128];
	struct pol_visitor visitor = {.domain = tie->zap.domain,
				      .address = address,
				      .mechanism = principal ? "GSSAPI" : "NULL",
				      .principal = principal};
	bool groups = principal && TAP_POLICY(pol_authenticates_groups);
	struct tap_groups room;
	struct tap_scope scope;
	const char *why;

	*binds_id = false;
	if (!wire->server || !TAP_POLICY(pol_authenticates))
		return NULL;
	address_of(wire->fd, address, sizeof(address));
	if (groups)
		visitor.groups = tap_wire_gss_groups(wire, &scope, &room);
	why = tap_auth_why_not(tie->binds ? POL_BIND : POL_CONNECT, tie->endpoint, &visitor, binds_id, reason,
			       size);
	if (groups)
		tap_groups_end(&room);
	return why;
}

const char *tap_wire_why_not(const struct wire *wire, const char *principal, char *reason, size_t size)
{
	bool binds_id;

	return why_not(wire, principal, &binds_id, reason, size);
}

const char *tap_wire_zap(struct wire *wire, char *reason, size_t size)
{
	const struct tap_zap *zap = &wire->tie->zap;
	struct answer answer = {0};
	const char *handler;
	uint32_t number;
	struct visit visit;
	bool answered = false, binds_id;
	void *socket;
	int error;

	if (why_not(wire, wire->user, &binds_id, reason, size))
		return reason;
	if (binds_id && !tap_frame_put_identity(&wire->granted, wire->user))
		return "there is no memory for the peer's routing id";
	if (!zap->context)
		return NULL;
	handler = tap_socket_zap(zap->context, &number);
	if (!handler) /* zmq.auth is one */
		return zap->enforces && zap->domain[0] && !authenticates()
			       ? "there is no ZAP handler, and the program asks for one "
				 "(ZMQ_ZAP_ENFORCE_DOMAIN)"
			       : NULL;
	enter(&visit, zap->context);
	socket = ask(wire, handler);
	error = errno;
	if (socket) {
		tap_unlock(&wire->lock);
		answered = wait_for(wire, socket, &answer);
		error = errno;
		zap->calls.close(socket);
	}
	leave(&visit);
	while (socket && !tap_lock(&wire->lock))
		;
	if (answered)
		return judge(wire, &answer, reason, size);
	if (error == ETERM) { /* nobody was refused */
		tap_wire_give_up(wire, "its context ended while the program's ZAP handler was asked");
		return NULL;
	}
	return socket ? "the program's ZAP handler did not answer"
		      : "the program's ZAP handler could not be asked";
}
