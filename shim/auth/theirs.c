/* SPDX-License-Identifier: MIT */
/*
 * See theirs.h. libzmq has a pipe to its handler for each connection, and no bound but theirs. Here a ROUTER
 * has some, one for each question, and is closed when all of them were answered: a pipe alone cannot be.
 * Nothing tells that who asked has gone, so a question without an answer keeps its socket until its handler
 * is closed, or until newer ones need it.
 *
 * An answer goes back frame by frame as it is, so that what libzmq makes of one that is none is what it
 * always makes of it. Who asked may have gone meanwhile: libzmq drops what is for him.
 */
#include "shim/auth/theirs.h"

#include "shim/core/filter.h"
#include "shim/core/text.h"
#include "shim/wire/frame.h"

#include <string.h>
#include <sys/mman.h>

#define GIVEN_UP "the program's ZAP handler gave no answer, and its place was given to others"
#define CLOSED "the program's ZAP handler was closed before it answered"

enum { EMPTY, VERSION, ID, STATUS, TEXT, USER, METADATA, FRAMES };

/* A pipe's name: libzmq lets none begin with a zero. */
struct name {
	uint8_t kind, at;
	uint8_t number[4];
};

/* A pipe, and the question that waits there. */
struct their {
	struct name name;
	uint32_t handler; /* where it leads */
	bool waits;
	bool told; /* what zmq.auth has decided */
	size_t by_length, id_length;
	char by[TAP_AUTH_USER], id[TAP_AUTH_USER];
	/* Of the question, for what is told of it: */
	char domain[TAP_AUTH_USER], address[TAP_AUTH_USER], mechanism[8], principal[TAP_AUTH_USER];
	/* ... and what zmq.auth has answered: its user is the peer where the handler names none. */
	struct tap_auth_answer ours;
	/* What the handler says, as far as it has come. */
	unsigned frames;
	bool malformed;
	char status[4], text[100];
};

struct tap_asker {
	void *socket;
	int readable;		/* its descriptor */
	unsigned used, waiting; /* of these: */
	struct their pipe[TAP_PIPES];
};

uint32_t tap_theirs_for(const void *context, const char *mechanism, const char *domain, bool enforces)
{
	uint32_t number;
	const char *at;

	if (!*domain && (!strcmp(mechanism, "NULL") || (enforces && !strcmp(mechanism, "CURVE"))))
		return 0;
	at = tap_socket_zap(context, &number);
	return at && !strcmp(at, TAP_ZAP_MOVED) ? number : 0;
}

/* --- what is told */

static struct pol_visitor visitor_of(const struct their *their)
{
	return (struct pol_visitor){.domain = their->domain,
				    .address = their->address,
				    .mechanism = their->mechanism,
				    .principal = their->principal[0] ? their->principal : NULL};
}

static void tell_no_answer(struct their *their, const char *why)
{
	const struct pol_visitor visitor = visitor_of(their);

	if (their->told)
		return;
	their->ours.status = 0;
	their->ours.verdict = (struct pol_verdict){.action = POL_ALLOW};
	tap_copy(their->ours.verdict.reason, sizeof(their->ours.verdict.reason), why);
	tap_auth_tell(&visitor, &their->ours);
}

static int status_of(const struct their *their)
{
	static const char statuses[][4] = {"200", "300", "400", "500"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(their->status, statuses[i]))
			return 200 + 100 * i;
	return 0;
}

/* A malformed answer is none to libzmq, which closes the connection. */
static void tell_answer(struct their *their)
{
	const struct pol_visitor visitor = visitor_of(their);
	struct tap_auth_answer *final = &their->ours;
	char *reason = final->verdict.reason;
	const size_t size = sizeof(final->verdict.reason);

	if (their->told)
		return;
	final->status = status_of(their);
	if (their->malformed || their->frames != FRAMES || !final->status) {
		tell_no_answer(their, "the program's ZAP handler gave a malformed answer");
		return;
	}
	if (final->status != 200) {
		final->verdict = (struct pol_verdict){.action = POL_ALLOW};
		tap_copy(reason, size, "the program's ZAP handler denied the peer: ");
		tap_append(reason, size, their->status);
		tap_append(reason, size, their->text[0] ? " " : "");
		tap_append(reason, size, their->text);
	}
	tap_auth_tell(&visitor, final);
}

/* --- sockets that ask */

static void give_up(struct tap_asker *asker, struct their *their, const char *why)
{
	tell_no_answer(their, why);
	their->waits = false;
	asker->waiting--;
}

static void close_asker(struct tap_theirs *theirs, unsigned at, bool tells)
{
	struct tap_asker *asker = theirs->asker[at];

	for (unsigned i = 0; tells && i < TAP_PIPES; i++)
		if (asker->pipe[i].waits)
			give_up(asker, &asker->pipe[i], GIVEN_UP);
	theirs->calls->close(asker->socket);
	munmap(asker, sizeof(*asker));
	theirs->count--;
	memmove(&theirs->asker[at], &theirs->asker[at + 1], (theirs->count - at) * sizeof(asker));
}

static void close_answered(struct tap_theirs *theirs)
{
	for (unsigned i = theirs->count; i > 0; i--)
		if (!theirs->asker[i - 1]->waiting && theirs->asker[i - 1]->used == TAP_PIPES)
			close_asker(theirs, i - 1, false);
}

void tap_theirs_close(struct tap_theirs *theirs)
{
	while (theirs->count)
		close_asker(theirs, theirs->count - 1, false);
}

static void *open_socket(const struct tap_theirs *theirs, int *readable)
{
	const struct tap_auth_calls *calls = theirs->calls;
	void *socket = tap_is_death(TAP_DEATH_SOCKET) ? NULL : calls->socket(theirs->context, ZMQ_ROUTER);
	size_t size = sizeof(*readable);
	int none = 0, yes = 1;

	if (!socket)
		return NULL;
	if (!calls->setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) &&
	    !calls->setsockopt(socket, ZMQ_ROUTER_MANDATORY, &yes, sizeof(yes)) &&
	    !calls->getsockopt(socket, ZMQ_FD, readable, &size))
		return socket;
	calls->close(socket);
	return NULL;
}

static bool add_asker(struct tap_theirs *theirs)
{
	struct tap_asker *asker =
		mmap(NULL, sizeof(*asker), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (asker == MAP_FAILED)
		return false;
	asker->socket = open_socket(theirs, &asker->readable);
	if (!asker->socket) {
		munmap(asker, sizeof(*asker));
		return false;
	}
	theirs->asker[theirs->count++] = asker;
	return true;
}

/* A socket that has a pipe left. No pipe is used twice: an answer too many would be the next one's. */
static struct tap_asker *asker_for(struct tap_theirs *theirs)
{
	if (theirs->count && theirs->asker[theirs->count - 1]->used < TAP_PIPES)
		return theirs->asker[theirs->count - 1];
	close_answered(theirs);
	if (theirs->count == TAP_ASKERS)
		close_asker(theirs, 0, true);
	while (!add_asker(theirs)) {
		if (!theirs->count)
			return NULL;
		/* The program has no socket to give but those that are here. */
		close_asker(theirs, 0, true);
	}
	return theirs->asker[theirs->count - 1];
}

static bool make_pipe(struct tap_theirs *theirs, const struct tap_asker *asker, struct their *their)
{
	const struct tap_auth_calls *calls = theirs->calls;
	uint32_t number = ++theirs->pipes;

	their->name = (struct name){.kind = 'p', .at = (uint8_t)(their - asker->pipe)};
	memcpy(their->name.number, &number, sizeof(number));
	return !calls->setsockopt(asker->socket, ZMQ_CONNECT_ROUTING_ID, &their->name, sizeof(their->name)) &&
	       !calls->connect(asker->socket, TAP_ZAP_MOVED);
}

static bool send_question(const struct tap_auth_calls *calls, void *socket, const struct their *their,
			  const struct tap_question *question)
{
	bool sent = tap_send_frame(calls, socket, &their->name, sizeof(their->name), true) &&
		    tap_send_frame(calls, socket, "", 0, true);

	for (unsigned i = ASKED_VERSION; sent && i < question->frames; i++)
		sent = i == ASKED_DOMAIN
			       ? tap_send_frame(calls, socket, their->domain, strlen(their->domain), true)
			       : tap_send_frame(calls, socket, question->frame[i], question->length[i],
						i + 1 < question->frames);
	return sent;
}

static void note(struct their *their, const struct tap_question *question, const struct pol_visitor *visitor,
		 const struct tap_auth_answer *ours)
{
	their->told = ours->status != 200;
	their->by_length = question->length[ASKED_BY];
	memcpy(their->by, question->frame[ASKED_BY], their->by_length);
	their->id_length = question->length[ASKED_ID];
	memcpy(their->id, question->frame[ASKED_ID], their->id_length);
	tap_copy(their->domain, sizeof(their->domain), visitor->domain);
	tap_copy(their->address, sizeof(their->address), visitor->address);
	tap_copy(their->mechanism, sizeof(their->mechanism), visitor->mechanism);
	tap_copy(their->principal, sizeof(their->principal), visitor->principal ? visitor->principal : "");
	their->ours = *ours;
	their->frames = 0;
	their->malformed = false;
	their->status[0] = their->text[0] = 0;
}

bool tap_theirs_ask(struct tap_theirs *theirs, uint32_t handler, const struct tap_question *question,
		    const struct pol_visitor *visitor, const struct tap_auth_answer *ours)
{
	struct tap_asker *asker = tap_question_is_whole(question) ? asker_for(theirs) : NULL;
	struct their *their;

	if (!asker)
		return false;
	their = &asker->pipe[asker->used++];
	note(their, question, visitor, ours);
	their->handler = handler;
	if (!make_pipe(theirs, asker, their) || !send_question(theirs->calls, asker->socket, their, question))
		return false;
	their->waits = true;
	asker->waiting++;
	return true;
}

/* --- answers */

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

static void read_frame(struct their *their, const void *bytes, size_t length)
{
	switch (their->frames++) {
	case EMPTY:
		their->malformed |= length != 0;
		break;
	case VERSION:
		their->malformed |= length != 3 || memcmp(bytes, "1.0", 3) != 0;
		break;
	case ID:
		their->malformed |= length != their->id_length || memcmp(bytes, their->id, length) != 0;
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

/* It names nobody: who comes in is whom zmq.auth has named. */
static bool names_nobody(const struct their *their, size_t length)
{
	return their->frames == USER + 1 && !length && !strcmp(their->status, "200");
}

static struct their *named(struct tap_asker *asker, const struct name *name, int length)
{
	struct their *their = length == sizeof(*name) && name->at < TAP_PIPES ? &asker->pipe[name->at] : NULL;

	return their && their->waits && !memcmp(&their->name, name, sizeof(*name)) ? their : NULL;
}

/* One frame of an answer; nobody waits for it: NULL. False: libzmq says why not. */
static bool pass_frame(struct tap_theirs *theirs, struct their *their, zmq_msg_t *part, bool more)
{
	const struct tap_auth_calls *calls = theirs->calls;
	size_t length = calls->msg_size(part);

	if (!their)
		return true;
	read_frame(their, calls->msg_data(part), length);
	if (names_nobody(their, length))
		return tap_send_frame(calls, theirs->answers, their->ours.user, strlen(their->ours.user),
				      more);
	return calls->msg_send(part, theirs->answers, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* 1: one is through; 0: there was none yet; -1: libzmq says why not. */
static int pass(struct tap_theirs *theirs, struct tap_asker *asker)
{
	const struct tap_auth_calls *calls = theirs->calls;
	struct name name = {0};
	struct their *their;
	size_t size = sizeof(int);
	zmq_msg_t part;
	int length = calls->recv(asker->socket, &name, sizeof(name), ZMQ_DONTWAIT), more = 0;
	bool passed;

	if (length < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (calls->getsockopt(asker->socket, ZMQ_RCVMORE, &more, &size))
		return -1;
	their = more ? named(asker, &name, length) : NULL;
	calls->msg_init(&part);
	passed = !their || tap_send_frame(calls, theirs->answers, their->by, their->by_length, true);
	while (passed && more) {
		passed = calls->msg_recv(&part, asker->socket, ZMQ_DONTWAIT) >= 0;
		more = passed && calls->msg_more(&part);
		passed = passed && pass_frame(theirs, their, &part, more);
	}
	calls->msg_close(&part);
	if (!passed)
		return -1;
	if (their) {
		tell_answer(their);
		their->waits = false;
		asker->waiting--;
	}
	return 1;
}

int tap_theirs_pass(struct tap_theirs *theirs)
{
	int passed = 0;

	for (unsigned i = 0; i < theirs->count; i++) {
		int result = pass(theirs, theirs->asker[i]);

		if (result < 0)
			return -1;
		passed += result;
	}
	return passed;
}

void tap_theirs_tidy(struct tap_theirs *theirs, uint32_t gone)
{
	for (unsigned i = 0; gone != theirs->gone && i < theirs->count; i++)
		for (unsigned j = 0; j < TAP_PIPES; j++) {
			struct their *their = &theirs->asker[i]->pipe[j];

			if (their->waits && !tap_socket_handler_lives(their->handler))
				give_up(theirs->asker[i], their, CLOSED);
		}
	theirs->gone = gone;
	close_answered(theirs);
}

unsigned tap_theirs_waits(const struct tap_theirs *theirs, struct pollfd *waits)
{
	for (unsigned i = 0; i < theirs->count; i++)
		waits[i] = (struct pollfd){.fd = theirs->asker[i]->readable, .events = POLLIN};
	return theirs->count;
}
