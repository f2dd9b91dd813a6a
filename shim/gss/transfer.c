/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743, sections 2.2.3, 2.2.8 and 2.2.9: how security contexts end, and how they pass from process to
 * process. One that is imported can be used at once, so its peer is judged here.
 */
#include "shim/gss/drop.h"
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"
#include "shim/gss/leaving.h"
#include "shim/gss/use.h"

TAP_EXPORT OM_uint32 gss_delete_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t output)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_delete_sec_context);
	struct tap_leaving leaving = {context ? *context : GSS_C_NO_CONTEXT, TR_F_CONTEXT, NULL, false};

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	tap_leaves(&scope, &leaving);
	return tap_has_left(&scope, &leaving, real_call(minor_status, context, output), minor_status, NULL);
}

TAP_EXPORT OM_uint32 gss_export_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t exported)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_export_sec_context);
	struct tap_leaving leaving = {context ? *context : GSS_C_NO_CONTEXT, TR_F_CONTEXT, NULL, true};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	/* One that is ended would be imported as another, which nobody has ended. */
	if (tap_may_not_use(&scope, leaving.handle, minor_status, exported, &major) ||
	    tap_use_refused(&scope, leaving.handle, POL_EXPORTS, minor_status, &major)) {
		if (exported)
			*exported = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
		return tap_has_left(&scope, &leaving, major, minor_status, NULL);
	}
	tap_leaves(&scope, &leaving);
	return tap_has_left(&scope, &leaving, real_call(minor_status, context, exported), minor_status,
			    exported);
}

TAP_EXPORT OM_uint32 gss_import_sec_context(OM_uint32 *minor_status, gss_buffer_t exported,
					    gss_ctx_id_t *context)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_import_sec_context);
	struct pol_verdict verdict;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, exported, context);
	error = errno;
	tap_at_end(TAP_TELLS_CONTEXTS, tap_contexts_end);
	if (scope.watch && !scope.nested && !GSS_ERROR(major) &&
	    tap_context_imported(&scope, exported, *context, &verdict)) {
		tap_drop_context(&scope, context);
		major = tap_refuse_gss(&verdict, minor_status);
	}
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		if (!GSS_ERROR(major))
			tap_put_handle(d, TR_F_CONTEXT, *context);
		tap_put_buffer_secret(d, exported);
		if (!GSS_ERROR(major)) {
			tap_put_exported(d, exported);
			tap_context_put_imported(*context, d);
		}
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}
