/* SPDX-License-Identifier: MIT */
/* See ties.h. Handles live as long as libzmq's engines; the table forgets them when they are released. */
#include "shim/inject/ties.h"
#include "shim/zmq/repairs.h"

#include <string.h>
#include <sys/mman.h>

#define TIES 4096
#define HANDLES 65536 /* a power of two; a name and a credential for each connection */

static struct tap_tie *ties;
static uint32_t tie_count;
static struct tap_lock lock;
static struct {
	const void *handle;
	struct tap_tie *tie;
	int fd;
} table[HANDLES];
static unsigned handles;

static bool room(void)
{
	if (!ties) {
		void *map = mmap(NULL, TIES * sizeof(*ties), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		ties = map == MAP_FAILED ? NULL : map;
	}
	return ties;
}

/* A socket that unbinds and binds for ever does not use the room up. */
static struct tap_tie *same(void *socket, const char *endpoint, bool server, bool default_name)
{
	for (uint32_t i = 0; i < tie_count; i++)
		if (ties[i].socket == socket && ties[i].server == server &&
		    ties[i].default_name == default_name && !strcmp(ties[i].endpoint, endpoint))
			return &ties[i];
	return NULL;
}

/* A new place, or the one that was left the longest ago: they are gone through in a circle. */
static struct tap_tie *place(void)
{
	static uint32_t at;

	if (tie_count < TIES) {
		ties[tie_count].number = tie_count + 1;
		return &ties[tie_count++];
	}
	for (uint32_t n = 0; n < TIES; n++) {
		at = (at + 1) % TIES;
		if (ties[at].closed && !ties[at].wire)
			return &ties[at];
	}
	return NULL;
}

struct tap_tie *tap_tie_new(void *socket, const char *endpoint, bool server, bool default_name)
{
	struct tap_tie *tie = NULL;
	bool fresh = false;

	if (!tap_lock(&lock))
		return NULL;
	if (room()) {
		tie = same(socket, endpoint, server, default_name);
		fresh = !tie;
		if (!tie)
			tie = place();
	}
	/* The threads of its connections read one that is there: it stays what it is. */
	if (tie && !fresh) {
		tie->closed = false;
		tie->bound[0] = 0;
	} else if (tie) {
		*tie = (struct tap_tie){.number = tie->number,
					.server = server,
					.default_name = default_name,
					.socket = socket};
		tap_copy(tie->endpoint, sizeof(tie->endpoint), endpoint);
	}
	tap_unlock(&lock);
	return tie;
}

static bool is_alike(const struct tap_tie *a, const struct tap_tie *b)
{
	return a->wire && a->server == b->server && a->decides == b->decides &&
	       a->send_buffer == b->send_buffer && a->largest == b->largest &&
	       a->principal_type == b->principal_type && a->service_type == b->service_type &&
	       !strcmp(a->endpoint, b->endpoint) && !strcmp(a->principal, b->principal) &&
	       !strcmp(a->service, b->service);
}

struct tap_tie *tap_tie_for_wire(const struct tap_tie *wanted)
{
	struct tap_tie *tie = NULL;
	uint32_t number;

	while (!tap_lock(&lock))
		;
	for (uint32_t i = 0; room() && i < tie_count && !tie; i++)
		if (is_alike(&ties[i], wanted))
			tie = &ties[i];
	if (tie && tie->socket != wanted->socket)
		tie->socket = NULL; /* it is of more than one */
	if (!tie && room() && (tie = place())) {
		number = tie->number;
		*tie = *wanted;
		tie->number = number;
	}
	tap_unlock(&lock);
	return tie;
}

void tap_ties_close(void *socket)
{
	if (!tie_count || !tap_lock(&lock))
		return;
	for (uint32_t i = 0; i < tie_count; i++)
		if (ties[i].socket == socket)
			ties[i].closed = true;
	tap_unlock(&lock);
}

struct tap_tie *tap_tie_of_endpoint(void *socket, const char *endpoint)
{
	struct tap_tie *tie = NULL;

	if (!endpoint || !tap_lock(&lock))
		return NULL;
	for (uint32_t i = tie_count; i-- && !tie;)
		if (ties[i].socket == socket &&
		    (!strcmp(ties[i].endpoint, endpoint) || !strcmp(ties[i].bound, endpoint)))
			tie = &ties[i];
	tap_unlock(&lock);
	return tie;
}

void tap_tie_bound(void *socket, const char *endpoint, const char *bound, const char *actual)
{
	struct tap_tie *tie = tap_tie_of_endpoint(socket, endpoint);

	if (!tie || !tap_lock(&lock))
		return;
	tap_copy(tie->bound, sizeof(tie->bound), bound ? bound : "");
	tap_copy(tie->actual, sizeof(tie->actual), actual);
	tie->reports = tie->reports && bound;
	tap_unlock(&lock);
}

/* ZMQ_LAST_ENDPOINT tells of all interfaces as tcp://0.0.0.0:port, and of IPv6 in more than one way. */
static bool is_bound_at(const char *bound, const char *local)
{
	const char *port = strrchr(local, ':'), *own = strrchr(bound, ':');

	if (!strncmp(bound, "tcp://0.0.0.0:", 14) || !strncmp(bound, "tcp://[", 7))
		return port && own && !strcmp(own, port);
	return !strcmp(bound, local);
}

bool tap_ties_report(const char *local)
{
	bool reports = false;

	if (!tap_lock(&lock))
		return true;
	for (uint32_t i = 0; i < tie_count && !reports; i++)
		reports = ties[i].reports && !ties[i].closed &&
			  (!ties[i].bound[0] || is_bound_at(ties[i].bound, local));
	tap_unlock(&lock);
	return reports;
}

struct tap_tie *tap_tie_of_text(const char *name, size_t length, size_t *bare)
{
	const char *tag = name && length ? memmem(name, length, TAP_TAG, sizeof(TAP_TAG) - 1) : NULL;
	uint32_t number = 0;

	if (!tag)
		return NULL;
	*bare = (size_t)(tag - name);
	for (const char *c = tag + sizeof(TAP_TAG) - 1; c < name + length && *c >= '0' && *c <= '9'; c++)
		number = number * 10 + (uint32_t)(*c - '0');
	return number && number <= tie_count ? &ties[number - 1] : NULL;
}

struct tap_tie *tap_tie_of_tag(int value)
{
	uint32_t number = (uint32_t)value & 0xffff;

	return tap_is_tag(value) && number && number <= tie_count && ties[number - 1].wire ? &ties[number - 1]
											   : NULL;
}

struct tap_tie *tap_tie_of_path(const char *endpoint)
{
	struct tap_tie *tie = NULL;

	if (!tie_count)
		return NULL;
	while (!tap_lock(&lock))
		;
	/* Also of a socket that is closed: it connects for as long as it has something to send. */
	for (uint32_t i = tie_count; i-- && !tie;)
		if (ties[i].wire && !ties[i].server && !strcmp(ties[i].endpoint, endpoint))
			tie = &ties[i];
	tap_unlock(&lock);
	return tie;
}

static unsigned home(const void *handle)
{
	uintptr_t x = (uintptr_t)handle >> 4;

	return (unsigned)((x * 0x9e3779b97f4a7c15ull) >> 48) & (HANDLES - 1);
}

/* Open addressing; where the handle stands, or the empty place where it would. HANDLES: neither. */
static unsigned find(const void *handle)
{
	unsigned at = home(handle);

	for (unsigned n = 0; n < HANDLES; n++, at = (at + 1) & (HANDLES - 1))
		if (!table[at].handle || table[at].handle == handle)
			return at;
	return HANDLES;
}

/* Those that were displaced by it move up, so that an empty place always ends a search. */
static void take_out(unsigned at)
{
	for (unsigned next = (at + 1) & (HANDLES - 1); table[next].handle;
	     next = (next + 1) & (HANDLES - 1)) {
		unsigned wanted = home(table[next].handle);

		if (((next - wanted) & (HANDLES - 1)) < ((next - at) & (HANDLES - 1)))
			continue; /* it stands at its own place, or between that and the gap */
		table[at] = table[next];
		at = next;
	}
	table[at].handle = NULL;
}

void tap_tie_handle(const void *handle, struct tap_tie *tie, int fd)
{
	unsigned at;

	if (!handle || (!tie && !handles) || !tap_lock(&lock))
		return;
	at = find(handle);
	if (at < HANDLES && tie && (table[at].handle || handles < HANDLES - 1)) {
		handles += !table[at].handle;
		table[at].handle = handle;
		table[at].tie = tie;
		table[at].fd = fd;
	} else if (at < HANDLES && !tie && table[at].handle) {
		take_out(at);
		handles--;
	}
	tap_unlock(&lock);
}

struct tap_tie *tap_tied(const void *handle, int *fd)
{
	struct tap_tie *tie = NULL;
	unsigned at;

	if (!handle || !handles || !tap_lock(&lock))
		return NULL;
	at = find(handle);
	if (at < HANDLES && table[at].handle) {
		tie = table[at].tie;
		if (fd)
			*fd = table[at].fd;
	}
	tap_unlock(&lock);
	return tie;
}

void tap_repair_event(const char *repair, const struct tap_tie *tie, const char *peer, const char *reason)
{
	tap_tell_repair(repair, tie ? tie->socket : NULL, tie ? tie->endpoint : NULL, peer, reason);
}
