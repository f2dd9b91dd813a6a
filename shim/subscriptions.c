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
#include "shim/inside.h"

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
};

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
		*at = t;
	}
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

/* The byte that belongs before this body, or -1 when it is there already. */
static int marker_of(const struct tap_tie *tie, const uint8_t *body, size_t length)
{
	bool marked = length && body[0] <= 1;

	if (tie->socket_type == ZMQ_SUB)
		return subscribed(tie->socket, body, length);
	/*
	 * XSUB: the program's own messages have their byte, those that the socket makes anew for a new
	 * connection do not, and are always subscriptions.
	 */
	if (!marked)
		return 1;
	if (subscribed(tie->socket, body, length) &&
	    !(body[0] == 1 && subscribed(tie->socket, body + 1, length - 1)))
		return 1;
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
	marker = marker_of(tie, bytes + 1, input->length - 1);
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
