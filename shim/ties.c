/* SPDX-License-Identifier: MIT */
/* See ties.h. Handles live as long as libzmq's engines; the table forgets them when they are released. */
#include "shim/ties.h"

#include <string.h>
#include <sys/mman.h>

#define TIES 4096
#define HANDLES 4096 /* a power of two */

static struct tap_tie *ties;
static uint32_t tie_count;
static struct tap_lock lock;
static struct {
	const void *handle;
	const struct tap_tie *tie;
	int fd;
} table[HANDLES];

static bool room(void)
{
	if (!ties) {
		void *map = mmap(NULL, TIES * sizeof(*ties), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		ties = map == MAP_FAILED ? NULL : map;
	}
	return ties && tie_count < TIES;
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

struct tap_tie *tap_tie_new(void *socket, const char *endpoint, bool server, bool default_name)
{
	struct tap_tie *tie = NULL;

	if (!tap_lock(&lock))
		return NULL;
	if (room())
		tie = same(socket, endpoint, server, default_name);
	if (!tie && room()) {
		tie = &ties[tie_count];
		tie->number = ++tie_count;
		tie->server = server;
		tie->default_name = default_name;
		tie->socket = socket;
		tap_copy(tie->endpoint, sizeof(tie->endpoint), endpoint);
	}
	tap_unlock(&lock);
	return tie;
}

const struct tap_tie *tap_tie_of_endpoint(void *socket, const char *endpoint)
{
	const struct tap_tie *tie = NULL;

	if (!endpoint || !tap_lock(&lock))
		return NULL;
	for (uint32_t i = tie_count; i-- && !tie;)
		if (ties[i].socket == socket && !strcmp(ties[i].endpoint, endpoint))
			tie = &ties[i];
	tap_unlock(&lock);
	return tie;
}

const struct tap_tie *tap_tie_of_text(const char *name, size_t length, size_t *bare)
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

static unsigned home(const void *handle)
{
	uintptr_t x = (uintptr_t)handle >> 4;

	return (unsigned)((x * 0x9e3779b97f4a7c15ull) >> 52) & (HANDLES - 1);
}

/* Open addressing; a forgotten handle leaves a mark that later ones may take. */
static const char forgotten;

void tap_tie_handle(const void *handle, const struct tap_tie *tie, int fd)
{
	unsigned at = home(handle), free_at = HANDLES;

	if (!handle || !tap_lock(&lock))
		return;
	for (unsigned n = 0; n < HANDLES; n++, at = (at + 1) & (HANDLES - 1)) {
		const void *there = table[at].handle;

		if (there == handle || (!there && free_at == HANDLES)) {
			free_at = at;
			break;
		}
		if (there == &forgotten && free_at == HANDLES)
			free_at = at;
		if (!there)
			break;
	}
	if (tie && free_at < HANDLES) {
		table[free_at].handle = handle;
		table[free_at].tie = tie;
		table[free_at].fd = fd;
	} else if (free_at < HANDLES && table[free_at].handle == handle) {
		table[free_at].handle = &forgotten;
		table[free_at].tie = NULL;
	}
	tap_unlock(&lock);
}

const struct tap_tie *tap_tied(const void *handle, int *fd)
{
	const struct tap_tie *tie = NULL;
	unsigned at = home(handle);

	if (!handle || !tap_lock(&lock))
		return NULL;
	for (unsigned n = 0; n < HANDLES && table[at].handle; n++, at = (at + 1) & (HANDLES - 1)) {
		if (table[at].handle == handle) {
			tie = table[at].tie;
			if (fd)
				*fd = table[at].fd;
			break;
		}
	}
	tap_unlock(&lock);
	return tie;
}
