/* SPDX-License-Identifier: MIT */
/* See use.h. */
#include "shim/gss/use.h"

#include "shim/gss/context.h"
#include "shim/loader/pointers.h"

#include <errno.h>

/* told: false for what only prepares a use, of which nothing is said. */
static enum pol_action judge(const struct tap_scope *scope, gss_ctx_id_t context, enum pol_use use,
			     OM_uint32 *flags, bool told, struct pol_verdict *verdict)
{
	struct tap_facts facts = {0};
	bool again = false;
	int saved = errno;
	enum pol_action action;

	/* Where there is none the library says so. */
	if (context == GSS_C_NO_CONTEXT || tap_is_own_code(scope->from))
		return POL_ALLOW;
	tap_context_use(context, use, &facts, told ? &again : NULL);
	action = tap_judge_use(told ? scope : NULL, &facts.pol, use, again, tap_facts_peer(&facts.pol),
			       verdict);
	*flags = facts.pol.lifetime_known ? facts.pol.flags_granted : GSS_C_CONF_FLAG;
	errno = saved;
	return action;
}

enum pol_action tap_use(const struct tap_scope *scope, gss_ctx_id_t context, enum pol_use use,
			struct pol_verdict *verdict)
{
	OM_uint32 flags;

	return judge(scope, context, use, &flags, true, verdict);
}

static bool refuse(const struct pol_verdict *verdict, OM_uint32 *minor_status, OM_uint32 *major)
{
	*major = tap_refuse_gss(verdict, minor_status);
	return true;
}

bool tap_use_refused(const struct tap_scope *scope, gss_ctx_id_t context, enum pol_use use,
		     OM_uint32 *minor_status, OM_uint32 *major)
{
	struct pol_verdict verdict;

	return tap_use_is_judged(scope, use) && tap_use(scope, context, use, &verdict) == POL_DENY &&
	       refuse(&verdict, minor_status, major);
}

bool tap_way_refused(const struct tap_scope *scope, enum pol_use way, gss_cred_usage_t usage,
		     gss_cred_id_t *cred, OM_uint32 *minor_status, OM_uint32 *major)
{
	const struct pol_facts facts = {.role = usage == GSS_C_INITIATE ? POL_INITIATOR
						: usage == GSS_C_ACCEPT ? POL_ACCEPTOR
									: (enum pol_role)0};
	struct pol_verdict verdict;
	int saved = errno;
	bool refused;

	if (way >= POL_USES || !tap_use_is_judged(scope, way) || tap_is_own_code(scope->from))
		return false;
	refused = tap_judge_use(scope, &facts, way, false, NULL, &verdict) == POL_DENY;
	errno = saved;
	if (!refused)
		return false;
	if (cred)
		*cred = GSS_C_NO_CREDENTIAL;
	return refuse(&verdict, minor_status, major);
}

static bool wraps_bare(const struct tap_scope *scope, struct tap_bare *bare, gss_ctx_id_t context,
		       int *conf_req, OM_uint32 *minor_status, OM_uint32 *major)
{
	struct pol_verdict verdict;
	OM_uint32 flags;

	verdict.action = POL_ALLOW;
	switch (judge(scope, context, POL_WRAPS_BARE, &flags, true, &verdict)) {
	case POL_ALLOW:
		bare->judged = false;
		/* What audit mode would have encrypted, and cannot be. */
		if (verdict.action == POL_CHANGE && !(flags & GSS_C_CONF_FLAG))
			tap_use(scope, context, POL_WRAPPED_BARE, &verdict);
		return false;
	case POL_CHANGE:
		*conf_req = 1;
		return !(flags & GSS_C_CONF_FLAG) &&
		       tap_use(scope, context, POL_WRAPPED_BARE, &verdict) == POL_DENY &&
		       refuse(&verdict, minor_status, major);
	default:
		return refuse(&verdict, minor_status, major);
	}
}

bool tap_bare_before(const struct tap_scope *scope, struct tap_bare *bare, gss_ctx_id_t context,
		     int *conf_req, int **conf_state, OM_uint32 *minor_status, OM_uint32 *major)
{
	bare->judged = tap_use_is_judged(scope, POL_WRAPS_BARE);
	if (!*conf_state && (bare->judged || scope->record == TAP_RECORD))
		*conf_state = &bare->state;
	return bare->judged && conf_req && !*conf_req &&
	       wraps_bare(scope, bare, context, conf_req, minor_status, major);
}

bool tap_bare_after(const struct tap_scope *scope, const struct tap_bare *bare, gss_ctx_id_t context,
		    bool wrapped, int *conf_state, OM_uint32 *minor_status, OM_uint32 *major)
{
	struct pol_verdict verdict;

	return bare->judged && !GSS_ERROR(*major) && !*conf_state &&
	       tap_use(scope, context, wrapped ? POL_WRAPPED_BARE : POL_UNWRAPPED_BARE, &verdict) ==
		       POL_DENY &&
	       refuse(&verdict, minor_status, major);
}

int tap_bare_asked(const struct tap_scope *scope, gss_ctx_id_t context, int conf_req)
{
	struct pol_verdict verdict;
	OM_uint32 flags;

	if (conf_req || !tap_use_is_judged(scope, POL_WRAPS_BARE))
		return conf_req;
	return judge(scope, context, POL_WRAPS_BARE, &flags, false, &verdict) == POL_CHANGE;
}
