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
#include "shim/repair/inside.h"

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

static uint64_t operations; /* subscriptions and cancellations of the process so far */
static struct tap_lock lock;
static struct topic *buckets[BUCKETS];

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
	if (when && tap_context_first_time(context, id, when))
		return 1;
	/* zmq_proxy sends from inside libzmq: what its XSUB is subscribed to shows only here. */
	if (!tap_xsub_sends(tie->socket) && (since(tie->socket, body + 1, length - 1, &id) != 0) != body[0])
		tap_subscription(tie->socket, body + 1, length - 1, body[0]);
	return -1;
}

bool tap_subscription_repaired(gss_ctx_id_t context, const gss_buffer_desc *input, gss_buffer_desc *plain,
			       void *small, size_t small_size, void **room)
{
	const uint8_t *bytes = input->value;
	const struct tap_tie *tie;
	uint8_t *made = small;
	bool ready;
	int fd, marker;

	/* The flags byte is 0: neither a command (READY, heartbeats) nor a part of more. */
	if (!input->length || bytes[0])
		return false;
	tie = tap_context_tie(context, true, &fd, &ready);
	if (!tie || !ready || (tie->socket_type != ZMQ_SUB && tie->socket_type != ZMQ_XSUB))
		return false;
	marker = marker_of(tie, context, bytes + 1, input->length - 1);
	if (marker < 0)
		return false;
	*room = NULL;
	if (input->length + 1 > small_size)
		made = *room = malloc(input->length + 1);
	if (!made)
		return false;
	if (!__atomic_exchange_n(&((struct tap_tie *)tie)->told_subscriptions, true, __ATOMIC_RELAXED))
		tap_repair_event("subscriptions", tie, NULL,
				 "subscriptions get back the byte that libzmq drops");
	made[0] = 0;
	made[1] = (uint8_t)marker;
	memcpy(made + 2, bytes + 1, input->length - 1);
	plain->value = made;
	plain->length = input->length + 1;
	return true;
}
