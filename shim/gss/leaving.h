/* SPDX-License-Identifier: MIT */
/*
 * Calls after which a name, a credential or a security context is gone, whatever they are for otherwise. A
 * context is out of the table before its call: once that has returned, another thread may have been given the
 * same handle.
 */
#ifndef SHIM_GSS_LEAVING_H
#define SHIM_GSS_LEAVING_H

#include "shim/core/tap.h"

struct tap_leaving {
	void *handle;		 /* before the call; NULL: there is none */
	enum tr_field_id field;	 /* by which the event tells it; 0: not at all */
	struct context *context; /* of a context that is followed */
	bool exports;		 /* to be imported elsewhere */
};

/* Before the call. */
void tap_leaves(const struct tap_scope *scope, struct tap_leaving *leaving);
/*
 * Ends the wrapper, with what the library answered: the call's event, and the context's where it went.
 * Returns major. secret: what a call that succeeded gave, or NULL.
 */
OM_uint32 tap_has_left(struct tap_scope *scope, const struct tap_leaving *leaving, OM_uint32 major,
		       const OM_uint32 *minor, const gss_buffer_desc *secret);

#endif
