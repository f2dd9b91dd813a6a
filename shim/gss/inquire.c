/* SPDX-License-Identifier: MIT */
/* RFC 2743, section 2.2: what can be asked and set of a security context that is there. */
#include "shim/gss/gss.h"
#include "shim/gss/use.h"
#include "trace/keys.h"

static void put_token(struct tr_draft *d, const gss_buffer_desc *token)
{
	if (token && token->length)
		tr_put_token(d, TR_F_IN_TOKEN, token->value, token->length,
			     tr_level >= TR_LEVEL_TOKENS ? TR_WHERE_IN_TOKEN : TR_WHERE_NONE, false);
}

TAP_EXPORT OM_uint32 gss_inquire_context(OM_uint32 *minor_status, gss_ctx_id_t context, gss_name_t *source,
					 gss_name_t *target, OM_uint32 *lifetime, gss_OID *mech,
					 OM_uint32 *flags, int *local, int *open)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_inquire_context);
	char initiator[256] = "", acceptor[256] = "";
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, context, source, target, lifetime, mech, flags, local, open);
	error = errno;
	if (scope.record && major == GSS_S_COMPLETE) {
		if (source)
			tap_display_name(&scope, *source, initiator, sizeof(initiator));
		if (target)
			tap_display_name(&scope, *target, acceptor, sizeof(acceptor));
	}
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, context);
		if (initiator[0])
			tr_put_text(d, TR_F_INITIATOR, initiator);
		if (acceptor[0])
			tr_put_text(d, TR_F_ACCEPTOR, acceptor);
		if (major == GSS_S_COMPLETE && mech)
			tap_put_oid(d, TR_F_MECH, *mech);
		if (major == GSS_S_COMPLETE && flags)
			tr_put_u32(d, TR_F_FLAGS_RET, *flags);
		if (major == GSS_S_COMPLETE && lifetime)
			tr_put_u32(d, TR_F_LIFETIME, *lifetime);
		if (major == GSS_S_COMPLETE && local)
			tr_put_u32(d, TR_F_LOCAL, *local != 0);
		if (major == GSS_S_COMPLETE && open)
			tr_put_u32(d, TR_F_OPEN, *open != 0);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_GSS(gss_context_time, (OM_uint32 * minor_status, gss_ctx_id_t context, OM_uint32 *lifetime),
	(minor_status, context, lifetime), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context);
	if (major == GSS_S_COMPLETE && lifetime) tr_put_u32(draft, TR_F_LIFETIME, *lifetime))

TAP_GSS(gss_process_context_token, (OM_uint32 * minor_status, gss_ctx_id_t context, gss_buffer_t token),
	(minor_status, context, token), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context);
	put_token(draft, token))

/* Values of options can be keys: length and keyed hash only. */
TAP_GSS(gss_set_sec_context_option,
	(OM_uint32 * minor_status, gss_ctx_id_t *context, const gss_OID option, const gss_buffer_t value),
	(minor_status, context, option, value), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context ? *context : NULL);
	tap_put_oid(draft, TR_F_OID, option); tap_put_buffer_secret(draft, value))

static enum pol_use key_asked(gss_const_OID object)
{
	static const enum pol_use uses[] = {
		[TR_KEY_NONE] = POL_USES, [TR_KEY_ALONE] = POL_ASKS_KEY, [TR_KEY_LUCID] = POL_EXPORTS_LUCID};

	return object ? uses[tr_key_asked(object->elements, object->length)] : POL_USES;
}

static bool may_not_ask(const struct tap_scope *scope, gss_ctx_id_t context, gss_const_OID object,
			OM_uint32 *minor_status, gss_buffer_set_t *set, OM_uint32 *major)
{
	enum pol_use use = key_asked(object);

	if (!tap_may_not_use(scope, context, minor_status, NULL, major) &&
	    !(use < POL_USES && tap_use_refused(scope, context, use, minor_status, major)))
		return false;
	if (set)
		*set = GSS_C_NO_BUFFER_SET;
	return true;
}

TAP_GSS_JUDGED(gss_inquire_sec_context_by_oid,
	       (OM_uint32 * minor_status, const gss_ctx_id_t context, const gss_OID object,
		gss_buffer_set_t *set),
	       (minor_status, context, object, set), GSS_C_NO_OID, scope, draft, major,
	       may_not_ask(&scope, context, object, minor_status, set, &major),
	       tap_put_handle(draft, TR_F_CONTEXT, context);
	       tap_put_oid(draft, TR_F_OID, object))

TAP_GSS(gss_complete_auth_token, (OM_uint32 * minor_status, const gss_ctx_id_t context, gss_buffer_t input),
	(minor_status, context, input), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context);
	put_token(draft, input))

TAP_GSS_JUDGED(gss_pseudo_random,
	       (OM_uint32 * minor_status, gss_ctx_id_t context, int prf_key, const gss_buffer_t prf_in,
		ssize_t desired, gss_buffer_t prf_out),
	       (minor_status, context, prf_key, prf_in, desired, prf_out), GSS_C_NO_OID, scope, draft, major,
	       tap_may_not_use(&scope, context, minor_status, prf_out, &major),
	       tap_put_handle(draft, TR_F_CONTEXT, context);
	       tap_put_buffer_secret(draft, major == GSS_S_COMPLETE ? prf_out : NULL))
