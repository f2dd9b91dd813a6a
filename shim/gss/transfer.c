/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743, sections 2.2.3, 2.2.8 and 2.2.9: how security contexts end, and how they pass from process to
 * process. One that is imported can be used at once, so its peer is judged here.
 */
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"
#include "shim/repair/inside.h"

TAP_EXPORT OM_uint32 gss_delete_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t output)
{
	TAP_ENTER(TAP_GSS, gss_delete_sec_context);
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct context *gone = NULL;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (tap_stand_in(before)) {
		tap_stand_in_release((void **)context, true);
		tap_leave(&scope);
		return GSS_S_COMPLETE;
	}
	if (scope.watch && !scope.nested)
		gone = tap_context_goes(before);
	major = real_call(minor_status, context, output);
	error = errno;
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, before);
		tr_commit(d);
	}
	tap_context_went(&scope, gone);
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_EXPORT OM_uint32 gss_export_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t exported)
{
	TAP_ENTER(TAP_GSS, gss_export_sec_context);
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct context *gone = NULL;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (scope.watch && !scope.nested)
		gone = tap_context_goes(before);
	major = real_call(minor_status, context, exported);
	error = errno;
	if (GSS_ERROR(major))
		tap_context_stays(gone);
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, before);
		if (!GSS_ERROR(major))
			tap_put_buffer_secret(d, exported);
		tr_commit(d);
	}
	if (!GSS_ERROR(major))
		tap_context_went(&scope, gone);
	tap_leave(&scope);
	errno = error;
	return major;
}

/* Judged: deletes what was imported, as if it had not been. */
static OM_uint32 refuse_import(const struct tap_scope *scope, const struct pol_verdict *verdict,
			       OM_uint32 *minor_status, gss_ctx_id_t *context)
{
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(scope, gss_delete_sec_context);
	OM_uint32 minor;

	tap_quiet_begin();
	if (delete)
		delete (&minor, context, GSS_C_NO_BUFFER);
	tap_quiet_end();
	*context = GSS_C_NO_CONTEXT;
	return tap_refuse_gss(verdict, minor_status);
}

TAP_EXPORT OM_uint32 gss_import_sec_context(OM_uint32 *minor_status, gss_buffer_t exported,
					    gss_ctx_id_t *context)
{
	TAP_ENTER(TAP_GSS, gss_import_sec_context);
	struct pol_verdict verdict;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, exported, context);
	error = errno;
	if (scope.watch && !scope.nested && !GSS_ERROR(major) &&
	    tap_context_imported(&scope, exported, *context, &verdict))
		major = refuse_import(&scope, &verdict, minor_status, context);
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		if (!GSS_ERROR(major))
			tap_put_handle(d, TR_F_CONTEXT, *context);
		tap_put_buffer_secret(d, exported);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}
