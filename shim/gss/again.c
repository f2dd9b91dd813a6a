/* SPDX-License-Identifier: MIT */
/*
 * Security contexts that were established under a policy which is not in force any more, or that are of the
 * age that one sets: each is judged again before it is used next, by what was known of it then. What a policy
 * has given away cannot be taken back: delegation is not judged again. A kick ends them whatever on-change
 * says.
 *
 * libzmq's own wrap is let pass, as it ends the process when that fails; its unwrap is not.
 */
#include "shim/gss/context.h"
#include "shim/gss/groups.h"
#include "shim/gss/gss.h"
#include "shim/gss/kept.h"
#include "shim/loader/callers.h"
#include "shim/loader/elf.h"

#define FORBIDDEN "the policy that has taken the place of the one before forbids it"
#define KICKED "its peer was cut off by gsstap kick"
#define TOO_OLD "its security context is older than the policy lets one become (gss.max-context-age)"

static const struct tap_scope no_call;

/* Denials are recorded, also would-be ones. Groups are known where there is a context to ask. */
static bool forbids_it(const struct tap_scope *scope, gss_ctx_id_t context, const struct pol_facts *facts,
		       struct pol_verdict *verdict)
{
	struct pol_facts again = *facts;
	struct tap_groups groups;
	unsigned told = 0;
	bool forbidden;

	again.delegated = again.constrained = again.delegation_open = false;
	tap_groups_begin(&groups, scope, context, &again);
	forbidden = tap_judge(scope, &again, &told, tap_facts_peer(&again), verdict) == POL_DENY;
	tap_groups_end(&groups);
	return forbidden;
}

/* The same of its age. What audit mode lets go on is told of once. */
static bool forbids_age(const struct tap_scope *scope, struct context *c, struct pol_verdict *verdict)
{
	c->facts.pol.age = tap_context_age(c);
	if (tap_judge_use(scope, &c->facts.pol, POL_GOES_ON, false, tap_facts_peer(&c->facts.pol), verdict) ==
	    POL_DENY)
		return true;
	if (verdict->action == POL_DENY)
		c->ends = 0;
	else
		tap_context_limit(c);
	return false;
}

/* The number is asked for first: what is put in place meanwhile comes again. */
static bool is_kicked(const struct tap_scope *scope, struct context *c, struct pol_verdict *verdict)
{
	uint32_t since = c->kicks;

	c->kicks = TAP_POLICY(pol_last_kick);
	return tap_is_kicked(scope, &c->facts.pol, since, tap_facts_peer(&c->facts.pol), verdict);
}

/* Why it is to be ended, or NULL. */
static const char *why_ended(const struct tap_scope *scope, gss_ctx_id_t context, struct context *c,
			     uint32_t generation, struct pol_verdict *verdict)
{
	if (c->judged_by < generation && is_kicked(scope, c, verdict))
		return KICKED;
	if (c->judged_by < generation && TAP_POLICY(pol_ends)) {
		if (forbids_it(scope, context, &c->facts.pol, verdict))
			return FORBIDDEN;
		tap_context_limit(c);
	}
	return tap_age_is_reached(c->ends) && forbids_age(scope, c, verdict) ? TOO_OLD : NULL;
}

static bool is_libzmqs_wrap(const struct tap_scope *scope)
{
	const struct link_map *map = scope->call == TR_gss_wrap ? tap_map_of(scope->caller) : NULL;

	return map && tap_elf_definition(map->l_addr, map->l_ld, "zmq_msg_send");
}

/* Why it is to be ended, or NULL. */
static const char *judge(const struct tap_scope *scope, gss_ctx_id_t context, uint32_t generation,
			 bool guests, OM_uint32 *ended)
{
	struct context copy = {0}; /* no memory is asked for: under a filter that may be forbidden */
	struct pol_verdict verdict;
	const char *why;

	if (!tap_context_is_behind(context, generation, guests, &copy, ended))
		return *ended ? FORBIDDEN : NULL; /* another thread was first */
	why = why_ended(scope, context, &copy, generation, &verdict);
	if (why)
		tap_refuse_gss(&verdict, ended);
	tap_context_judged(context, generation, &copy, *ended);
	return why;
}

bool tap_refuses_ended(const struct tap_scope *scope, gss_ctx_id_t context, OM_uint32 *minor_status,
		       gss_buffer_t output, OM_uint32 *major)
{
	uint32_t generation = tap_policy_generation();
	OM_uint32 ended;
	bool behind = tap_context_is_behind(context, generation, false, NULL, &ended);
	int saved = errno;

	if ((!behind && !ended) || is_libzmqs_wrap(scope))
		return false;
	if (behind && !judge(scope, context, generation, false, &ended)) {
		errno = saved;
		return false;
	}
	errno = saved;
	if (output)
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	if (minor_status)
		*minor_status = ended;
	*major = GSS_S_NO_CONTEXT;
	return true;
}

static uint64_t earlier(uint64_t one, uint64_t other)
{
	return !other || (one && one < other) ? one : other;
}

const char *tap_guest_context_forbidden(struct context *kept, gss_ctx_id_t handle, uint64_t *ends)
{
	uint32_t generation = tap_policy_generation();
	struct pol_verdict verdict;
	const char *why = NULL;
	OM_uint32 ended;

	if (kept) {
		tap_facts_settle(&kept->facts);
		why = why_ended(&no_call, GSS_C_NO_CONTEXT, kept, generation, &verdict);
		kept->judged_by = generation;
		*ends = earlier(kept->ends, why ? 0 : tap_expires_guests(kept, NULL));
		return why;
	}
	if (tap_context_is_behind(handle, generation, true, NULL, &ended))
		why = judge(&no_call, handle, generation, true, &ended);
	*ends = earlier(tap_context_end(handle), why ? 0 : tap_expires_guests(NULL, handle));
	return why;
}
