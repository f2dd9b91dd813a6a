/* SPDX-License-Identifier: MIT */
/*
 * prefetch (facts Z11): service tickets for injected connections, fetched by a thread of ours, because a KDC
 * that does not answer would otherwise stop libzmq's I/O thread and every connection on it.
 *
 * The thread makes the first token for each service, as libzmq will, and throws it away: what stays is the
 * ticket in the program's cache (from a client keytab, too). Until it is there a handshake is not begun: it
 * fails at once, and libzmq comes back for it.
 */
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SERVICES 64
#define RETRY_S 1
#define MARGIN_S 1 /* so near its end a ticket is not used: the library would fetch another */
/* A ticket that is there is looked at again: it may have been thrown away. */
#define AGAIN_S 30
#define RENEW_S 90 /* left of a ticket when another is fetched */

struct service {
	char principal[240], name[240];
	enum pol_nametype principal_type, type;
	const struct tap_caller *caller; /* the libzmq whose GSSAPI library is to be asked */
	time_t next;			 /* monotonic seconds: when to look */
	time_t good_until;		 /* 0: no ticket yet */
	char reason[200];
};

static struct service services[SERVICES];
static unsigned count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static pid_t runs_in; /* a child after fork has no thread until it asks for one */

static time_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static gss_name_t import(const struct tap_scope *scope, const char *text, enum pol_nametype type)
{
	static gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static gss_OID_desc user = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"};
	static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
	__typeof__(&gss_import_name) import_name = TAP_OTHER(scope, gss_import_name);
	gss_buffer_desc buffer = {strlen(text), (void *)text};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	if (import_name)
		import_name(&minor, &buffer,
			    type == POL_NT_KRB5_PRINCIPAL ? &principal
			    : type == POL_NT_USER_NAME	  ? &user
							  : &hostbased,
			    &name);
	return name;
}

/* One look: makes a first token. Lifetime in seconds, or 0 with the reason in tap_thread.text. */
static OM_uint32 fetch(const struct service *s)
{
	static gss_OID_desc krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
	struct tap_scope scope = {.caller = s->caller};
	__typeof__(&gss_acquire_cred) acquire = TAP_OTHER(&scope, gss_acquire_cred);
	__typeof__(&gss_init_sec_context) init = TAP_OTHER(&scope, gss_init_sec_context);
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(&scope, gss_delete_sec_context);
	__typeof__(&gss_release_cred) release_cred = TAP_OTHER(&scope, gss_release_cred);
	__typeof__(&gss_release_name) release_name = TAP_OTHER(&scope, gss_release_name);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(&scope, gss_release_buffer);
	gss_name_t target = import(&scope, s->name, s->type), own = GSS_C_NO_NAME;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	gss_buffer_desc token = {0, NULL};
	OM_uint32 major, minor, ignored, lifetime = 0;

	tap_copy(tap_thread.text, sizeof(tap_thread.text), "the GSSAPI library lacks a function");
	if (!acquire || !init || !delete || !release_cred || !release_name || !release || !target)
		return 0;
	if (s->principal[0])
		own = import(&scope, s->principal, s->principal_type);
	major = acquire(&minor, own, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_INITIATE, &cred, NULL, NULL);
	if (major == GSS_S_COMPLETE)
		major = init(&minor, cred, &context, target, &krb5, 0, 0, GSS_C_NO_CHANNEL_BINDINGS,
			     GSS_C_NO_BUFFER, NULL, &token, NULL, &lifetime);
	if (GSS_ERROR(major))
		tap_minor_text(&scope, minor, &krb5);
	else if (!lifetime)
		lifetime =
			3600; /* not told before the context is complete: it is looked at again soon enough */
	release(&ignored, &token);
	if (context != GSS_C_NO_CONTEXT)
		delete (&ignored, &context, GSS_C_NO_BUFFER);
	if (cred != GSS_C_NO_CREDENTIAL)
		release_cred(&ignored, &cred);
	if (own != GSS_C_NO_NAME)
		release_name(&ignored, &own);
	release_name(&ignored, &target);
	return GSS_ERROR(major) ? 0 : lifetime;
}

static void look(unsigned i)
{
	struct service copy = services[i], *s = &services[i];
	OM_uint32 lifetime, renewed = 0;
	time_t now;

	pthread_mutex_unlock(&lock);
	lifetime = fetch(&copy);
	if (lifetime && lifetime <= RENEW_S)
		renewed = tap_renew(copy.principal, copy.principal_type, copy.name, copy.type);
	if (renewed > lifetime)
		lifetime = renewed;
	pthread_mutex_lock(&lock);
	now = seconds();
	if (lifetime) {
		s->good_until = now + (time_t)lifetime;
		/* Twice before its end, so that a KDC that is away once does not matter. */
		s->next = now + (lifetime / 2 < AGAIN_S ? (time_t)lifetime / 2 + 1 : AGAIN_S);
	} else {
		tap_copy(s->reason, sizeof(s->reason), tap_thread.text);
		s->next = now + RETRY_S;
		/* A ticket that was there stays good to its end: the KDC is only away. */
		if (s->good_until <= now)
			s->good_until = 0;
	}
}

static void *work(void *unused)
{
	struct timespec until;

	(void)unused;
	tap_quiet_begin();
	pthread_mutex_lock(&lock);
	for (;;) {
		time_t now = seconds(), next = now + AGAIN_S;

		for (unsigned i = 0; i < count; i++) {
			if (services[i].next <= now)
				look(i);
			if (services[i].next < next)
				next = services[i].next;
		}
		until.tv_sec = next;
		until.tv_nsec = 0;
		if (next > seconds())
			pthread_cond_timedwait(&wake, &lock, &until);
	}
	return NULL;
}

/* With the lock held. The thread takes no signal of the host's and ends with the process. */
static void start_thread(void)
{
	pthread_condattr_t clock;
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t thread;

	if (runs_in == getpid()) {
		pthread_cond_signal(&wake);
		return;
	}
	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&wake, &clock);
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
		if (!strcmp(services[i].name, name) && !strcmp(services[i].principal, principal))
			return &services[i];
	return NULL;
}

void tap_prefetch(const struct tap_scope *scope, struct tap_tie *tie, const struct pol_inject *rule,
		  const char *principal, const char *name)
{
	struct service *s;
	int saved = errno;

	/* After a fork the lock may be held by nobody. */
	if (runs_in && runs_in != getpid())
		lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	pthread_mutex_lock(&lock);
	s = find(principal, name);
	if (!s && count < SERVICES) {
		s = &services[count];
		tap_copy(s->principal, sizeof(s->principal), principal);
		tap_copy(s->name, sizeof(s->name), name);
		s->principal_type = rule->principal_type;
		s->type = rule->service_type;
		s->caller = tap_caller_of((const void *)TAP_OTHER(scope, zmq_setsockopt));
		tap_copy(s->reason, sizeof(s->reason), "it is being fetched");
		count++;
	}
	tie->service = s ? (unsigned)(s - services) + 1 : 0;
	start_thread();
	pthread_mutex_unlock(&lock);
	errno = saved;
}

bool tap_ticket_missing(const struct tap_tie *tie, char *reason, size_t size)
{
	struct service *s;
	bool missing;

	if (!tie || !tie->service)
		return false;
	pthread_mutex_lock(&lock);
	s = &services[tie->service - 1];
	missing = s->good_until <= seconds() + MARGIN_S;
	if (missing) {
		tap_copy(reason, size, "the service ticket is not there yet: ");
		tap_append(reason, size, s->reason);
	}
	pthread_mutex_unlock(&lock);
	return missing;
}
