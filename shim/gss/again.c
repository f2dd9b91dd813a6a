/* SPDX-License-Identifier: MIT */
/*
 * Security contexts that were established under a policy which is not in force any more: each is judged again
 * before it is used next, by what was known of it then. What that policy has given away cannot be taken back:
 * delegation is not judged again.
 *
 * libzmq's own wrap is let pass, as it ends the process when that fails; its unwrap is not.
 */
#include "shim/gss/context.h"
#include "shim/gss/groups.h"
#include "shim/gss/gss.h"
#include "shim/gss/kept.h"
#include "shim/loader/callers.h"
#include "shim/loader/elf.h"

static const struct tap_scope no_call;

/* Denials are recorded, also would-be ones. Groups are known where there is a context to ask. */
static bool is_forbidden(const struct tap_scope *scope, gss_ctx_id_t context, const struct pol_facts *facts,
			 struct pol_verdict *verdict)
{
	struct pol_facts again = *facts;
	struct tap_groups groups;
	unsigned told = 0;
	bool forbidden;

	again.delegated = again.delegation_open = false;
	tap_groups_begin(&groups, scope, context, &again);
	forbidden = TAP_POLICY(pol_ends) &&
		    tap_judge(scope, &again, &told, tap_facts_peer(&again), verdict) == POL_DENY;
	tap_groups_end(&groups);
	return forbidden;
}

static bool is_libzmqs_wrap(const struct tap_scope *scope)
{
	const struct link_map *map = scope->call == TR_gss_wrap ? tap_map_of(scope->caller) : NULL;

	return map && tap_elf_definition(map->l_addr, map->l_ld, "zmq_msg_send");
}

/* What is known of it; where there is no memory for that, nothing is. */
static bool judge(const struct tap_scope *scope, gss_ctx_id_t context, uint32_t generation, bool guests,
		  OM_uint32 *ended)
{
	struct pol_facts nobody = {.moment = POL_ESTABLISHED};
	struct context *copy = tap_context_new();
	struct pol_verdict verdict;
	bool forbidden;

	if (copy && !tap_context_is_behind(context, generation, guests, copy, ended))
		forbidden = *ended; /* another thread was first */
	else if ((forbidden = is_forbidden(scope, context, copy ? &copy->facts.pol : &nobody, &verdict)))
		tap_refuse_gss(&verdict, ended);
	tap_context_judged(context, generation, *ended);
	if (copy)
		tap_context_free(copy);
	return forbidden;
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

bool tap_guest_context_forbidden(struct context *kept, gss_ctx_id_t handle)
{
	uint32_t generation = tap_policy_generation();
	struct pol_verdict verdict;
	OM_uint32 ended;

	if (!kept)
		return tap_context_is_behind(handle, generation, true, NULL, &ended) &&
		       judge(&no_call, handle, generation, true, &ended);
	if (kept->judged_by >= generation)
		return false;
	kept->judged_by = generation;
	tap_facts_settle(&kept->facts);
	return is_forbidden(&no_call, GSS_C_NO_CONTEXT, &kept->facts.pol, &verdict);
}
