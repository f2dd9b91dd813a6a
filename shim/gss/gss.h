/* SPDX-License-Identifier: MIT */
/*
 * What the gss_ wrappers share. A function of which only the result matters is one row; one with more to tell
 * says what in its row; those that are judged are written out.
 */
#ifndef SHIM_GSS_H
#define SHIM_GSS_H

#include "shim/core/wrap.h"

/* No library has the function: what the mechglue says of a mechanism that lacks one. */
static inline OM_uint32 tap_missing(OM_uint32 *minor_status)
{
	if (minor_status)
		*minor_status = 0;
	return GSS_S_UNAVAILABLE;
}

/* Did the library find the handles it was given to be what they should be? Then they can be looked at. */
static inline bool tap_handles_good(OM_uint32 major)
{
	OM_uint32 routine = GSS_ROUTINE_ERROR(major);

	return !GSS_CALLING_ERROR(major) && routine != GSS_S_BAD_NAME && routine != GSS_S_BAD_MECH &&
	       routine != GSS_S_BAD_NAMETYPE;
}

/*
 * A function of which only the result matters, and what it was about. The statements put fields into `draft`;
 * they see `major` and the parameters. `mech` is the mechanism whose status text is asked for.
 */
#define TAP_GSS(name, parameters, arguments, mech, ...)                                                      \
	TAP_WRAP(                                                                                            \
		TAP_GSS, OM_uint32, name, parameters, arguments, tap_missing(minor_status), scope, major,    \
		struct tr_draft *draft =                                                                     \
			scope.record ? tap_gss_event(&scope, major, minor_status, mech) : NULL;              \
		if (draft) {                                                                                 \
			__VA_ARGS__;                                                                         \
			tr_commit(draft);                                                                    \
		})

#define TAP_GSS_PLAIN(name, parameters, arguments) TAP_GSS(name, parameters, arguments, GSS_C_NO_OID, (void)0)

static inline void tap_put_buffer_text(struct tr_draft *draft, enum tr_field_id id,
				       const gss_buffer_desc *buffer)
{
	size_t length = buffer && buffer->value ? buffer->length : 0;

	/* Names are handed over with their trailing NUL by many programs, libzmq among them. */
	while (length && !((const char *)buffer->value)[length - 1])
		length--;
	if (length)
		tr_put_text_n(draft, id, buffer->value, length < 1024 ? length : 1024);
}

static inline void tap_put_buffer_secret(struct tr_draft *draft, const gss_buffer_desc *buffer)
{
	if (buffer && buffer->value)
		tr_put_secret(draft, TR_F_SECRET, buffer->value, buffer->length);
}

#endif
