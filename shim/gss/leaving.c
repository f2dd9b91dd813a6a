/* SPDX-License-Identifier: MIT */
/* See leaving.h. A context that did not go, since its call failed, is followed as before. */
#include "shim/gss/leaving.h"
#include "shim/gss/context.h"
#include "shim/gss/facts.h"
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"

void tap_leaves(const struct tap_scope *scope, struct tap_leaving *leaving)
{
	if (leaving->field == TR_F_CONTEXT && scope->watch && !scope->nested)
		leaving->context = tap_context_take(leaving->handle);
}

OM_uint32 tap_has_left(struct tap_scope *scope, const struct tap_leaving *leaving, OM_uint32 major,
		       const OM_uint32 *minor, const gss_buffer_desc *secret)
{
	int error = errno;
	struct tr_draft *d;

	if (GSS_ERROR(major) && leaving->context)
		tap_context_enter(leaving->context, leaving->context->handle);
	d = tap_gss_event(scope, major, minor, GSS_C_NO_OID);
	if (d) {
		if (leaving->field)
			tap_put_handle(d, leaving->field, leaving->handle);
		if (!GSS_ERROR(major))
			tap_put_buffer_secret(d, secret);
		if (!GSS_ERROR(major) && leaving->exports)
			tap_put_exported(d, secret);
		tr_commit(d);
	}
	if (!GSS_ERROR(major) && leaving->context)
		tap_context_went(scope, leaving->context);
	tap_leave(scope);
	errno = error;
	return major;
}
