/* SPDX-License-Identifier: MIT */
/* See tie.h. */
#include "shim/wire/tie.h"

#include <string.h>
#include <sys/mman.h>

#define TIES 65535 /* as many as there are tags */

static struct tap_tie *ties;
static _Atomic(uint32_t) count; /* those beyond are nobody's yet */
static struct tap_lock lock;

static bool room(void)
{
	if (!ties) {
		void *map = mmap(NULL, TIES * sizeof(*ties), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		ties = map == MAP_FAILED ? NULL : map;
	}
	return ties;
}

static bool asks_alike(const struct tap_zap *a, const struct tap_zap *b)
{
	return a->context == b->context && !memcmp(&a->calls, &b->calls, sizeof(a->calls)) &&
	       a->patience == b->patience && a->enforces == b->enforces && a->id_length == b->id_length &&
	       !strcmp(a->domain, b->domain) && !memcmp(a->id, b->id, a->id_length);
}

static bool is_alike(const struct tap_tie *a, const struct tap_tie *b)
{
	return a->hash == b->hash && a->server == b->server && a->binds == b->binds &&
	       a->decides == b->decides && a->send_buffer == b->send_buffer && a->largest == b->largest &&
	       a->principal_type == b->principal_type && a->service_type == b->service_type &&
	       !strcmp(a->endpoint, b->endpoint) && !strcmp(a->principal, b->principal) &&
	       !strcmp(a->service, b->service) && asks_alike(&a->zap, &b->zap);
}

static bool speaks_alike(const struct tap_tie *a, const struct tap_tie *b)
{
	return a->server == b->server && a->decides == b->decides && a->principal_type == b->principal_type &&
	       a->service_type == b->service_type && !strcmp(a->principal, b->principal) &&
	       !strcmp(a->service, b->service);
}

/* Of sockets that connect to a path only the path is known later. */
static bool is_mistakable(const struct tap_tie *a, const struct tap_tie *b)
{
	return !a->binds && !b->binds && !strncmp(a->endpoint, "ipc:", 4) && a->hash == b->hash &&
	       !strcmp(a->endpoint, b->endpoint) && !speaks_alike(a, b);
}

static uint32_t hash_of(const char *endpoint)
{
	uint32_t hash = 2166136261u;

	for (; *endpoint; endpoint++)
		hash = (hash ^ (uint8_t)*endpoint) * 16777619u;
	return hash;
}

struct tap_tie *tap_tie_like(struct tap_tie *wanted, bool *mistakable)
{
	struct tap_tie *tie = NULL;

	*mistakable = false;
	wanted->hash = hash_of(wanted->endpoint);
	while (!tap_lock(&lock))
		;
	for (uint32_t i = 0; i < count && !tie && !*mistakable; i++) {
		if (is_alike(&ties[i], wanted))
			tie = &ties[i];
		*mistakable = is_mistakable(&ties[i], wanted);
	}
	if (tie && tie->socket != wanted->socket)
		tie->socket = NULL;
	if (!tie && !*mistakable && room() && count < TIES) {
		tie = &ties[count];
		*tie = *wanted;
		tie->number = count + 1;
		count++;
	}
	tap_unlock(&lock);
	return tie;
}

bool tap_ties_exist(void)
{
	return count;
}

struct tap_tie *tap_tie_of_tag(int value)
{
	uint32_t number = (uint32_t)value & 0xffff;

	return tap_is_tag(value) && number && number <= count ? &ties[number - 1] : NULL;
}

struct tap_tie *tap_tie_of_path(const char *endpoint)
{
	struct tap_tie *tie = NULL;

	if (!count)
		return NULL;
	while (!tap_lock(&lock))
		;
	/* Also of a socket that is closed: it connects for as long as it has something to send. */
	for (uint32_t i = count; i-- && !tie;)
		if (!ties[i].binds && !strcmp(ties[i].endpoint, endpoint))
			tie = &ties[i];
	tap_unlock(&lock);
	return tie;
}

void tap_tie_put(struct tr_draft *draft, const struct tap_tie *tie)
{
	tr_put_text(draft, TR_F_ENDPOINT, tie->endpoint);
	if (tie->decides)
		tr_put_text(draft, TR_F_MODE, "report");
	tr_put_u32(draft, TR_F_ROLE, tie->server ? TR_ROLE_SERVER : TR_ROLE_CLIENT);
	if (tie->service[0])
		tr_put_text(draft, TR_F_SERVICE, tie->service);
	if (tie->principal[0])
		tr_put_text(draft, TR_F_PRINCIPAL, tie->principal);
}
