/* SPDX-License-Identifier: MIT */
/* See using.h. */
#include "shim/wire/using.h"

#include "shim/core/spare.h"
#include "shim/wire/connection.h"
#include "shim/wire/options.h"
#include "shim/zmq/zmq.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUCKETS 65536u
#define GRACE_MS 24000u /* beside what libzmq waits: a name may be looked up before it has a socket */
#define CLASSES 40	/* of waits, powers of two: all of one are over in their order */
#define MANY 20000	/* so many are over in the time at a rate that no grace is given at */
#define AT_ONCE 8	/* looked at with each endpoint: more than one makes */

/* In a circle; alone it is its own. */
struct link {
	struct link *next, *previous;
};

struct use {
	struct link all; /* of the socket's; the first, so that one is the other */
	struct link due; /* of those that are looked at later */
	struct use *next;
	struct tap_user *user;
	struct tap_tie *tie;
	unsigned class;
	uint64_t at;	/* when: of tap_tie_clock */
	uint64_t waits; /* ms: libzmq, at most, before it comes again */
	bool ending;
	bool over;    /* the program has disconnected */
	bool refused; /* ... or the peers have refused it */
};

struct tap_user {
	struct link all; /* of all of them */
	struct tap_user *next;
	const void *socket; /* NULL: it was closed */
	const void *context;
	struct wire_place *mailbox; /* NULL: its end is not seen */
	uint32_t process;	    /* its lineage */
	struct link uses;
};

static struct tap_masked_lock lock;
static struct use *uses[BUCKETS];	/* by user and endpoint */
static struct use *ended;		/* that are to be freed without the lock */
static struct tap_user *users[BUCKETS]; /* by socket, of those that are not closed */
static struct link everybody = {&everybody, &everybody}, due[CLASSES];
static unsigned dues; /* how many are in all of these */
static struct tap_spares use_spares = {.size = sizeof(struct use)},
			 user_spares = {.size = sizeof(struct tap_user)};
static _Atomic(unsigned) known; /* users; 0: nobody needs to look */

static void enter(void)
{
	while (!tap_lock_masked(&lock))
		;
}

/* With a tie a credential may go, for which its library is called. */
static void leave(void)
{
	struct use *use = ended, *next;

	ended = NULL;
	tap_unlock_masked(&lock);
	for (; use; use = next) {
		next = use->next;
		tap_tie_unuse(use->tie);
		tap_spare_give(&use_spares, use);
	}
}

static void put(struct link *circle, struct link *link)
{
	if (!circle->next)
		circle->next = circle->previous = circle;
	link->next = circle;
	link->previous = circle->previous;
	circle->previous->next = link;
	circle->previous = link;
}

static void take(struct link *link)
{
	if (!link->next)
		return;
	link->previous->next = link->next;
	link->next->previous = link->previous;
	link->next = link->previous = NULL;
}

static struct link *first(const struct link *circle)
{
	return circle->next == circle ? NULL : circle->next;
}

static unsigned bucket_of(const void *who, uint32_t hash)
{
	uint64_t x = (uint64_t)(uintptr_t)who >> 4 ^ (uint64_t)hash << 32;

	return (unsigned)(x * 0x9e3779b97f4a7c15u >> 48) % BUCKETS;
}

/* --- all that follows is locked, until it is said */

static struct use *find_use(const struct tap_user *user, const struct tap_tie *tie)
{
	struct use *u = uses[bucket_of(user, tie->hash)];

	while (u && (u->user != user || u->tie != tie))
		u = u->next;
	return u;
}

static struct tap_user *find_user(const void *socket)
{
	struct tap_user *u = users[bucket_of(socket, 0)];

	while (u && u->socket != socket)
		u = u->next;
	return u;
}

static void free_user(struct tap_user *user)
{
	if (user->mailbox)
		user->mailbox->user = NULL;
	take(&user->all);
	known--;
	tap_spare_give(&user_spares, user);
}

static void put_off(struct use *use)
{
	dues -= use->due.next != NULL;
	take(&use->due);
}

static void end_use(struct use *use)
{
	struct use **at = &uses[bucket_of(use->user, use->tie->hash)];

	while (*at != use)
		at = &(*at)->next;
	*at = use->next;
	take(&use->all);
	put_off(use);
	use->next = ended;
	ended = use;
}

/* Nothing is to come that it would be needed for. */
static bool is_done(const struct tap_user *user)
{
	return !user->socket && !user->mailbox && !first(&user->uses);
}

static uint64_t wait_of(unsigned class)
{
	return (uint64_t)1 << class;
}

static void look_later(struct use *use)
{
	use->at = tap_tie_clock() + wait_of(use->class);
	put_off(use);
	put(&due[use->class], &use->due);
	dues++;
}

static void may_end(struct use *use)
{
	if (use->ending || !strncmp(use->tie->endpoint, "ipc:", 4))
		return;
	use->ending = true;
	look_later(use);
}

static void all_may_end(const struct tap_user *user)
{
	for (struct link *link = user->uses.next; link != &user->uses; link = link->next)
		may_end((struct use *)link);
}

/* Locked with its socket's address: that is not closed meanwhile. */
static void tell_socket(const struct tap_user *user)
{
	bool refused = false, goes_on = false;

	for (const struct link *link = user->uses.next; link != &user->uses; link = link->next) {
		const struct use *use = (const struct use *)(const void *)link;

		refused |= use->refused;
		goes_on |= !use->refused && !use->over;
	}
	if (!user->socket)
		return;
	if (refused && !goes_on && !tap_socket_has(user->socket, TAP_SOCKET_ELSEWHERE))
		tap_socket_add(user->socket, TAP_SOCKET_REFUSED);
	else
		tap_socket_unflag(user->socket, TAP_SOCKET_REFUSED);
}

static void disconnected(struct use *use)
{
	use->over = true;
	use->refused = false;
	may_end(use);
}

/* Libzmq may know an endpoint by another spelling as well; those that refuse it has given up itself. */
static void all_there_may_end(const struct tap_user *user, const char *endpoint)
{
	bool found = false;

	for (struct use *use = uses[bucket_of(user, tap_tie_hash(endpoint))]; use; use = use->next)
		if (use->user == user && !strcmp(use->tie->endpoint, endpoint)) {
			disconnected(use);
			found = true;
		}
	for (struct link *link = user->uses.next; !found && link != &user->uses; link = link->next)
		if (((struct use *)link)->refused)
			disconnected((struct use *)link);
	tell_socket(user);
}

/* Its socket's address may be another's. */
static void take_address(struct tap_user *user)
{
	struct tap_user **at = &users[bucket_of(user->socket, 0)];

	while (*at != user)
		at = &(*at)->next;
	*at = user->next;
	user->socket = NULL;
}

static void settle(struct tap_user *user)
{
	if (is_done(user))
		free_user(user);
	else if (!user->socket && !user->mailbox)
		all_may_end(user);
}

static void end_user(struct tap_user *user)
{
	struct link *link;

	while ((link = first(&user->uses)))
		end_use((struct use *)link);
	if (user->socket)
		take_address(user);
	free_user(user);
}

static void look_at(struct use *use, uint64_t spared)
{
	struct tap_user *user = use->user;

	if (!tap_tie_is_quiet(use->tie, wait_of(use->class) - spared)) {
		look_later(use);
		return;
	}
	end_use(use);
	if (is_done(user))
		free_user(user);
}

static void look(void)
{
	uint64_t now = tap_tie_clock();
	bool many = dues > MANY;
	unsigned most = AT_ONCE;

	for (unsigned class = 0; class < CLASSES; class ++)
		while (most && due[class].next && first(&due[class])) {
			struct use *use = (struct use *)(void *)((char *)first(&due[class]) -
								 offsetof(struct use, due));
			uint64_t spared = many ? wait_of(class) - use->waits : 0;

			if (use->at - spared > now)
				break;
			most--;
			look_at(use, spared);
		}
}

static struct tap_user *new_user(void *socket, struct wire_place *mailbox)
{
	struct tap_user *user = tap_spare_take(&user_spares), **bucket = &users[bucket_of(socket, 0)];

	if (!user)
		return NULL;
	user->socket = socket;
	user->context = tap_socket_context(socket);
	user->mailbox = mailbox;
	user->process = tap_lineage();
	user->uses = (struct link){&user->uses, &user->uses};
	user->next = *bucket;
	*bucket = user;
	put(&everybody, &user->all);
	known++;
	if (mailbox)
		mailbox->user = user;
	return user;
}

static void lose(struct wire_place *place)
{
	struct tap_user *user = place->user;

	place->user = NULL;
	if (!user)
		return;
	user->mailbox = NULL;
	settle(user);
}

static struct tap_user *user_of(void *socket, struct wire_place *mailbox)
{
	struct tap_user *user = find_user(socket);

	if (user && user->mailbox == mailbox && user->process == tap_lineage())
		return user;
	if (user) { /* closed by a call that did not come here, or of the process that this one was forked
		       from */
		take_address(user);
		settle(user);
	}
	if (mailbox)
		lose(mailbox);
	return new_user(socket, mailbox);
}

static struct use *new_use(struct tap_user *user, struct tap_tie *tie)
{
	struct use *use = tap_spare_take(&use_spares), **bucket = &uses[bucket_of(user, tie->hash)];

	if (!use)
		return NULL;
	use->user = user;
	use->tie = tie;
	use->next = *bucket;
	*bucket = use;
	put(&user->uses, &use->all);
	tap_tie_use(tie);
	return use;
}

/* --- not locked */

/* Of sockets for several threads there is none, nor where it is no eventfd. */
static struct wire_place *mailbox_of(const struct tap_scope *scope, void *socket)
{
	socklen_t length = sizeof(int);
	int fd = -1, type;

	if (!tap_option_number(scope, socket, ZMQ_FD, &fd) || fd < 0 ||
	    !getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length))
		return NULL;
	return tap_wire_place(fd);
}

/* ms: how long libzmq waits at most before it comes again. */
static uint64_t waits_of(const struct tap_scope *scope, void *socket)
{
	int first_wait = 0, most = 0;

	tap_option_number(scope, socket, ZMQ_RECONNECT_IVL, &first_wait);
	tap_option_number(scope, socket, ZMQ_RECONNECT_IVL_MAX, &most);
	first_wait = first_wait > 0 ? first_wait : 0;
	return (uint64_t)first_wait + (uint64_t)(most > first_wait ? most : first_wait);
}

static void wait_at_least(struct use *use, uint64_t ms)
{
	if (use->waits < ms)
		use->waits = ms;
	while (wait_of(use->class) < use->waits + GRACE_MS)
		use->class ++;
}

void tap_using_begin(const struct tap_scope *scope, void *socket, struct tap_tie *tie)
{
	int saved = errno;
	struct wire_place *mailbox = mailbox_of(scope, socket);
	uint64_t waits = waits_of(scope, socket);
	struct tap_user *user;
	struct use *use;

	enter();
	look();
	user = user_of(socket, mailbox);
	use = user ? find_use(user, tie) : NULL;
	if (user && !use)
		use = new_use(user, tie);
	if (use) {
		use->ending = use->over = false;
		use->refused = __atomic_load_n(&tie->refused, __ATOMIC_RELAXED);
		put_off(use);
		wait_at_least(use, waits);
		tell_socket(user);
	} else {
		tap_tie_use(tie); /* nobody can tell any more when it is over */
	}
	leave();
	errno = saved;
}

void tap_using_disconnected(const void *socket, const char *endpoint)
{
	int saved = errno;
	struct tap_user *user;

	if (!known || !endpoint)
		return;
	enter();
	user = find_user(socket);
	if (user)
		all_there_may_end(user, endpoint);
	leave();
	errno = saved;
}

/* Locked. */
static void refuse(const struct tap_user *user, const struct tap_tie *tie)
{
	struct use *use = user && user->process == tap_lineage() ? find_use(user, tie) : NULL;

	if (!use || use->over)
		return;
	use->refused = true;
	tell_socket(user);
}

void tap_using_refused(struct tap_tie *tie)
{
	const void *socket = tie->socket;
	int saved = errno;

	enter();
	/* Also where it is not told yet that it has connected. */
	__atomic_store_n(&tie->refused, true, __ATOMIC_RELAXED);
	if (socket)
		refuse(find_user(socket), tie);
	for (struct link *link = everybody.next; !socket && link != &everybody; link = link->next)
		refuse((struct tap_user *)link, tie);
	leave();
	errno = saved;
}

void tap_using_elsewhere(void *socket)
{
	tap_socket_flag(socket, TAP_SOCKET_ELSEWHERE);
	if (!known)
		return;
	enter();
	tap_socket_unflag(socket, TAP_SOCKET_REFUSED);
	leave();
}

bool tap_using_is_refused(const void *socket, const char *endpoint)
{
	const struct tap_user *user;
	const struct use *use = NULL;
	int saved = errno;

	if (!known)
		return false;
	enter();
	user = find_user(socket);
	if (user && user->process == tap_lineage())
		use = uses[bucket_of(user, tap_tie_hash(endpoint))];
	while (use && (use->user != user || !use->refused || strcmp(use->tie->endpoint, endpoint) != 0))
		use = use->next;
	leave();
	errno = saved;
	return use;
}

void tap_using_closed(const void *socket)
{
	int saved = errno;
	struct tap_user *user;

	if (!known || !socket)
		return;
	enter();
	user = find_user(socket);
	if (user) {
		take_address(user);
		settle(user);
	}
	leave();
	errno = saved;
}

void tap_using_ended(const void *context)
{
	int saved = errno;
	struct link *next;

	if (!known || !context)
		return;
	enter();
	for (struct link *link = everybody.next; link != &everybody; link = next) {
		struct tap_user *user = (struct tap_user *)link;

		next = link->next;
		if (user->context == context && user->process == tap_lineage())
			end_user(user);
	}
	leave();
	errno = saved;
}

void tap_using_over(struct wire_place *place)
{
	int saved = errno;
	struct tap_user *user;

	if (!place->user)
		return;
	enter();
	user = place->user;
	if (user && user->process == tap_lineage())
		end_user(user);
	leave();
	errno = saved;
}

void tap_using_lost(struct wire_place *place)
{
	int saved = errno;

	if (!place->user)
		return;
	enter();
	lose(place);
	leave();
	errno = saved;
}
