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
#define LOOK_MS 1000 /* whether a question has waited for long */

struct handler {
	struct handler *next;
	const void *context;
	uint32_t runs_in; /* lineage */
	pthread_t thread;
	struct tap_auth_calls calls;
	void *socket;
	int readable; /* libzmq's descriptor */
	bool full;    /* there is no place for a question */
	struct tap_question question;
	struct tap_auth_answer answer;
	struct tap_theirs theirs;
	struct tap_auth_room room;
};

static struct tap_lock lock;
static struct handler *handlers;

/* --- one question */

/*
 * In audit mode whoever came in without us does: by NULL and CURVE, of which libzmq asks a handler where
 * there is one. Nobody does by PLAIN, which is nothing without a handler.
 */
static void pass_over(struct tap_auth_answer *answer, const char *mechanism)
{
	answer->status = strcmp(mechanism, "PLAIN") != 0 ? 200 : 400;
	answer->user[0] = 0;
}

static bool reply_status(struct handler *h, int status)
{
	h->answer.status = status;
	h->answer.user[0] = 0;
	return tap_question_reply(&h->calls, h->socket, &h->question, &h->answer);
}

/* The program's handler, whose answer is final. False: the context ends. */
static bool ask(struct handler *h, const struct pol_visitor *visitor, const char *theirs)
{
	struct tap_auth_answer *answer = &h->answer;
	bool told = answer->status != 200;

	if (tap_theirs_ask(&h->theirs, theirs, &h->question, visitor, answer))
		return true;
	answer->status = 300;
	tap_copy(answer->verdict.reason, sizeof(answer->verdict.reason),
		 "the program's ZAP handler could not be asked");
	if (!told)
		tap_auth_tell(visitor, answer);
	return reply_status(h, 300);
}

/* False: the context ends. */
static bool ask_or_reply(struct handler *h, const struct pol_visitor *visitor, bool enforces)
{
	struct tap_auth_answer *answer = &h->answer;
	const char *theirs = tap_theirs_at(h->context, &h->question, visitor->domain);

	if (theirs) {
		if (!enforces)
			answer->user[0] = 0;
		return ask(h, visitor, theirs);
	}
	if (answer->status == 200)
		tap_auth_tell(visitor, answer);
	if (!enforces)
		pass_over(answer, visitor->mechanism);
	return tap_question_reply(&h->calls, h->socket, &h->question, answer);
}

/* Of a connection of our own engine, which has decided. */
static bool ask_theirs(struct handler *h, const struct pol_visitor *visitor)
{
	const char *theirs = tap_theirs_at(h->context, &h->question, visitor->domain);

	h->answer = (struct tap_auth_answer){.status = 200};
	return theirs ? ask(h, visitor, theirs) : reply_status(h, 200);
}

/* False: the context ends. */
static bool decide(struct handler *h)
{
	const struct tap_question *question = &h->question;
	struct pol_visitor visitor = {.address = question->frame[ASKED_ADDRESS],
				      .mechanism = question->frame[ASKED_MECHANISM]};
	const struct tap_credentials said = tap_question_credentials(question);
	const struct pol *policy;
	uint32_t rule;
	bool enforces;

	visitor.domain = tap_auth_unmark(question->frame[ASKED_DOMAIN], &rule);
	if (rule == TAP_AUTH_PASS)
		return reply_status(h, 200);
	if (rule == TAP_AUTH_THEIRS)
		return ask_theirs(h, &visitor);
	if (!strcmp(visitor.mechanism, "GSSAPI") && tap_question_is_text(question, ASKED_FIRST))
		visitor.principal = question->frame[ASKED_FIRST];
	/* Those that were accepted before that: libzmq closes them without a word. */
	if (tap_brake_holds(visitor.address, visitor.principal))
		return reply_status(h, 300);
	policy = tap_policy_take();
	rule = tap_auth_place_rule(policy, rule, visitor.domain);
	tap_auth_decide(policy, rule, &visitor, &said, &h->room, &h->answer);
	enforces = pol_enforces(policy);
	tap_policy_give(policy);
	if (h->answer.status != 200)
		tap_auth_tell(&visitor, &h->answer);
	if (h->answer.status != 200 && enforces)
		return tap_question_reply(&h->calls, h->socket, question, &h->answer);
	return ask_or_reply(h, &visitor, enforces);
}

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

/* Until nothing is there to be done. False: the context ends. */
static bool answer_all(struct handler *h)
{
	int took, passed;

	do {
		passed = tap_theirs_pass(&h->theirs);
		h->full = !tap_theirs_have_room(&h->theirs);
		took = h->full ? 0 : tap_question_take(&h->calls, h->socket, &h->question);
		if (passed < 0 || took < 0 || (took && !answer_one(h)))
			return false;
	} while (passed || took);
	return true;
}

/* --- the thread */

/* While there is no place for a question none is taken, and libzmq would say for ever that there is one. */
static void wait_for_work(const struct handler *h)
{
	struct pollfd waits[1 + TAP_THEIRS];
	nfds_t count = 0;

	if (!h->full)
		waits[count++] = (struct pollfd){.fd = h->readable, .events = POLLIN};
	for (unsigned i = 0; i < TAP_THEIRS; i++)
		if (h->theirs.place[i].socket)
			waits[count++] = (struct pollfd){.fd = h->theirs.place[i].readable, .events = POLLIN};
	poll(waits, count, h->full ? LOOK_MS : -1);
}

static void *run(void *argument)
{
	struct handler *h = argument;
	bool goes_on;

	tap_quiet_begin();
	do {
		tap_abroad_go();
		goes_on = answer_all(h);
		tap_abroad_return();
		if (goes_on)
			wait_for_work(h);
	} while (goes_on);
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
