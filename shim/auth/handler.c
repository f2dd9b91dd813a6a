/* SPDX-License-Identifier: MIT */
/*
 * A handler in each context that needs one: a REP socket of the program's libzmq at the address of RFC 27,
 * and a thread that answers there. It takes no signal of the host's.
 *
 * It waits outside of libzmq, for the descriptor that libzmq gives it (ZMQ_FD). The end of the context wakes
 * it there, is told by the next call (ETERM), and waits until its socket is closed; so the wrappers of what
 * ends a context have only to wait for its way out. A child of fork has none of its parent's, whose contexts
 * it cannot use.
 */
#include "shim/auth/handler.h"

#include "shim/auth/auth.h"
#include "shim/auth/brake.h"
#include "shim/wire/abroad.h"
#include "shim/zmq/zmq.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#define HANDLER "inproc://zeromq.zap.01"
#define STACK (256u << 10)

/* The frames of a question; those of the mechanism come last. */
enum { VERSION, ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, FIRST, SECOND, FRAMES };

struct calls {
	__typeof__(&zmq_socket) socket;
	__typeof__(&zmq_close) close;
	__typeof__(&zmq_bind) bind;
	__typeof__(&zmq_unbind) unbind;
	__typeof__(&zmq_setsockopt) setsockopt;
	__typeof__(&zmq_getsockopt) getsockopt;
	__typeof__(&zmq_send) send;
	__typeof__(&zmq_recv) recv;
};

struct handler {
	struct handler *next;
	const void *context;
	uint32_t runs_in; /* lineage */
	pthread_t thread;
	struct calls calls;
	void *socket;
	int readable, stop; /* descriptors: libzmq's, and ours to end it */
	unsigned frames;
	size_t length[FRAMES];
	char frame[FRAMES][TAP_AUTH_USER + 1]; /* each ended by a NUL */
	struct tap_auth_answer answer;
	struct tap_auth_room room;
};

static struct tap_lock lock;
static struct handler *handlers;

/* --- one question */

/* 1: there is one; 0: not yet; -1: the context ends. */
static int take(struct handler *h)
{
	size_t size = sizeof(int);
	int more = 1;

	for (h->frames = 0; more; h->frames++) {
		unsigned at = h->frames < FRAMES ? h->frames : FRAMES - 1;
		int n = h->calls.recv(h->socket, h->frame[at], TAP_AUTH_USER, ZMQ_DONTWAIT);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		h->length[at] = (size_t)n;
		h->frame[at][n < TAP_AUTH_USER ? n : TAP_AUTH_USER] = 0;
		if (h->calls.getsockopt(h->socket, ZMQ_RCVMORE, &more, &size))
			return -1;
	}
	return 1;
}

static bool is_text(const struct handler *h, unsigned at)
{
	return at < h->frames && h->length[at] < TAP_AUTH_USER && strlen(h->frame[at]) == h->length[at];
}

static bool is_question(const struct handler *h)
{
	return h->frames >= FIRST && h->frames <= FRAMES && is_text(h, VERSION) &&
	       !strcmp(h->frame[VERSION], "1.0") && is_text(h, DOMAIN) && is_text(h, ADDRESS) &&
	       is_text(h, MECHANISM);
}

static struct tap_credentials credentials_of(const struct handler *h, const char *mechanism)
{
	struct tap_credentials said = {0};

	if (!strcmp(mechanism, "PLAIN") && h->frames == FRAMES && is_text(h, FIRST) && is_text(h, SECOND)) {
		said.user = h->frame[FIRST];
		said.password = h->frame[SECOND];
	}
	if (!strcmp(mechanism, "CURVE") && h->frames == SECOND && h->length[FIRST] == TAP_KEY)
		said.key = (const uint8_t *)h->frame[FIRST];
	return said;
}

static int mechanism_number(const char *name)
{
	static const char *const names[] = {"NULL", "PLAIN", "CURVE", "GSSAPI"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static void put_rule(struct tr_draft *d, const struct pol_verdict *verdict)
{
	if (verdict->rule)
		tr_put_text(d, TR_F_RULE, verdict->rule);
	if (verdict->line)
		tr_put_u32(d, TR_F_LINE, verdict->line);
	if (verdict->reason[0])
		tr_put_text(d, TR_F_REASON, verdict->reason);
}

static void tell_refusal(const struct pol_visitor *visitor, const struct pol_verdict *verdict)
{
	struct tr_draft *d = tr_begin(verdict->audit ? TR_E_would_refuse : TR_E_refused);

	if (!d)
		return;
	tr_comment(d, verdict->audit ? "would refuse: " : "refused: ");
	tr_comment(d, verdict->reason);
	tr_put_u32(d, TR_F_ROLE, TR_ROLE_SERVER);
	put_rule(d, verdict);
	tr_put_text(d, TR_F_SUBJECT, visitor->address);
	tr_commit(d);
}

void tap_auth_tell(const struct pol_visitor *visitor, const struct tap_auth_answer *answer)
{
	int mechanism = mechanism_number(visitor->mechanism);
	struct tr_draft *d;

	if (answer->verdict.action == POL_DENY)
		tell_refusal(visitor, &answer->verdict);
	if (answer->status == 400)
		tap_brake_count(visitor->address, visitor->principal, answer->verdict.reason);
	d = tr_begin(TR_E_authentication);
	if (!d)
		return;
	tr_put_text(d, TR_F_DOMAIN, visitor->domain);
	tr_put_text(d, TR_F_ADDRESS, visitor->address);
	if (mechanism >= 0)
		tr_put_u32(d, TR_F_MECHANISM, (uint32_t)mechanism);
	if (answer->status == 200)
		tr_put_text(d, TR_F_USER_ID, answer->user);
	tr_put_u32(d, TR_F_ZAP_STATUS, (uint32_t)answer->status);
	put_rule(d, &answer->verdict);
	d->comment = answer->status == 200 ? "a peer is let in" : "a peer is not let in";
	tr_commit(d);
}

/*
 * In audit mode whoever came in without us does: by NULL and CURVE, of which libzmq asks a handler where
 * there is one. Nobody does by PLAIN, which is nothing without a handler.
 */
static void pass_over(struct tap_auth_answer *answer, const char *mechanism)
{
	answer->status = strcmp(mechanism, "PLAIN") != 0 ? 200 : 400;
	answer->user[0] = 0;
}

static void decide(struct handler *h)
{
	struct pol_visitor visitor = {.address = h->frame[ADDRESS], .mechanism = h->frame[MECHANISM]};
	const struct tap_credentials said = credentials_of(h, visitor.mechanism);
	const struct pol *policy;
	uint32_t rule;
	bool enforces;

	visitor.domain = tap_auth_unmark(h->frame[DOMAIN], &rule);
	if (rule == TAP_AUTH_PASS) {
		h->answer.status = 200;
		h->answer.user[0] = 0;
		return;
	}
	if (!strcmp(visitor.mechanism, "GSSAPI") && is_text(h, FIRST))
		visitor.principal = h->frame[FIRST];
	/* Those that were accepted before that: libzmq closes them without a word. */
	if (tap_brake_holds(visitor.address, visitor.principal)) {
		h->answer.status = 300;
		h->answer.user[0] = 0;
		return;
	}
	policy = tap_policy_take();
	rule = tap_auth_place_rule(policy, rule, visitor.domain);
	tap_auth_decide(policy, rule, &visitor, &said, &h->room, &h->answer);
	enforces = pol_enforces(policy);
	tap_policy_give(policy);
	tap_auth_tell(&visitor, &h->answer);
	if (!enforces)
		pass_over(&h->answer, visitor.mechanism);
}

static bool send_frame(const struct handler *h, const void *bytes, size_t length, bool more)
{
	return h->calls.send(h->socket, bytes, length, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

static bool reply(const struct handler *h)
{
	static const char *const texts[] = {"OK", "Temporary error", "Not let in", "Internal error"};
	const char *text = texts[h->answer.status / 100 - 2];
	char status[4] = "";
	bool has_id = h->frames > ID && h->length[ID] <= TAP_AUTH_USER;

	tap_append_number(status, sizeof(status), (uint64_t)h->answer.status);
	return send_frame(h, "1.0", 3, true) &&
	       send_frame(h, h->frame[ID], has_id ? h->length[ID] : 0, true) &&
	       send_frame(h, status, 3, true) && send_frame(h, text, strlen(text), true) &&
	       send_frame(h, h->answer.user, strlen(h->answer.user), true) && send_frame(h, "", 0, false);
}

/* False: the context ends. */
static bool answer_all(struct handler *h)
{
	int took;
	bool replied = true;

	while (replied && (took = take(h)) > 0) {
		h->answer.status = 500;
		h->answer.user[0] = 0;
		if (is_question(h))
			decide(h);
		replied = reply(h);
		for (unsigned i = 0; i < FRAMES; i++)
			explicit_bzero(h->frame[i], sizeof(h->frame[i]));
	}
	return replied && !took;
}

/* --- the thread */

static void *run(void *argument)
{
	struct handler *h = argument;
	struct pollfd waits[2] = {{.fd = h->readable, .events = POLLIN}, {.fd = h->stop, .events = POLLIN}};
	bool goes_on;

	tap_quiet_begin();
	do {
		tap_abroad_go();
		goes_on = answer_all(h);
		tap_abroad_return();
		if (goes_on)
			poll(waits, 2, -1);
		goes_on = goes_on && !(waits[1].revents & POLLIN);
	} while (goes_on);
	tap_abroad_go();
	/* At once: who closes the socket leaves that to another thread. */
	h->calls.unbind(h->socket, HANDLER);
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

static bool find_calls(const struct tap_scope *scope, struct calls *calls)
{
	*calls = (struct calls){
		.socket = TAP_OTHER(scope, zmq_socket),
		.close = TAP_OTHER(scope, zmq_close),
		.bind = TAP_OTHER(scope, zmq_bind),
		.unbind = TAP_OTHER(scope, zmq_unbind),
		.setsockopt = TAP_OTHER(scope, zmq_setsockopt),
		.getsockopt = TAP_OTHER(scope, zmq_getsockopt),
	};
	if (!calls->socket || !calls->close || !calls->bind || !calls->unbind || !calls->setsockopt ||
	    !calls->getsockopt)
		return false;
	calls->send = (__typeof__(&zmq_send))tap_beside((void *)calls->socket, "zmq_send");
	calls->recv = (__typeof__(&zmq_recv))tap_beside((void *)calls->socket, "zmq_recv");
	return calls->send && calls->recv;
}

static bool open_socket(struct handler *h, void *context, char *reason, size_t size)
{
	size_t length = sizeof(h->readable);
	int none = 0;

	tap_copy(reason, size, "no socket could be made to answer libzmq who may come in");
	h->socket = h->calls.socket(context, ZMQ_REP);
	if (!h->socket)
		return false;
	if (!h->calls.setsockopt(h->socket, ZMQ_LINGER, &none, sizeof(none)) &&
	    !h->calls.getsockopt(h->socket, ZMQ_FD, &h->readable, &length)) {
		tap_copy(reason, size, "something else answers libzmq who may come in, at " HANDLER);
		if (!h->calls.bind(h->socket, HANDLER))
			return true;
	}
	h->calls.close(h->socket);
	return false;
}

static void drop(struct handler *h)
{
	if (h->stop >= 0)
		close(h->stop);
	munmap(h, sizeof(*h));
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
	h->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (h->stop >= 0 && find_calls(scope, &h->calls) && open_socket(h, context, reason, size)) {
		tap_copy(reason, size, "no thread could be started to answer libzmq who may come in");
		if (start_thread(h))
			return h;
		h->calls.close(h->socket);
	}
	drop(h);
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

static struct handler *taken_out(const void *context)
{
	struct handler **at, *h;

	if (!tap_lock(&lock))
		return NULL;
	at = place_of(context);
	h = *at;
	if (h)
		*at = h->next;
	tap_unlock(&lock);
	return h;
}

void tap_auth_ended(const void *context)
{
	struct handler *h = taken_out(context);

	if (!h)
		return;
	pthread_join(h->thread, NULL);
	drop(h);
}

void tap_auth_yield(const void *context)
{
	struct handler *h = taken_out(context);
	uint64_t one = 1;
	int saved = errno;

	if (h && write(h->stop, &one, sizeof(one)) == sizeof(one)) {
		pthread_join(h->thread, NULL);
		drop(h);
	}
	errno = saved;
}
