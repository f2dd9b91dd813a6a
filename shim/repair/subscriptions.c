/* SPDX-License-Identifier: MIT */
/*
 * subscriptions (facts Z3): libzmq's GSSAPI mechanism drops the byte that tells a subscription from its
 * cancellation, when the message was made by the socket itself. Here it is put back, in the form that every
 * ZMTP publisher accepts: 1 or 0 before the topic.
 *
 * Which of the two is the state at the moment of wrapping, not the event that made libzmq send: each change
 * of the state sends something after it, so the last thing said is always right, and saying the same again
 * means nothing to a publisher. Topics are known by hash and length only.
 */
#include "shim/gss/guest.h"
#include "shim/repair/inside.h"
#include "shim/zmq/zmq.h"

#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#define BUCKETS 1024

struct topic {
	struct topic *next;
	void *socket;
	uint8_t hash[16];
	size_t length;
	uint32_t count;
	uint64_t since; /* of the operations: when it was last subscribed to from nothing */
};

/* What an XSUB has said on a connection, of what could be taken for something else. */
struct said {
	struct said *next;
	gss_ctx_id_t context;
	uint64_t attached; /* the operations when the connection began, plus 1 */
	uint64_t topics[32];
	unsigned count;
};

static uint64_t operations; /* subscriptions and cancellations of the process so far */
static struct tap_lock lock;
static struct topic *buckets[BUCKETS];
static struct said *connections;

static struct topic **find(void *socket, const void *bytes, size_t length, uint8_t hash[16])
{
	struct topic **at;
	unsigned b;

	tr_hash(bytes, length, hash);
	b = (hash[0] | (unsigned)hash[1] << 8) % BUCKETS;
	for (at = &buckets[b]; *at; at = &(*at)->next)
		if ((*at)->socket == socket && (*at)->length == length && !memcmp((*at)->hash, hash, 16))
			break;
	return at;
}

void tap_subscription(void *socket, const void *bytes, size_t length, bool subscribe)
{
	struct topic **at, *t;
	uint8_t hash[16];

	if (!tap_lock(&lock))
		return;
	at = find(socket, bytes, length, hash);
	t = *at;
	if (!t && subscribe && (t = calloc(1, sizeof(*t)))) {
		t->socket = socket;
		t->length = length;
		memcpy(t->hash, hash, sizeof(hash));
		t->since = operations + 1;
		*at = t;
	}
	__atomic_add_fetch(&operations, 1, __ATOMIC_RELAXED);
	if (t)
		t->count += subscribe ? 1 : (uint32_t)-1;
	if (t && !t->count) {
		*at = t->next;
		free(t);
	}
	tap_unlock(&lock);
}

void tap_subscriptions_drop(void *socket)
{
	if (!tap_lock(&lock))
		return;
	for (unsigned b = 0; b < BUCKETS; b++) {
		for (struct topic **at = &buckets[b], *t; (t = *at);) {
			if (t->socket != socket) {
				at = &t->next;
				continue;
			}
			*at = t->next;
			free(t);
		}
	}
	tap_unlock(&lock);
}

static bool subscribed(void *socket, const void *bytes, size_t length)
{
	uint8_t hash[16];
	bool there;

	if (!tap_lock(&lock))
		return true; /* too much is better than too little: the socket filters again */
	there = *find(socket, bytes, length, hash) != NULL;
	tap_unlock(&lock);
	return there;
}

uint64_t tap_subscriptions_now(void)
{
	return __atomic_load_n(&operations, __ATOMIC_RELAXED);
}

/* When the socket came to be subscribed to this; 0: it is not. */
static uint64_t since(void *socket, const void *bytes, size_t length, uint64_t *id)
{
	uint8_t hash[16];
	struct topic *t;
	uint64_t when;

	if (!tap_lock(&lock))
		return 0;
	t = *find(socket, bytes, length, hash);
	when = t ? t->since : 0;
	tap_unlock(&lock);
	memcpy(id, hash, sizeof(*id));
	return when;
}

/*
 * What the socket was subscribed to when a connection began, it says anew on it. libzmq attaches the first
 * connection of a connect at once, others when they are there, which is when READY is wrapped.
 */
static void begin(struct tap_tie *tie, gss_ctx_id_t context)
{
	struct said *s = calloc(1, sizeof(*s));

	if (!s || !tap_lock(&lock)) {
		free(s);
		return;
	}
	s->context = context;
	s->attached = tie->attached ? tie->attached : tap_subscriptions_now() + 1;
	tie->attached = 0;
	s->next = connections;
	connections = s;
	tap_unlock(&lock);
}

static struct said **said_on(const void *context)
{
	struct said **at = &connections;

	while (*at && (*at)->context != context)
		at = &(*at)->next;
	return at;
}

void tap_subscriptions_forget(const void *context)
{
	struct said **at, *gone;

	if (!__atomic_load_n(&connections, __ATOMIC_RELAXED) || !tap_lock(&lock))
		return;
	at = said_on(context);
	gone = *at;
	if (gone)
		*at = gone->next;
	tap_unlock(&lock);
	free(gone);
}

static bool is_new(struct said *s, uint64_t topic, uint64_t since)
{
	if (!s || since >= s->attached || s->count == sizeof(s->topics) / sizeof(s->topics[0]))
		return false;
	for (unsigned i = 0; i < s->count; i++)
		if (s->topics[i] == topic)
			return false;
	s->topics[s->count++] = topic;
	return true;
}

/* Was this subscribed to before the connection began, and does it come on it for the first time? */
static bool first_time(gss_ctx_id_t context, uint64_t topic, uint64_t since)
{
	bool first;

	if (!tap_lock(&lock))
		return false;
	first = is_new(*said_on(context), topic, since);
	tap_unlock(&lock);
	return first;
}

/*
 * The byte that belongs before this body, or -1 when it is there already.
 *
 * An XSUB's program sends its subscriptions with their byte; those that the socket makes anew for a new
 * connection come without, are always subscriptions, and come first, each once. So what begins with such a
 * byte and is itself subscribed to is one of the socket's when the subscription is older than the connection,
 * and it has not come on this connection before.
 */
static int marker_of(const struct tap_tie *tie, gss_ctx_id_t context, const uint8_t *body, size_t length)
{
	uint64_t when, id = 0;

	if (tie->socket_type == ZMQ_SUB)
		return subscribed(tie->socket, body, length);
	if (!length || body[0] > 1)
		return 1;
	when = since(tie->socket, body, length, &id);
	if (when && first_time(context, id, when))
		return 1;
	/* zmq_proxy sends from inside libzmq: what its XSUB is subscribed to shows only here. */
	if (!tap_socket_has(tie->socket, TAP_SOCKET_XSUB_SENDS) &&
	    (since(tie->socket, body + 1, length - 1, &id) != 0) != body[0])
		tap_subscription(tie->socket, body + 1, length - 1, body[0]);
	return -1;
}

bool tap_subscription_repaired(gss_ctx_id_t context, const gss_buffer_desc *input, gss_buffer_desc *plain,
			       void *small, size_t small_size, void **room)
{
	const uint8_t *bytes = input->value;
	uint8_t *made = small;
	struct tap_tie *tie;
	int connection, marker;
	uint64_t count;

	/* The flags byte is 0: neither a command (READY, heartbeats) nor a part of more. */
	if (!input->length || bytes[0])
		return false;
	tie = tap_context_tie(context, true, &connection, &count);
	if (!tie || (tie->socket_type != ZMQ_SUB && tie->socket_type != ZMQ_XSUB))
		return false;
	if (!count) { /* READY */
		if (tie->socket_type == ZMQ_XSUB)
			begin(tie, context);
		return false;
	}
	marker = marker_of(tie, context, bytes + 1, input->length - 1);
	if (marker < 0)
		return false;
	*room = NULL;
	if (input->length + 1 > small_size)
		made = *room = malloc(input->length + 1);
	if (!made)
		return false;
	if (!__atomic_exchange_n(&tie->told_subscriptions, true, __ATOMIC_RELAXED))
		tap_repair_event("subscriptions", tie, NULL,
				 "subscriptions get back the byte that libzmq drops");
	made[0] = 0;
	made[1] = (uint8_t)marker;
	memcpy(made + 2, bytes + 1, input->length - 1);
	plain->value = made;
	plain->length = input->length + 1;
	return true;
}
