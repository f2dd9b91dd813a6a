/* SPDX-License-Identifier: MIT */
/*
 * See theirs.h. An answer goes back frame by frame as it is, so that what libzmq makes of one that is none is
 * what it always makes of it. Who asked may have gone meanwhile: libzmq drops what is for him.
 */
#include "shim/auth/theirs.h"

#include "shim/core/monotonic.h"
#include "shim/core/text.h"
#include "shim/wire/frame.h"

#include <string.h>

/* After that a question gives its place to another one: by its own default libzmq has given up the peer. */
#define PATIENCE_NS 30000000000u

enum { EMPTY, VERSION, ID, STATUS, TEXT, USER, METADATA, FRAMES };

const char *tap_theirs_at(const void *context, const struct tap_question *question, const char *domain)
{
	if (!strcmp(question->frame[ASKED_MECHANISM], "NULL") && !*domain)
		return NULL;
	return tap_socket_zap(context);
}

static void give_up(struct tap_theirs *theirs, struct tap_their *their)
{
	theirs->calls->close(their->socket);
	their->socket = NULL;
}

void tap_theirs_close(struct tap_theirs *theirs)
{
	for (unsigned i = 0; i < TAP_THEIRS; i++)
		if (theirs->place[i].socket)
			give_up(theirs, &theirs->place[i]);
}

static struct tap_their *free_place(struct tap_theirs *theirs)
{
	struct tap_their *oldest = &theirs->place[0];

	for (unsigned i = 0; i < TAP_THEIRS; i++) {
		if (!theirs->place[i].socket)
			return &theirs->place[i];
		if (theirs->place[i].since < oldest->since)
			oldest = &theirs->place[i];
	}
	if (tap_monotonic_ns() - oldest->since < PATIENCE_NS)
		return NULL;
	give_up(theirs, oldest);
	return oldest;
}

bool tap_theirs_have_room(struct tap_theirs *theirs)
{
	return free_place(theirs);
}

static bool send_question(const struct tap_auth_calls *calls, void *socket,
			  const struct tap_question *question, const char *domain)
{
	bool sent = tap_send_frame(calls, socket, "", 0, true);

	for (unsigned i = ASKED_VERSION; sent && i < question->frames; i++)
		sent = i == ASKED_DOMAIN ? tap_send_frame(calls, socket, domain, strlen(domain), true)
					 : tap_send_frame(calls, socket, question->frame[i],
							  question->length[i], i + 1 < question->frames);
	return sent;
}

static void note(struct tap_their *their, const struct tap_question *question,
		 const struct pol_visitor *visitor, const struct tap_auth_answer *ours)
{
	their->since = tap_monotonic_ns();
	their->told = ours->status != 200;
	their->by_length = question->length[ASKED_BY];
	memcpy(their->by, question->frame[ASKED_BY], their->by_length);
	tap_copy(their->domain, sizeof(their->domain), visitor->domain);
	tap_copy(their->address, sizeof(their->address), visitor->address);
	tap_copy(their->mechanism, sizeof(their->mechanism), visitor->mechanism);
	tap_copy(their->principal, sizeof(their->principal), visitor->principal ? visitor->principal : "");
	their->ours = *ours;
	their->frames = 0;
	their->malformed = false;
}

bool tap_theirs_ask(struct tap_theirs *theirs, const char *at, const struct tap_question *question,
		    const struct pol_visitor *visitor, const struct tap_auth_answer *ours)
{
	const struct tap_auth_calls *calls = theirs->calls;
	struct tap_their *their = free_place(theirs);
	size_t size = sizeof(their->readable);
	int none = 0;
	void *socket;

	if (!their || !tap_question_is_whole(question) || question->length[ASKED_BY] > sizeof(their->by))
		return false;
	socket = calls->socket(theirs->context, ZMQ_DEALER);
	if (!socket)
		return false;
	if (!calls->setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) &&
	    !calls->getsockopt(socket, ZMQ_FD, &their->readable, &size) && !calls->connect(socket, at) &&
	    send_question(calls, socket, question, visitor->domain)) {
		note(their, question, visitor, ours);
		their->socket = socket;
		return true;
	}
	calls->close(socket);
	return false;
}

static bool is_metadata(const uint8_t *bytes, size_t count)
{
	size_t value, length, step = 1;

	for (size_t at = 0; step && at < count; at += step)
		step = tap_frame_property(bytes + at, count - at, &value, &length);
	return step;
}

static void take_text(char *out, size_t size, const void *bytes, size_t length)
{
	length = length < size ? length : size - 1;
	memcpy(out, bytes, length);
	out[length] = 0;
}

static void read_frame(struct tap_their *their, const void *bytes, size_t length)
{
	switch (their->frames++) {
	case EMPTY:
		their->malformed = length;
		break;
	case VERSION:
		their->malformed |= length != 3 || memcmp(bytes, "1.0", 3) != 0;
		break;
	case ID:
		break;
	case STATUS:
		their->malformed |= length != 3;
		take_text(their->status, sizeof(their->status), bytes, length);
		break;
	case TEXT:
		take_text(their->text, sizeof(their->text), bytes, length);
		break;
	case USER:
		if (length)
			take_text(their->ours.user, sizeof(their->ours.user), bytes, length);
		break;
	case METADATA:
		their->malformed |= !is_metadata(bytes, length);
		break;
	default:
		their->malformed = true;
	}
}

static void tell(struct tap_their *their)
{
	struct pol_visitor visitor = {.domain = their->domain,
				      .address = their->address,
				      .mechanism = their->mechanism,
				      .principal = their->principal[0] ? their->principal : NULL};
	struct tap_auth_answer *final = &their->ours;
	char *reason = final->verdict.reason;
	const size_t size = sizeof(final->verdict.reason);
	static const char statuses[][4] = {"200", "300", "400", "500"};

	if (their->told)
		return;
	their->malformed |= their->frames != FRAMES;
	final->status = 500;
	for (int i = 0; !their->malformed && i < 4; i++)
		if (!strcmp(their->status, statuses[i]))
			final->status = 200 + 100 * i;
	if (final->status != 200) {
		final->verdict = (struct pol_verdict){.action = POL_ALLOW};
		tap_copy(reason, size, "the program's ZAP handler denied the peer: ");
		tap_append(reason, size, their->status);
		tap_append(reason, size, their->text[0] ? " " : "");
		tap_append(reason, size, their->text);
	}
	if (their->malformed)
		tap_copy(reason, size, "the program's ZAP handler gave a malformed answer");
	tap_auth_tell(&visitor, final);
}

/* It names nobody: who comes in is whom zmq.auth has named. */
static bool names_nobody(const struct tap_their *their, size_t length)
{
	return their->frames == USER + 1 && !length && !strcmp(their->status, "200");
}

/* 1: it is passed on; 0: it was not there yet; -1: the context ends. */
static int pass(struct tap_theirs *theirs, struct tap_their *their)
{
	const struct tap_auth_calls *calls = theirs->calls;
	int more = 1, flags;
	zmq_msg_t part;
	bool passed;

	calls->msg_init(&part);
	if (calls->msg_recv(&part, their->socket, ZMQ_DONTWAIT) < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	passed = tap_send_frame(calls, theirs->answers, their->by, their->by_length, true);
	while (passed) {
		size_t length = calls->msg_size(&part);

		more = calls->msg_more(&part);
		flags = ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0);
		read_frame(their, calls->msg_data(&part), length);
		if (names_nobody(their, length))
			passed = tap_send_frame(calls, theirs->answers, their->ours.user,
						strlen(their->ours.user), more);
		else
			passed = calls->msg_send(&part, theirs->answers, flags) >= 0;
		if (!more)
			break;
		passed = passed && calls->msg_recv(&part, their->socket, ZMQ_DONTWAIT) >= 0;
	}
	calls->msg_close(&part);
	return passed ? 1 : -1;
}

int tap_theirs_pass(struct tap_theirs *theirs)
{
	int passed = 0;

	for (unsigned i = 0; i < TAP_THEIRS; i++) {
		struct tap_their *their = &theirs->place[i];
		int result = their->socket ? pass(theirs, their) : 0;

		if (result < 0)
			return -1;
		if (!result)
			continue;
		give_up(theirs, their);
		tell(their);
		passed++;
	}
	return passed;
}
