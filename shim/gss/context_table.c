/* SPDX-License-Identifier: MIT */
/*
 * The security contexts of the process by the library's handle, and what each has carried so far.
 *
 * Handles are used again after a deletion, so an entry goes with its context; a context that is not in the
 * table (made before us, or no room) is simply not summed up: it is not what one is judged by.
 */
#include "shim/core/spare.h"
#include "shim/gss/age.h"
#include "shim/gss/context.h"
#include "shim/gss/gss.h"

#define BUCKETS 512

static struct {
	struct tap_lock lock;
	struct context *first;
} buckets[BUCKETS];

static struct tap_spares spares = {.size = sizeof(struct context)};

unsigned tap_contexts_unjudged; /* in the table, and one more once one could not be entered */
static bool one_is_lost;

static unsigned bucket_of(gss_ctx_id_t handle)
{
	uintptr_t x = (uintptr_t)handle >> 4;

	return (unsigned)((x ^ x >> 9) % BUCKETS);
}

/* Locked. */
static struct context *find(unsigned bucket, gss_ctx_id_t handle)
{
	struct context *c = buckets[bucket].first;

	while (c && c->handle != handle)
		c = c->next;
	return c;
}

struct context *tap_context_new(void)
{
	return tap_spare_take(&spares);
}

void tap_context_free(struct context *c)
{
	tap_spare_give(&spares, c);
}

struct context *tap_context_take(gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);
	struct context **at, *c;

	if (!handle || !tap_lock(&buckets[b].lock))
		return NULL;
	for (at = &buckets[b].first; (c = *at) && c->handle != handle; at = &c->next)
		;
	if (c)
		*at = c->next;
	if (c && c->unjudged)
		__atomic_sub_fetch(&tap_contexts_unjudged, 1, __ATOMIC_RELAXED);
	tap_unlock(&buckets[b].lock);
	return c;
}

void tap_context_enter(struct context *c, gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);

	c->handle = handle;
	c->process = tap_lineage();
	if (!tap_lock(&buckets[b].lock)) {
		/* A signal handler's, above the holder. From now on whom nobody knows is nobody judged. */
		if (c->unjudged && !__atomic_exchange_n(&one_is_lost, true, __ATOMIC_RELAXED))
			__atomic_add_fetch(&tap_contexts_unjudged, 1, __ATOMIC_RELAXED);
		return;
	}
	c->next = buckets[b].first;
	buckets[b].first = c;
	if (c->unjudged)
		__atomic_add_fetch(&tap_contexts_unjudged, 1, __ATOMIC_RELAXED);
	tap_unlock(&buckets[b].lock);
}

static bool is_untold(const struct context *c)
{
	return c->process == tap_lineage() && !(c->established ? c->summed : c->told);
}

/* Locked. */
static struct context *find_untold(unsigned bucket)
{
	struct context *c = buckets[bucket].first;

	while (c && (c->guests || !is_untold(c)))
		c = c->next;
	return c;
}

static void tell(struct context *c, struct context *copy)
{
	*copy = *c;
	c->summed = c->established;
	c->told = c->told || !c->established;
	c->out_calls = c->out_bytes = c->in_calls = c->in_bytes = 0;
}

bool tap_context_open(unsigned *bucket, struct context *copy)
{
	struct context *c = NULL;

	for (; *bucket < BUCKETS; ++*bucket) {
		if (!__atomic_load_n(&buckets[*bucket].first, __ATOMIC_RELAXED))
			continue;
		/* Nobody holds it for long, unless he is stopped: then the rest can wait no longer either. */
		if (!tap_lock(&buckets[*bucket].lock))
			return false;
		c = find_untold(*bucket);
		if (c)
			tell(c, copy);
		tap_unlock(&buckets[*bucket].lock);
		if (c)
			break;
	}
	if (c)
		tap_facts_settle(&copy->facts);
	return c;
}

bool tap_context_guests(struct context *kept, gss_ctx_id_t handle, struct context *copy)
{
	unsigned b = bucket_of(handle);
	struct context *c = kept;

	if (!kept && (!handle || !tap_lock(&buckets[b].lock)))
		return false;
	if (!kept)
		c = find(b, handle);
	if (c && !is_untold(c))
		c = NULL;
	if (c)
		tell(c, copy);
	if (!kept)
		tap_unlock(&buckets[b].lock);
	if (c)
		tap_facts_settle(&copy->facts);
	return c;
}

/* Locked, unless it is the caller's own. False: not yet, or never. */
static bool take_expiring(struct context *c, uint64_t now, uint64_t *next)
{
	if (!c->expires || c->process != tap_lineage())
		return false;
	if (c->expires > now) {
		if (!*next || c->expires < *next)
			*next = c->expires;
		return false;
	}
	c->expires = 0;
	return true;
}

bool tap_context_expiring(unsigned *bucket, uint64_t now, uint64_t *next, struct context *copy)
{
	struct context *c = NULL;

	for (; *bucket < BUCKETS && !c; *bucket += !c) {
		if (!__atomic_load_n(&buckets[*bucket].first, __ATOMIC_RELAXED))
			continue;
		if (!tap_lock(&buckets[*bucket].lock)) {
			*next = now; /* a signal handler's: somebody else looks */
			return false;
		}
		for (c = buckets[*bucket].first; c && (c->guests || !take_expiring(c, now, next));
		     c = c->next)
			;
		if (c)
			*copy = *c;
		tap_unlock(&buckets[*bucket].lock);
	}
	if (c)
		tap_facts_settle(&copy->facts);
	return c;
}

bool tap_context_guest_expiring(gss_ctx_id_t handle, uint64_t now, uint64_t *next, struct context *copy)
{
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!handle || !tap_lock(&buckets[b].lock))
		return false;
	c = find(b, handle);
	if (c && !take_expiring(c, now, next))
		c = NULL;
	if (c)
		*copy = *c;
	tap_unlock(&buckets[b].lock);
	if (c)
		tap_facts_settle(&copy->facts);
	return c;
}

void tap_context_left(gss_ctx_id_t handle, const char *reason)
{
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return;
	c = find(b, handle);
	if (c)
		c->left = reason;
	tap_unlock(&buckets[b].lock);
}

bool tap_context_is_unjudged(gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);
	struct context *c;
	bool unjudged;

	if (!tap_lock(&buckets[b].lock))
		return true; /* a signal handler's: what cannot be looked up is not let through */
	c = find(b, handle);
	unjudged = c ? c->unjudged : __atomic_load_n(&one_is_lost, __ATOMIC_RELAXED);
	tap_unlock(&buckets[b].lock);
	return unjudged;
}

bool tap_context_use(gss_ctx_id_t handle, enum pol_use use, struct tap_facts *facts, bool *again)
{
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!handle || !tap_lock(&buckets[b].lock))
		return false;
	c = find(b, handle);
	if (c) {
		*facts = c->facts;
		if (again) {
			*again = c->used >> use & 1;
			c->used |= 1u << use;
		}
	}
	tap_unlock(&buckets[b].lock);
	if (c)
		tap_facts_settle(facts);
	return c;
}

bool tap_context_is_behind(gss_ctx_id_t handle, uint32_t generation, bool guests, struct context *copy,
			   OM_uint32 *ended)
{
	unsigned b = bucket_of(handle);
	struct context *c;
	bool behind;

	*ended = 0;
	if (!tap_lock(&buckets[b].lock)) {
		/* A signal handler's: it is judged as what nobody knows. */
		if (copy)
			copy->facts.pol.moment = POL_ESTABLISHED;
		return true;
	}
	c = find(b, handle);
	behind = c && c->guests == guests && (c->established || c->judged) && !c->ended &&
		 (c->judged_by < generation || tap_age_is_reached(c->ends));
	if (c)
		*ended = c->ended;
	if (behind && copy)
		*copy = *c;
	tap_unlock(&buckets[b].lock);
	if (behind && copy)
		tap_facts_settle(&copy->facts);
	return behind;
}

uint64_t tap_context_end(gss_ctx_id_t handle)
{
	unsigned b = bucket_of(handle);
	const struct context *c;
	uint64_t ends = 0;

	if (!tap_lock(&buckets[b].lock))
		return 0;
	c = find(b, handle);
	if (c && !c->ended)
		ends = c->ends;
	tap_unlock(&buckets[b].lock);
	return ends;
}

void tap_context_judged(gss_ctx_id_t handle, uint32_t generation, const struct context *copy, OM_uint32 ended)
{
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return;
	c = find(b, handle);
	if (c) {
		c->judged_by = generation;
		c->ends = copy->ends;
		c->kicks = copy->kicks;
		c->ended = ended;
	}
	tap_unlock(&buckets[b].lock);
}

void tap_context_put(const struct context *c, struct tr_draft *d)
{
	tr_put_text(d, TR_F_INITIATOR, c->facts.pol.initiator.text);
	tr_put_text(d, TR_F_ACCEPTOR, c->facts.pol.acceptor.text);
	if (c->hashed)
		tr_put(d, TR_F_HANDSHAKE, c->first_hash, sizeof(c->first_hash));
}

void tap_context_name(gss_ctx_id_t handle, struct tr_draft *d)
{
	unsigned b = bucket_of(handle);
	const struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return;
	c = find(b, handle);
	if (c)
		tap_context_put(c, d);
	tap_unlock(&buckets[b].lock);
}

void tap_context_put_imported(gss_ctx_id_t handle, struct tr_draft *d)
{
	unsigned b = bucket_of(handle);
	const struct context *c;

	if (!handle || !tap_lock(&buckets[b].lock))
		return;
	c = find(b, handle);
	if (c && c->imported && c->role) {
		tr_put_u32(d, TR_F_ROLE, c->role);
		tr_put_text(d, TR_F_INITIATOR, c->facts.pol.initiator.text);
		tr_put_text(d, TR_F_ACCEPTOR, c->facts.pol.acceptor.text);
		tr_put(d, TR_F_MECH, c->facts.mech, c->facts.pol.mech_length);
		tr_put_u32(d, TR_F_FLAGS_RET, c->facts.pol.flags_granted);
	}
	tap_unlock(&buckets[b].lock);
}

void tap_context_carried(struct context *c, bool outbound, size_t bytes)
{
	if (outbound) {
		c->out_calls++;
		c->out_bytes += bytes;
	} else {
		c->in_calls++;
		c->in_bytes += bytes;
	}
}

void tap_context_count(gss_ctx_id_t handle, bool outbound, size_t bytes)
{
	unsigned b = bucket_of(handle);
	struct context *c;

	if (!tap_lock(&buckets[b].lock))
		return;
	c = find(b, handle);
	if (c)
		tap_context_carried(c, outbound, bytes);
	tap_unlock(&buckets[b].lock);
}
