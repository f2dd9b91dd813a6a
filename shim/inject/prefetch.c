/* SPDX-License-Identifier: MIT */
/*
 * prefetch (facts Z11): service tickets for injected connections, fetched by a thread of ours, because a KDC
 * that does not answer would otherwise stop libzmq's I/O thread and every connection on it.
 *
 * Until a ticket is there (fetch.c) a handshake is not begun: it fails at once, and libzmq comes back for it.
 */
#include "shim/inject/prefetch.h"
#include "shim/wire/abroad.h"
#include "shim/inject/fetch.h"
#include "shim/zmq/zmq.h"

#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SERVICES 4096 /* as many as there are ties */
#define RETRY_S 1
#define MARGIN_S 1 /* so near its end a ticket is not used: the library would fetch another */
/* A ticket that is there is looked at again: it may have been thrown away. */
#define AGAIN_S 30
#define RENEW_S 90 /* left of a ticket when another is fetched */

struct service {
	struct tap_wanted_ticket wanted;
	time_t next;	   /* monotonic seconds: when to look */
	time_t good_until; /* 0: no ticket yet */
	char reason[200];
};

static struct service services[SERVICES];
static unsigned count;
static struct tap_lock lock;
static int news;      /* counts services, so that the thread looks at a new one at once */
static pid_t runs_in; /* a child after fork has no thread until it asks for one */

static time_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static void look(struct service *s)
{
	char reason[TAP_TEXT];
	OM_uint32 lifetime = tap_fetch(&s->wanted, RENEW_S, reason);
	time_t now = seconds();

	if (!tap_lock(&lock))
		return;
	if (lifetime) {
		s->good_until = now + (time_t)lifetime;
		/* Twice before its end, so that a KDC that is away once does not matter. */
		s->next = now + (lifetime / 2 < AGAIN_S ? (time_t)lifetime / 2 + 1 : AGAIN_S);
	} else {
		tap_copy(s->reason, sizeof(s->reason), reason);
		s->next = now + RETRY_S;
		/* A ticket that was there stays good to its end: the KDC is only away. */
		if (s->good_until <= now)
			s->good_until = 0;
	}
	tap_unlock(&lock);
}

static void *work(void *unused)
{
	(void)unused;
	tap_quiet_begin();
	for (;;) {
		int seen = __atomic_load_n(&news, __ATOMIC_ACQUIRE);
		time_t now = seconds(), next = now + AGAIN_S;
		struct timespec until = {0};

		for (unsigned i = 0; i < __atomic_load_n(&count, __ATOMIC_ACQUIRE); i++) {
			if (services[i].next <= now)
				look(&services[i]);
			if (services[i].next < next)
				next = services[i].next;
		}
		until.tv_sec = next;
		syscall(SYS_futex, &news, FUTEX_WAIT_BITSET_PRIVATE, seen, &until, NULL,
			FUTEX_BITSET_MATCH_ANY);
	}
	return NULL;
}

/* Locked. The thread takes no signal of the host's and ends with the process. */
static void start_thread(void)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;

	__atomic_add_fetch(&news, 1, __ATOMIC_RELEASE);
	if (runs_in == getpid()) {
		syscall(SYS_futex, &news, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0);
		return;
	}
	tap_abroad_anew();
	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	pthread_attr_setstacksize(&attributes, 512 << 10);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!pthread_create(&thread, &attributes, work, NULL))
		runs_in = getpid();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
}

static struct service *find(const char *principal, const char *name)
{
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(services[i].wanted.name, name) &&
		    !strcmp(services[i].wanted.principal, principal))
			return &services[i];
	return NULL;
}

void tap_prefetch(const struct tap_scope *scope, struct tap_tie *tie, const struct pol_inject *rule,
		  const char *principal, const char *name)
{
	struct service *s;
	int saved = errno;

	if (!tap_lock(&lock))
		return;
	s = find(principal, name);
	if (!s && count < SERVICES) {
		s = &services[count];
		tap_copy(s->wanted.principal, sizeof(s->wanted.principal), principal);
		tap_copy(s->wanted.name, sizeof(s->wanted.name), name);
		s->wanted.principal_type = rule->principal_type;
		s->wanted.type = rule->service_type;
		s->wanted.caller = tap_caller_of((const void *)TAP_OTHER(scope, zmq_setsockopt));
		tap_copy(s->reason, sizeof(s->reason), "it is being fetched");
		__atomic_store_n(&count, count + 1, __ATOMIC_RELEASE);
	}
	tie->ticket = s ? (unsigned)(s - services) + 1 : 0;
	start_thread();
	tap_unlock(&lock);
	errno = saved;
}

bool tap_ticket_missing(const struct tap_tie *tie, char *reason, size_t size)
{
	struct service *s;
	bool missing;

	if (!tie || !tie->ticket || !tap_lock(&lock))
		return false;
	s = &services[tie->ticket - 1];
	missing = s->good_until <= seconds() + MARGIN_S;
	if (missing) {
		tap_copy(reason, size, "the service ticket is not there yet: ");
		tap_append(reason, size, s->reason);
	}
	tap_unlock(&lock);
	return missing;
}
