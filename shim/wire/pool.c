/* SPDX-License-Identifier: MIT */
/*
 * Threads for what may wait: steps of handshakes (a KDC, a name server, a keytab on a slow disk), and bytes
 * of one for which the kernel has no room. libzmq's I/O threads never do, so a KDC that hangs costs no other
 * connection anything.
 *
 * One thread does the work, in the order in which it comes, so that handshakes end in the order in which they
 * were begun, as in libzmq's one thread; where it waits for somebody there are more (at_work.h), as many as
 * there is
 * work for, up to a bound. There is none while there is no work. Initiators have their own, so that those
 * that hang do not hold up who accepts, and an endpoint that hangs has few. A thread does not wait with a
 * connection's lock, and nobody waits for a thread: who closes a connection leaves it to it.
 */
#include "shim/wire/connection.h"

#include "shim/auth/brake.h"
#include "shim/wire/abroad.h"
#include "shim/wire/at_work.h"
#include "shim/wire/queue.h"

#include "shim/wire/zap.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define THREADS 256
#define STEPS 2 /* of an endpoint's initiators, at a time */
#define ASKS 8	/* of an endpoint whose peers a ZAP handler is asked about */
#define IDLE_NS 2000000000u
#define SENDING_MS 30000
#define STACK (512u << 10)

struct pool {
	struct tap_lock lock;
	struct wire_queue queue;
	struct wire_queue waiting; /* for a step of another connection of their endpoint */
	int news;		   /* counts what was put into the queue */
	unsigned threads, idle;
	struct wire_at_work *at_work; /* the last that has begun is the first */
	int ends;		      /* counts those that are through, */
	unsigned late;		      /* for as many as wait for one */
	uint32_t runs_in;	      /* lineage: a child after fork has none of its parent's */
};
static struct pool initiators, acceptors;

/* --- one piece of work */

static bool is_over(const struct wire *wire)
{
	return wire->closed || wire->phase == WIRE_DEAD;
}

/* What is left is sent as the kernel has room, by who has nothing else to do. Locked, also afterwards. */
static void send_all(struct wire *wire)
{
	struct pollfd writable = {.fd = wire->fd, .events = POLLOUT};
	int left = SENDING_MS;

	while (!is_over(wire)) {
		if (!tap_wire_flush(wire)) {
			tap_wire_fail(wire, "the connection broke in the handshake");
			return;
		}
		if (!wire_left(&wire->out))
			return;
		if (left <= 0) {
			tap_wire_fail(wire, "the peer takes nothing of the handshake");
			return;
		}
		tap_unlock(&wire->lock);
		tap_work_waits();
		poll(&writable, 1, 1000);
		tap_work_goes_on();
		left -= 1000;
		while (!tap_lock(&wire->lock))
			;
	}
}

static const char *why_not(struct wire *wire, char *room, size_t size)
{
	if (tap_brake_holds(NULL, wire->user))
		return "zmq.brake: its principal has failed too often";
	return tap_wire_zap(wire, room, size);
}

/* Behind `out`. */
static void answer(struct wire *wire, OM_uint32 major, const gss_buffer_desc *token, const char *why)
{
	char room[256];
	bool put = false;

	if (GSS_ERROR(major)) {
		/* GSSAPI's own reason is in the trace already. */
		if (why)
			tap_wire_fail(wire, why);
		else
			tap_wire_reset(wire);
		return;
	}
	wire->established = !(major & GSS_S_CONTINUE_NEEDED);
	why = wire->established && wire->server ? why_not(wire, room, sizeof(room)) : NULL;
	if (is_over(wire)) /* meanwhile: its descriptor may be somebody else's */
		return;
	if (why) {
		tap_wire_refuse(wire, why);
		return;
	}
	if (token->length)
		put = tap_frame_put_initiate(&wire->out, token->value, token->length);
	else if (!wire->server)
		put = tap_frame_put(&wire->out, FRAME_COMMAND, 0);
	if (!put)
		tap_wire_fail(wire, "there is no token to answer with, or no memory for it");
}

/* Locked, also afterwards. False: nothing has happened meanwhile. */
static bool wait_locked(struct pool *pool, int *counter, uint64_t ns)
{
	struct timespec patience = {.tv_sec = (time_t)(ns / 1000000000u),
				    .tv_nsec = (long)(ns % 1000000000u)};
	int seen = *counter;

	tap_unlock(&pool->lock);
	syscall(SYS_futex, counter, FUTEX_WAIT_PRIVATE, seen, &patience, NULL, 0);
	while (!tap_lock(&pool->lock))
		;
	return *counter != seen;
}

/* Those that have begun before this thread send what they have made before it does. The connection is locked,
 * also afterwards. */
static void wait_for_earlier(struct pool *pool, struct wire *wire)
{
	uint64_t ns;

	if (!wire_left(&wire->out))
		return;
	tap_unlock(&wire->lock);
	while (!tap_lock(&pool->lock))
		;
	tap_work_waits();
	pool->late++;
	while ((ns = tap_work_is_late()))
		wait_locked(pool, &pool->ends, ns);
	pool->late--;
	tap_work_goes_on();
	tap_unlock(&pool->lock);
	while (!tap_lock(&wire->lock))
		;
}

/* Locked. */
static void end_work(struct pool *pool)
{
	tap_work_end(&pool->at_work);
	pool->ends++;
	if (pool->late)
		syscall(SYS_futex, &pool->ends, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
}

/* Those that were accepted before their peer was held cost no more handshakes. */
static bool is_held(struct wire *wire)
{
	bool held = wire->server && wire->from[0] && tap_brake_holds(wire->from, NULL);

	if (held)
		tap_wire_refuse(wire, "zmq.brake: peers from its address have failed too often");
	return held;
}

/* Locked, also afterwards; the context is nobody else's meanwhile. */
static void step(struct wire *wire)
{
	struct wire_buffer token = wire->token;
	gss_buffer_desc given = {wire_left(&token), wire_front(&token)}, made;
	const char *why;
	OM_uint32 major;

	wire->token = (struct wire_buffer){0};
	tap_unlock(&wire->lock);
	tap_abroad_go();
	major = tap_wire_gss_step(wire, &given, &made, &why);
	while (!tap_lock(&wire->lock))
		;
	/* Also of who has gone meanwhile. */
	if (wire->fault)
		tap_wire_blame(wire, wire->fault);
	wire->fault = NULL;
	if (!is_over(wire))
		answer(wire, major, &made, why);
	wire->stepping = false;
	if (wire->closed)
		tap_wire_gss_delete(wire);
	tap_wire_gss_release(&made);
	tap_abroad_return();
	tap_wire_drop(&token);
}

static bool start_thread(struct pool *pool);

/* There is a thread that waits, and sees to it when the others do not get to what is queued. Locked. */
static void watch(struct pool *pool)
{
	if (!pool->idle && pool->threads < THREADS && start_thread(pool))
		pool->threads++;
}

/* The pool is locked. False: there is no thread for it. */
static bool put(struct pool *pool, struct wire *wire)
{
	watch(pool);
	if (!pool->threads)
		return false;
	tap_queue_add(&pool->queue, wire);
	pool->news++;
	syscall(SYS_futex, &pool->news, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	return true;
}

static bool needs_credential(const struct wire *wire)
{
	return wire->server && wire->tie->principal[0] &&
	       !__atomic_load_n(&wire->tie->credential, __ATOMIC_ACQUIRE);
}

/* How many of an endpoint's connections may be at GSSAPI at a time. */
static unsigned steps_most(const struct wire *wire)
{
	return !wire->server ? STEPS : needs_credential(wire) ? 1 : wire->tie->zap.context ? ASKS : UINT_MAX;
}

/*
 * What hangs for an endpoint takes few threads, however often libzmq comes again: a KDC that does not answer,
 * a ZAP handler, and an acceptor's first credential, for which a name is looked up. The endpoint's other
 * connections wait for that, and not other threads. False: this one does.
 */
static bool may_step(struct pool *pool, struct wire *wire)
{
	struct tap_tie *tie = wire->tie;
	bool may;

	while (!tap_lock(&pool->lock))
		;
	if (tie->steps_in != tap_lineage()) { /* a child of fork has none of its parent's threads */
		tie->steps_in = tap_lineage();
		tie->steps = 0;
	}
	may = tie->steps < steps_most(wire);
	if (may) {
		tie->steps++;
	} else {
		tap_queue_add(&pool->waiting, wire);
	}
	tap_unlock(&pool->lock);
	return may;
}

/* The next of those that wait, as many as may go on: each that comes to nothing passes its turn on. */
static void pass_on(struct pool *pool, const struct wire *from, bool stepped)
{
	struct tap_tie *tie = from->tie;
	struct wire *wire;
	unsigned turns;

	while (!tap_lock(&pool->lock))
		;
	if (stepped)
		tie->steps--;
	turns = steps_most(from) > tie->steps ? steps_most(from) - tie->steps : 0;
	for (; turns && (wire = tap_queue_next_of(&pool->waiting, tie)); turns--) {
		tap_queue_remove(&pool->waiting, wire);
		put(pool, wire); /* at least this thread is there */
	}
	tap_unlock(&pool->lock);
}

/* When the connection was closed meanwhile, what is left of it goes here, and calls libraries. Locked before.
 */
static void let_go(struct wire *wire)
{
	bool last = wire->closed;

	if (last) {
		tap_unlock(&wire->lock);
		tap_abroad_go();
		while (!tap_lock(&wire->lock))
			;
	}
	tap_wire_release(wire);
	if (last)
		tap_abroad_return();
}

static void work_for(struct pool *pool, struct wire *wire)
{
	while (!tap_lock(&wire->lock))
		;
	if (is_over(wire))
		pass_on(pool, wire, false);
	while (!is_over(wire) && (wire->stepping || wire->pushing)) {
		if (wire->stepping) {
			if (!may_step(pool, wire)) {
				tap_unlock(&wire->lock);
				return;
			}
			if (!is_held(wire))
				step(wire);
			pass_on(pool, wire, true);
			wire->pushing = true; /* nobody else is given it meanwhile */
			wait_for_earlier(pool, wire);
		}
		send_all(wire);
		wire->pushing = false;
	}
	wire->stepping = wire->pushing = false;
	let_go(wire);
}

/* --- the threads */

/* Locked, also afterwards. False: nothing came for a while. */
static bool wait_for_work(struct pool *pool, uint64_t ns)
{
	bool news;

	pool->idle++;
	news = wait_locked(pool, &pool->news, ns);
	pool->idle--;
	return ns < IDLE_NS || pool->queue.first || news;
}

static void *run(void *argument)
{
	struct pool *pool = argument;
	struct wire *wire;
	uint64_t theirs;

	while (!tap_lock(&pool->lock))
		;
	for (;;) {
		wire = tap_queue_next(&pool->queue);
		theirs = wire ? tap_work_is_theirs(pool->at_work) : 0;
		if (wire && !theirs) {
			tap_queue_remove(&pool->queue, wire);
			tap_work_begin(&pool->at_work, wire);
			if (pool->queue.first)
				watch(pool);
			tap_unlock(&pool->lock);
			work_for(pool, wire);
			while (!tap_lock(&pool->lock))
				;
			end_work(pool);
		} else if (!wait_for_work(pool, wire ? theirs : IDLE_NS)) {
			break;
		}
	}
	pool->threads--;
	tap_unlock(&pool->lock);
	return NULL;
}

/* It takes no signal of the host's. */
static bool start_thread(struct pool *pool)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;
	bool started;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, STACK);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	started = !pthread_create(&thread, &attributes, run, pool);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return started;
}

static void anew(struct pool *pool)
{
	if (pool->runs_in == tap_lineage())
		return;
	tap_abroad_anew();
	/* The lock stays as it is: others try to take it meanwhile. */
	memset(&pool->queue, 0, sizeof(*pool) - offsetof(struct pool, queue));
	pool->runs_in = tap_lineage();
}

bool tap_wire_submit(struct wire *wire)
{
	struct pool *pool = wire->server ? &acceptors : &initiators;
	bool there;

	if (!tap_lock(&pool->lock))
		return false;
	anew(pool);
	there = put(pool, wire);
	wire->references += there;
	tap_unlock(&pool->lock);
	return there;
}

bool tap_wire_push(struct wire *wire)
{
	if (!tap_wire_flush(wire))
		return false;
	if (!wire_left(&wire->out) || wire->pushing)
		return true;
	wire->pushing = true;
	return wire->stepping || tap_wire_submit(wire);
}
