/* SPDX-License-Identifier: MIT */
/* See tie.h. */
#include "shim/wire/tie.h"

#include "shim/core/masked.h"
#include "shim/core/monotonic.h"
#include "shim/core/spare.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define NUMBERS                                                                                              \
	0x1000000u /* those of tags, of which 0 is nobody's: one comes again when all others were there */
#define PLACES                                                                                               \
	0x40000u /* by the number's last digits: some more than there are ties, so that there is a free one  \
		  */
#define BUCKETS 65536u
#define STEP_MS 1000u

static struct tap_tie **places;
static struct tap_tie *buckets[BUCKETS];
static struct tap_spares spares = {.size = sizeof(struct tap_tie)};
static uint32_t count, last; /* ties there are; and the number that was given last */
static uint64_t clock_ms, looked;
static struct tap_masked_lock lock;

/* Not to get it would be to go beside it. */
static void enter(void)
{
	while (!tap_lock_masked(&lock))
		;
}

static bool room(void)
{
	if (!places) {
		void *map = mmap(NULL, PLACES * sizeof(*places), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		places = map == MAP_FAILED ? NULL : map;
	}
	return places && count < TAP_TIES;
}

static bool asks_alike(const struct tap_zap *a, const struct tap_zap *b)
{
	return a->context == b->context && !memcmp(&a->calls, &b->calls, sizeof(a->calls)) &&
	       a->patience == b->patience && a->enforces == b->enforces && a->passes == b->passes &&
	       a->id_length == b->id_length && !strcmp(a->domain, b->domain) &&
	       !memcmp(a->id, b->id, a->id_length);
}

/* What befalls a socket's connections befalls it alone; by a path they cannot be told apart. */
static bool fails_alike(const struct tap_tie *a, const struct tap_tie *b)
{
	return a->fails == b->fails && a->once == b->once &&
	       (!a->fails || a->socket == b->socket || !strncmp(a->endpoint, "ipc:", 4));
}

static bool is_alike(const struct tap_tie *a, const struct tap_tie *b)
{
	return a->hash == b->hash && a->server == b->server && a->binds == b->binds &&
	       a->decides == b->decides && a->paced == b->paced && a->send_buffer == b->send_buffer &&
	       a->largest == b->largest && a->principal_type == b->principal_type &&
	       a->service_type == b->service_type && !strcmp(a->endpoint, b->endpoint) &&
	       !strcmp(a->principal, b->principal) && !strcmp(a->service, b->service) && fails_alike(a, b) &&
	       asks_alike(&a->zap, &b->zap);
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

uint32_t tap_tie_hash(const char *endpoint)
{
	uint32_t hash = 2166136261u;

	for (; *endpoint; endpoint++)
		hash = (hash ^ (uint8_t)*endpoint) * 16777619u;
	return hash;
}

/* Locked. */
static void go_on(void)
{
	uint64_t now = tap_monotonic_ns() / 1000000u, since = now - looked;

	clock_ms += since < STEP_MS ? since : STEP_MS;
	looked = now;
}

/* Locked, with room. */
static struct tap_tie *make(const struct tap_tie *wanted)
{
	struct tap_tie *tie = tap_spare_take(&spares), **bucket = &buckets[wanted->hash % BUCKETS];
	uint32_t number = last;

	if (!tie)
		return NULL;
	do
		number = (number + 1) % NUMBERS;
	while (!number || places[number % PLACES]);
	/* Others ask without the lock whether there was any: it is never 0 in between. */
	__atomic_store_n(&last, number, __ATOMIC_RELAXED);
	*tie = *wanted;
	tie->number = number;
	tie->next = *bucket;
	*bucket = tie;
	places[number % PLACES] = tie;
	count++;
	return tie;
}

struct tap_tie *tap_tie_like(struct tap_tie *wanted, bool *mistakable)
{
	struct tap_tie *tie = NULL;

	*mistakable = false;
	wanted->hash = tap_tie_hash(wanted->endpoint);
	enter();
	go_on();
	for (struct tap_tie *t = buckets[wanted->hash % BUCKETS]; t && !tie && !*mistakable; t = t->next) {
		if (is_alike(t, wanted))
			tie = t;
		*mistakable = is_mistakable(t, wanted);
	}
	if (tie && tie->socket != wanted->socket)
		tie->socket = NULL;
	if (!tie && !*mistakable && room())
		tie = make(wanted);
	if (tie)
		tie->references++;
	tap_unlock_masked(&lock);
	return tie;
}

bool tap_ties_exist(void)
{
	return __atomic_load_n(&last, __ATOMIC_RELAXED);
}

struct tap_tie *tap_tie_refer(struct tap_tie *tie)
{
	if (!tie || tie->unseen)
		return tie;
	enter();
	tie->references++;
	tap_unlock_masked(&lock);
	return tie;
}

/* Locked. */
static void take_out(struct tap_tie *tie)
{
	struct tap_tie **at = &buckets[tie->hash % BUCKETS];

	while (*at != tie)
		at = &(*at)->next;
	*at = tie->next;
	places[tie->number % PLACES] = NULL;
	count--;
}

/*
 * Credentials whose ties are gone. The last to drop one may be a thread that somebody waits for who has the
 * loader's lock, and to release it means to look functions up: who acquires the next one does it. More are
 * not kept.
 */
static void *left[64];

static void leave_credential(void *credential)
{
	for (size_t i = 0; credential && i < sizeof(left) / sizeof(left[0]); i++) {
		void *none = NULL;

		if (__atomic_compare_exchange_n(&left[i], &none, credential, false, __ATOMIC_ACQ_REL,
						__ATOMIC_RELAXED))
			return;
	}
}

void *tap_tie_credential_left(void)
{
	void *credential = NULL;

	for (size_t i = 0; !credential && i < sizeof(left) / sizeof(left[0]); i++)
		credential = __atomic_exchange_n(&left[i], NULL, __ATOMIC_ACQ_REL);
	return credential;
}

static void drop(struct tap_tie *tie, bool user)
{
	int saved = errno;
	bool gone;

	enter();
	tie->users -= user;
	if (!user)
		tie->used = clock_ms;
	gone = !--tie->references;
	if (gone)
		take_out(tie);
	tap_unlock_masked(&lock);
	if (gone) {
		leave_credential(tie->credential);
		tap_spare_give(&spares, tie);
	}
	errno = saved;
}

void tap_tie_drop(struct tap_tie *tie)
{
	if (tie && !tie->unseen)
		drop(tie, false);
}

void tap_tie_use(struct tap_tie *tie)
{
	enter();
	tie->references++;
	tie->users++;
	tap_unlock_masked(&lock);
}

void tap_tie_unuse(struct tap_tie *tie)
{
	drop(tie, true);
}

bool tap_tie_is_quiet(struct tap_tie *tie, uint64_t ms)
{
	bool quiet;

	enter();
	quiet = tie->references == tie->users && clock_ms - tie->used >= ms;
	tap_unlock_masked(&lock);
	return quiet;
}

uint64_t tap_tie_clock(void)
{
	uint64_t now;

	enter();
	now = clock_ms;
	tap_unlock_masked(&lock);
	return now;
}

struct tap_tie *tap_tie_of_tag(int value)
{
	uint32_t number = (uint32_t)value & (NUMBERS - 1);
	struct tap_tie *tie;

	if (!tap_is_tag(value) || !number)
		return NULL;
	enter();
	tie = places ? places[number % PLACES] : NULL;
	if (tie && tie->number == number)
		tie->references++;
	else
		tie = NULL;
	tap_unlock_masked(&lock);
	return tie;
}

struct tap_tie *tap_tie_of_path(const char *endpoint)
{
	uint32_t hash = tap_tie_hash(endpoint);
	struct tap_tie *tie;

	enter();
	/* Also of a socket that is closed: it connects for as long as it has something to send. */
	for (tie = buckets[hash % BUCKETS]; tie; tie = tie->next)
		if (tie->hash == hash && !tie->binds && !strcmp(tie->endpoint, endpoint))
			break;
	if (tie)
		tie->references++;
	tap_unlock_masked(&lock);
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
