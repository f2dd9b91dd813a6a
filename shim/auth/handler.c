/* SPDX-License-Identifier: MIT */
/*
 * A handler in each context that needs one: a socket of the program's libzmq at the address of RFC 27, and a
 * thread that answers there, or asks the program's own handler in turn, which libzmq has by another name
 * (theirs.c). It takes no signal of the host's.
 *
 * It waits outside of libzmq, for the descriptor that libzmq gives it (ZMQ_FD). The end of the context wakes
 * it there, is told by the next call (ETERM), and waits until its sockets are closed; so the wrappers of what
 * ends a context have only to wait for its way out. A child of fork has none of its parent's, whose contexts
 * it cannot use.
 */
#include "shim/auth/handler.h"

#include "shim/auth/auth.h"
#include "shim/auth/brake.h"
#include "shim/auth/theirs.h"
#include "shim/wire/abroad.h"
#include "shim/zmq/zmq.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>

#define STACK (256u << 10)
#define PAUSE_MS 100

struct handler {
	struct handler *next;
	const void *context;
	uint32_t runs_in; /* lineage */
	pthread_t thread;
	struct tap_auth_calls calls;
	void *socket;
	int readable; /* libzmq's descriptor */
	struct tap_question question;
	struct tap_auth_answer answer;
	struct tap_theirs theirs;
	struct tap_auth_room room;
};

static struct tap_lock lock;
static struct handler *handlers;

/* --- one question */

/* What is known of the endpoint that it is about. */
struct about {
	bool asks;     /* zmq.auth has a say in it */
	bool enforces; /* the program has set ZMQ_ZAP_ENFORCE_DOMAIN */
	bool audits;   /* ... and the policy only looks on */
};

/*
 * In audit mode whoever came in without us does: by NULL and CURVE, of which libzmq asks a handler where
 * there is one. Nobody does by PLAIN, which is nothing without a handler.
 */
static void pass_over(struct tap_auth_answer *answer, const struct pol_visitor *visitor, bool enforces)
{
	bool lacks = !strcmp(visitor->mechanism, "PLAIN") || (enforces && *visitor->domain);

	answer->status = lacks ? 400 : 200;
	answer->user[0] = 0;
}

static bool reply_status(struct handler *h, int status)
{
	h->answer.status = status;
	h->answer.user[0] = 0;
	return tap_question_reply(&h->calls, h->socket, &h->question, &h->answer);
}

/* The program's handler, whose answer is final. */
static bool ask(struct handler *h, const struct pol_visitor *visitor, uint32_t theirs)
{
	struct tap_auth_answer *answer = &h->answer;
	bool told = answer->status != 200;

	if (tap_theirs_ask(&h->theirs, theirs, &h->question, visitor, answer))
		return true;
	if (errno == ETERM)
		return false;
	answer->status = 300;
	answer->verdict = (struct pol_verdict){.action = POL_ALLOW};
	tap_copy(answer->verdict.reason, sizeof(answer->verdict.reason),
		 "the program's ZAP handler could not be asked");
	if (!told)
		tap_auth_tell(visitor, answer);
	return reply_status(h, 300);
}

static bool ask_or_reply(struct handler *h, const struct pol_visitor *visitor, const struct about *about)
{
	struct tap_auth_answer *answer = &h->answer;
	uint32_t theirs = tap_theirs_for(h->context, visitor->mechanism, visitor->domain, about->enforces);

	if (about->audits)
		answer->user[0] = 0;
	if (theirs)
		return ask(h, visitor, theirs);
	if (answer->status == 200 && about->asks)
		tap_auth_tell(visitor, answer);
	if (about->audits)
		pass_over(answer, visitor, about->enforces);
	return tap_question_reply(&h->calls, h->socket, &h->question, answer);
}

static struct about judge(struct handler *h, uint32_t place, const struct pol_visitor *visitor)
{
	const struct tap_credentials said = tap_question_credentials(&h->question);
	const struct pol *policy = tap_policy_take();
	struct about about = {.asks = true, .audits = !pol_enforces(policy)};
	uint32_t rule = tap_auth_place_rule(policy, place, visitor->domain, &about.enforces);

	tap_auth_decide(policy, rule, visitor, &said, &h->room, &h->answer);
	tap_policy_give(policy);
	return about;
}

static bool decide(struct handler *h)
{
	const struct tap_question *question = &h->question;
	struct pol_visitor visitor = {.address = question->frame[ASKED_ADDRESS],
				      .mechanism = question->frame[ASKED_MECHANISM]};
	struct about about = {0};
	uint32_t place;

	h->answer = (struct tap_auth_answer){.status = 200};
	visitor.domain = tap_auth_unmark(question->frame[ASKED_DOMAIN], &place);
	if (place == TAP_AUTH_PASS)
		return reply_status(h, 200);
	if (place == TAP_AUTH_THEIRS) /* our own engine decides by itself */
		return ask_or_reply(h, &visitor, &about);
	if (!strcmp(visitor.mechanism, "GSSAPI") && tap_question_is_text(question, ASKED_FIRST))
		visitor.principal = question->frame[ASKED_FIRST];
	/* Those that were accepted before that: libzmq closes them without a word. */
	if (tap_brake_holds(visitor.address, visitor.principal))
		return reply_status(h, 300);
	about = judge(h, place, &visitor);
	if (h->answer.status != 200)
		tap_auth_tell(&visitor, &h->answer);
	if (h->answer.status != 200 && !about.audits)
		return tap_question_reply(&h->calls, h->socket, question, &h->answer);
	return ask_or_reply(h, &visitor, &about);
}

/* False: libzmq says why not. */
static bool answer_one(struct handler *h)
{
	bool goes_on = true;

	if (tap_question_is_good(&h->question))
		goes_on = decide(h);
	else if (tap_question_is_one(&h->question))
		goes_on = reply_status(h, 500);
	explicit_bzero(&h->question, sizeof(h->question));
	return goes_on;
}

/* Until nothing is there to be done. False: libzmq says why not. */
static bool answer_all(struct handler *h)
{
	int took, passed;

	do {
		/* Who answers and closes has answered: that is known only where nothing is left to be read.
		 */
		uint32_t gone = tap_socket_handlers_gone();

		passed = tap_theirs_pass(&h->theirs);
		if (!passed)
			tap_theirs_tidy(&h->theirs, gone);
		took = passed < 0 ? 0 : tap_question_take(&h->calls, h->socket, &h->question);
		if (passed < 0 || took < 0 || (took && !answer_one(h)))
			return false;
	} while (passed || took);
	return true;
}

/* --- the thread */

static void wait_for_work(const struct handler *h)
{
	struct pollfd waits[1 + TAP_ASKERS] = {{.fd = h->readable, .events = POLLIN}};

	poll(waits, 1 + tap_theirs_waits(&h->theirs, waits + 1), -1);
}

/*
 * It ends with its context, and by nothing else: without a handler libzmq lets in whoever comes by CURVE.
 * What else may fail is tried again.
 */
static void *run(void *argument)
{
	struct handler *h = argument;
	bool good, over;

	tap_quiet_begin();
	do {
		tap_abroad_go();
		errno = 0;
		good = answer_all(h);
		over = !good && errno == ETERM;
		tap_abroad_return();
		if (good)
			wait_for_work(h);
		else if (!over)
			poll(NULL, 0, PAUSE_MS);
	} while (!over);
	tap_abroad_go();
	tap_theirs_close(&h->theirs);
	h->calls.close(h->socket);
	tap_abroad_return();
	return NULL;
}

static bool start_thread(struct handler *h)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	bool started;

	tap_abroad_anew();
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = !pthread_create(&h->thread, &attributes, run, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

static bool open_socket(struct handler *h, void *context, char *reason, size_t size)
{
	size_t length = sizeof(h->readable);
	int none = 0;

	tap_copy(reason, size, "no socket could be made to answer libzmq who may come in");
	h->socket = h->calls.socket(context, ZMQ_ROUTER);
	if (!h->socket)
		return false;
	if (!h->calls.setsockopt(h->socket, ZMQ_LINGER, &none, sizeof(none)) &&
	    !h->calls.getsockopt(h->socket, ZMQ_FD, &h->readable, &length)) {
		tap_copy(reason, size, "something else answers libzmq who may come in, at " TAP_ZAP);
		if (!h->calls.bind(h->socket, TAP_ZAP))
			return true;
	}
	h->calls.close(h->socket);
	return false;
}

static struct handler *make(const struct tap_scope *scope, void *context, char *reason, size_t size)
{
	struct handler *h =
		mmap(NULL, sizeof(*h), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	tap_copy(reason, size, "there is no memory to answer libzmq who may come in");
	if (h == MAP_FAILED)
		return NULL;
	h->context = context;
	h->runs_in = tap_lineage();
	h->room.lines.fd = -1;
	if (tap_auth_find_calls(scope, &h->calls) && open_socket(h, context, reason, size)) {
		h->theirs.calls = &h->calls;
		h->theirs.context = context;
		h->theirs.answers = h->socket;
		tap_copy(reason, size, "no thread could be started to answer libzmq who may come in");
		if (start_thread(h))
			return h;
		h->calls.close(h->socket);
	}
	munmap(h, sizeof(*h));
	return NULL;
}

static struct handler **place_of(const void *context)
{
	struct handler **at = &handlers;

	while (*at && ((*at)->context != context || (*at)->runs_in != tap_lineage()))
		at = &(*at)->next;
	return at;
}

bool tap_auth_serve(const struct tap_scope *scope, void *context, char *reason, size_t size)
{
	struct handler **at, *h;

	tap_copy(reason, size, "a signal handler opens an endpoint in the middle of another call");
	if (!tap_lock(&lock))
		return false;
	at = place_of(context);
	h = *at;
	if (!h) {
		tap_quiet_begin();
		h = make(scope, context, reason, size);
		tap_quiet_end();
		if (h) {
			h->next = handlers;
			handlers = h;
		}
	}
	tap_unlock(&lock);
	return h;
}

void tap_auth_ended(const void *context)
{
	struct handler **at, *h;

	if (!tap_lock(&lock))
		return;
	at = place_of(context);
	h = *at;
	if (h)
		*at = h->next;
	tap_unlock(&lock);
	if (!h)
		return;
	pthread_join(h->thread, NULL);
	munmap(h, sizeof(*h));
}
