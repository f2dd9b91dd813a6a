/* SPDX-License-Identifier: MIT */
/*
 * What a socket cannot be asked, by its address: see enum tap_socket_flag. Only sockets of which there is
 * something to know are here.
 *
 * Looked at on the way of every message, so nobody waits to look: places are linked once, stay for good, and
 * are taken again when their socket was closed. Only who enters one takes the lock. There are as many as are
 * asked for; when there is no memory the caller is told, and refuses what it could not tell apart later.
 */
#include "shim/zmq/zmq.h"

#include "shim/core/spare.h"

#define BUCKETS 1024

static struct tap_masked_lock lock;
static struct tap_socket *buckets[BUCKETS];
static struct tap_spares spares = {.size = sizeof(struct tap_socket)};
static unsigned known; /* sockets here; 0: nobody needs to look */
static uint32_t gone;  /* ZAP handlers that were closed */

/* Sockets that were made when nobody followed them are not known. */
static const char *unfit(const struct pol *policy)
{
	return pol_says_zmq(policy) ? "it has rules about ZeroMQ, which this process has used under a policy "
				      "without any: start it again"
				    : NULL;
}

/* Endpoints that were bound under the other are asked about, or not, as long as they are there. */
static const char *unfit_to_authenticate(const struct pol *policy)
{
	return pol_authenticates(policy) != TAP_POLICY(pol_authenticates)
		       ? "one of the two has zmq.auth, under which this process's endpoints were bound or "
			 "not: "
			 "start it again"
		       : NULL;
}

bool tap_zmq_ruled(void)
{
	static int ruled; /* 0: not asked yet; a policy with rules about ZeroMQ may lose them */
	int found = __atomic_load_n(&ruled, __ATOMIC_RELAXED);

	if (__builtin_expect(!found, 0)) {
		found = tap_on && TAP_POLICY(pol_says_zmq) ? 1 : -1;
		__atomic_store_n(&tap_policy_unfit, found < 0 ? unfit : unfit_to_authenticate,
				 __ATOMIC_RELEASE);
		__atomic_store_n(&ruled, found, __ATOMIC_RELAXED);
	}
	return found > 0;
}

static struct tap_socket **bucket_of(const void *socket)
{
	uintptr_t x = (uintptr_t)socket >> 4;

	return &buckets[(x ^ x >> 10) % BUCKETS];
}

/* The place of this socket; of NULL: one of the bucket that is free. */
static struct tap_socket *in_bucket(struct tap_socket *const *bucket, const void *socket)
{
	struct tap_socket *s = __atomic_load_n(bucket, __ATOMIC_ACQUIRE);

	while (s && __atomic_load_n(&s->socket, __ATOMIC_ACQUIRE) != socket)
		s = s->next;
	return s;
}

struct tap_socket *tap_socket_known(const void *socket)
{
	if (!__atomic_load_n(&known, __ATOMIC_RELAXED) || !socket)
		return NULL;
	return in_bucket(bucket_of(socket), socket);
}

/* Locked. The socket's place, made where it has none; NULL: no memory. */
static struct tap_socket *enter(void *socket)
{
	struct tap_socket **bucket = bucket_of(socket), *s = in_bucket(bucket, socket);

	if (s)
		return s;
	s = in_bucket(bucket, NULL);
	if (s) {
		__atomic_store_n(&s->flags, 0, __ATOMIC_RELAXED);
		__atomic_store_n(&s->context, NULL, __ATOMIC_RELAXED);
		__atomic_store_n(&s->socket, socket, __ATOMIC_RELEASE);
	} else if ((s = tap_spare_take(&spares))) {
		s->socket = socket;
		s->next = *bucket;
		__atomic_store_n(bucket, s, __ATOMIC_RELEASE);
	}
	if (s)
		__atomic_add_fetch(&known, 1, __ATOMIC_RELEASE);
	return s;
}

struct tap_socket *tap_socket_flag(void *socket, unsigned flag)
{
	struct tap_socket *s;
	int saved = errno;

	if (!tap_lock_masked(&lock))
		return NULL;
	s = enter(socket);
	if (s)
		__atomic_or_fetch(&s->flags, flag, __ATOMIC_RELEASE);
	tap_unlock_masked(&lock);
	errno = saved;
	return s;
}

void tap_socket_add(const void *socket, unsigned flag)
{
	struct tap_socket *s = tap_socket_known(socket);

	if (s)
		__atomic_or_fetch(&s->flags, flag, __ATOMIC_RELEASE);
}

void tap_socket_unflag(const void *socket, unsigned flag)
{
	struct tap_socket *s = tap_socket_known(socket);

	if (s)
		__atomic_and_fetch(&s->flags, ~flag, __ATOMIC_RELEASE);
}

void tap_socket_forget(const void *socket)
{
	struct tap_socket *s = tap_socket_known(socket);
	uint32_t handled;

	if (!s)
		return;
	__atomic_store_n(&s->flags, 0, __ATOMIC_RELAXED);
	handled = __atomic_exchange_n(&s->handler, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&s->socket, NULL, __ATOMIC_RELEASE);
	__atomic_sub_fetch(&known, 1, __ATOMIC_RELEASE);
	if (handled)
		__atomic_add_fetch(&gone, 1, __ATOMIC_RELEASE);
}

bool tap_socket_has(const void *socket, unsigned flag)
{
	const struct tap_socket *s = tap_socket_known(socket);

	return s && __atomic_load_n(&s->flags, __ATOMIC_ACQUIRE) & flag;
}

static int ask(const struct tap_scope *scope, void *socket, int option)
{
	__typeof__(&zmq_getsockopt) get = TAP_OTHER(scope, zmq_getsockopt);
	int value = -1, saved = errno;
	size_t length = sizeof(value);

	tap_quiet_begin();
	if (!get || get(socket, option, &value, &length))
		value = -1;
	tap_quiet_end();
	errno = saved;
	return value;
}

void tap_socket_made(void *socket, void *context)
{
	struct tap_socket *s = tap_socket_flag(socket, 0);

	if (s)
		__atomic_store_n(&s->context, context, __ATOMIC_RELEASE);
}

void *tap_socket_context(const void *socket)
{
	const struct tap_socket *s = tap_socket_known(socket);

	return s ? __atomic_load_n(&s->context, __ATOMIC_ACQUIRE) : NULL;
}

void tap_socket_handles(struct tap_socket *socket)
{
	static uint32_t handlers;

	if (!socket->handler)
		__atomic_store_n(&socket->handler, __atomic_add_fetch(&handlers, 1, __ATOMIC_RELAXED),
				 __ATOMIC_RELEASE);
}

const char *tap_socket_zap(const void *context, uint32_t *number)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (const struct tap_socket *s = __atomic_load_n(&buckets[i], __ATOMIC_ACQUIRE); s;
		     s = s->next) {
			unsigned flags = __atomic_load_n(&s->flags, __ATOMIC_ACQUIRE);

			if (!__atomic_load_n(&s->socket, __ATOMIC_ACQUIRE) || !(flags & TAP_SOCKET_ZAP) ||
			    __atomic_load_n(&s->context, __ATOMIC_ACQUIRE) != context)
				continue;
			*number = __atomic_load_n(&s->handler, __ATOMIC_ACQUIRE);
			return flags & TAP_SOCKET_ZAP_MOVED ? TAP_ZAP_MOVED : TAP_ZAP;
		}
	return NULL;
}

bool tap_socket_handler_lives(uint32_t number)
{
	for (unsigned i = 0; i < BUCKETS; i++)
		for (const struct tap_socket *s = __atomic_load_n(&buckets[i], __ATOMIC_ACQUIRE); s;
		     s = s->next)
			if (__atomic_load_n(&s->handler, __ATOMIC_ACQUIRE) == number &&
			    __atomic_load_n(&s->socket, __ATOMIC_ACQUIRE))
				return true;
	return false;
}

uint32_t tap_socket_handlers_gone(void)
{
	return __atomic_load_n(&gone, __ATOMIC_ACQUIRE);
}

int tap_socket_type(const struct tap_scope *scope, void *socket)
{
	return ask(scope, socket, ZMQ_TYPE);
}

int tap_socket_mechanism(const struct tap_scope *scope, void *socket)
{
	return ask(scope, socket, ZMQ_MECHANISM);
}

int tap_socket_plaintext(const struct tap_scope *scope, void *socket)
{
	return ask(scope, socket, ZMQ_GSSAPI_PLAINTEXT);
}
