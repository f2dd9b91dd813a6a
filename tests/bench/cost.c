/* SPDX-License-Identifier: MIT */
/*
 * The program that `make bench` measures: it times its own GSSAPI calls and knows nothing of gsstap.
 *
 *   cost release              ns a call of gss_release_buffer on an empty buffer
 *   cost wrap SIZE            ns a round: gss_wrap, gss_unwrap, two releases
 *   cost handshake            ns a handshake of both sides in this process
 *   cost threads COUNT SIZE   rounds a second of that many threads together
 *   cost memory COUNT         KiB: resident, anonymous, after that many threads have made calls
 *   cost events COUNT         makes about that many events, for decode to read
 *   cost handshakes COUNT     makes that many handshakes, for decode to read
 *
 * Prints one line. Times are medians over batches. Runs inside a realm with a ticket and a keytab for
 * host@localhost.
 */
#include <gssapi/gssapi.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCHES 41
#define BATCH_NS 4000000.0 /* aimed at; short enough that a busy machine spoils few batches */

struct pair {
	gss_ctx_id_t initiator, acceptor;
};

static gss_cred_id_t initiator_cred, acceptor_cred;
static gss_name_t target;
static size_t message_size;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* By address: arguments are evaluated in any order, and the call that is one of them sets it. */
static void check(OM_uint32 major, const OM_uint32 *minor, const char *what)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	if (!GSS_ERROR(major))
		return;
	gss_display_status(&ignored, *minor, GSS_C_MECH_CODE, GSS_C_NO_OID, &more, &text);
	fprintf(stderr, "cost: %s: %.*s\n", what, (int)text.length, (char *)text.value);
	exit(1);
}

static void set_up(void)
{
	gss_buffer_desc name = {sizeof("host@localhost") - 1, "host@localhost"};
	OM_uint32 minor;

	check(gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &target), &minor, "import_name");
	check(gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_INITIATE,
			       &initiator_cred, NULL, NULL),
	      &minor, "acquire_cred of the initiator");
	check(gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_ACCEPT,
			       &acceptor_cred, NULL, NULL),
	      &minor, "acquire_cred of the acceptor");
}

static struct pair handshake(void)
{
	struct pair p = {GSS_C_NO_CONTEXT, GSS_C_NO_CONTEXT};
	gss_buffer_desc request = GSS_C_EMPTY_BUFFER, reply = GSS_C_EMPTY_BUFFER, rest = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor, flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_CONF_FLAG;

	check(gss_init_sec_context(&minor, initiator_cred, &p.initiator, target, GSS_C_NO_OID, flags, 0, NULL,
				   NULL, NULL, &request, NULL, NULL),
	      &minor, "init_sec_context");
	check(gss_accept_sec_context(&minor, &p.acceptor, acceptor_cred, &request, NULL, NULL, NULL, &reply,
				     NULL, NULL, NULL),
	      &minor, "accept_sec_context");
	check(gss_init_sec_context(&minor, initiator_cred, &p.initiator, target, GSS_C_NO_OID, flags, 0, NULL,
				   &reply, NULL, &rest, NULL, NULL),
	      &minor, "init_sec_context");
	gss_release_buffer(&minor, &request);
	gss_release_buffer(&minor, &reply);
	return p;
}

static void end(struct pair *p)
{
	OM_uint32 minor;

	gss_delete_sec_context(&minor, &p->initiator, GSS_C_NO_BUFFER);
	gss_delete_sec_context(&minor, &p->acceptor, GSS_C_NO_BUFFER);
}

static void release_once(struct pair *p)
{
	gss_buffer_desc empty = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	(void)p;
	gss_release_buffer(&minor, &empty);
}

static void wrap_once(struct pair *p)
{
	static char plain[1 << 16];
	gss_buffer_desc in = {message_size, plain}, sealed = GSS_C_EMPTY_BUFFER, out = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	check(gss_wrap(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &in, NULL, &sealed), &minor, "wrap");
	check(gss_unwrap(&minor, p->acceptor, &sealed, &out, NULL, NULL), &minor, "unwrap");
	gss_release_buffer(&minor, &sealed);
	gss_release_buffer(&minor, &out);
}

static void handshake_once(struct pair *p)
{
	struct pair fresh = handshake();

	(void)p;
	end(&fresh);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double batch(void (*once)(struct pair *), struct pair *p, long rounds)
{
	double start = now();

	for (long i = 0; i < rounds; i++)
		once(p);
	return (now() - start) / (double)rounds;
}

static double median(void (*once)(struct pair *), struct pair *p)
{
	double each[BATCHES];
	long rounds =
		(long)(BATCH_NS / batch(once, p, 20)) + 1; /* the first rounds are slow: this errs to short */

	for (int i = 0; i < BATCHES; i++)
		each[i] = batch(once, p, rounds);
	qsort(each, BATCHES, sizeof(each[0]), ascending);
	return each[BATCHES / 2];
}

/* Threads go on until all have been seen running for a while: only rounds of that time count. */
static atomic_int phase;

struct worker {
	pthread_t thread;
	long rounds;
};

static void *work(void *argument)
{
	struct worker *w = argument;
	struct pair p = handshake();

	while (atomic_load(&phase) == 0)
		wrap_once(&p);
	for (; atomic_load(&phase) == 1; w->rounds++)
		wrap_once(&p);
	end(&p);
	return NULL;
}

static double together(int count)
{
	struct worker *workers = calloc((size_t)count, sizeof(*workers));
	double start, ns;
	long rounds = 0;

	for (int i = 0; i < count; i++)
		pthread_create(&workers[i].thread, NULL, work, &workers[i]);
	for (start = now(); now() - start < 2e7;)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* polls the clock */
	start = now();
	atomic_store(&phase, 1);
	while (now() - start < 3e8)
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); /* polls the clock */
	atomic_store(&phase, 2);
	ns = now() - start;
	for (int i = 0; i < count; i++) {
		pthread_join(workers[i].thread, NULL);
		rounds += workers[i].rounds;
	}
	free(workers);
	return (double)rounds / ns * 1e9;
}

static pthread_barrier_t called, measured;

static void *call_and_stay(void *unused)
{
	struct pair p = handshake();

	(void)unused;
	for (int i = 0; i < 100; i++)
		wrap_once(&p);
	pthread_barrier_wait(&called);
	pthread_barrier_wait(&measured);
	end(&p);
	return NULL;
}

static long smaps(const char *key)
{
	char line[256];
	long kib = -1;
	FILE *f = fopen("/proc/self/smaps_rollup", "r");

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, key, strlen(key)))
			kib = strtol(line + strlen(key), NULL, 10);
	if (f)
		fclose(f);
	return kib;
}

static void memory(int count)
{
	pthread_t *threads = calloc((size_t)count, sizeof(*threads));

	pthread_barrier_init(&called, NULL, (unsigned)count + 1);
	pthread_barrier_init(&measured, NULL, (unsigned)count + 1);
	for (int i = 0; i < count; i++)
		pthread_create(&threads[i], NULL, call_and_stay, NULL);
	pthread_barrier_wait(&called);
	printf("%ld %ld\n", smaps("Rss:"), smaps("Anonymous:"));
	pthread_barrier_wait(&measured);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
}

static void events(long count)
{
	struct pair p = handshake();
	long made = 0;

	for (; made < count; made += 4)
		wrap_once(&p);
	end(&p);
}

static void handshakes(long count)
{
	for (; count > 0; count--)
		handshake_once(NULL);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	long number = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	struct pair p;

	message_size = 16;
	set_up();
	if (!strcmp(what, "memory")) {
		memory((int)number);
		return 0;
	}
	if (!strcmp(what, "events")) {
		events(number);
		return 0;
	}
	if (!strcmp(what, "handshakes")) {
		handshakes(number);
		return 0;
	}
	if (!strcmp(what, "threads")) {
		message_size = argc > 3 ? strtoul(argv[3], NULL, 10) : 16;
		printf("%.0f\n", together((int)number));
		return 0;
	}
	p = handshake();
	if (!strcmp(what, "wrap"))
		message_size = (size_t)number;
	printf("%.2f\n", median(!strcmp(what, "wrap")	     ? wrap_once
				: !strcmp(what, "handshake") ? handshake_once
							     : release_once,
				&p));
	end(&p);
	return 0;
}
