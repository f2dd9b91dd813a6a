/* SPDX-License-Identifier: MIT */
/*
 * What the gss_ wrappers share. A function of which only the result matters is one row; one with more to tell
 * says what in its row; those that are judged are written out.
 */
#ifndef SHIM_GSS_H
#define SHIM_GSS_H

#include "shim/core/wrap.h"
#include "shim/gss/age.h"

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
 * RFC 2743, section 1.2.7: a context may be able to protect messages before it is complete, and so before
 * anybody was judged. The host's own calls for that, and those that tell a key with which it could do so
 * itself, are refused where the policy wants to know whom they are for; a mechanism's own, for the tokens
 * that are still to come, are not. True: refused, with *major set and the output emptied, as the library does
 * with the outputs of a call that fails; output may be NULL.
 */
extern unsigned tap_contexts_unjudged; /* contexts that may not be used yet; mostly none */
bool tap_refuses_unjudged(const struct tap_scope *scope, gss_ctx_id_t context, OM_uint32 *minor_status,
			  gss_buffer_t output, OM_uint32 *major);
/* The same of a context that the policy forbids which has taken the place of the one that allowed it, or that
 * has become too old. */
bool tap_refuses_ended(const struct tap_scope *scope, gss_ctx_id_t context, OM_uint32 *minor_status,
		       gss_buffer_t output, OM_uint32 *major);
static inline bool tap_may_not_use(const struct tap_scope *scope, gss_ctx_id_t context,
				   OM_uint32 *minor_status, gss_buffer_t output, OM_uint32 *major)
{
	if (!scope->judge || scope->nested)
		return false;
	return (__builtin_expect(__atomic_load_n(&tap_contexts_unjudged, __ATOMIC_RELAXED) != 0, 0) &&
		tap_refuses_unjudged(scope, context, minor_status, output, major)) ||
	       ((tap_policy_has_changed() || __atomic_load_n(&tap_ages_count, __ATOMIC_RELAXED)) &&
		tap_refuses_ended(scope, context, minor_status, output, major));
}

/*
 * A function of which only the result matters, and what it was about. `draft` and `major` are the names by
 * which the statements know the event, into which they put fields, and what the call returned; they see the
 * parameters as well. `mech` is the mechanism whose status text is asked for.
 */
#define TAP_GSS(name, parameters, arguments, mech, draft, major, ...)                                        \
	TAP_GSS_JUDGED(name, parameters, arguments, mech, scope, draft, major, false, __VA_ARGS__)

/* The same, of a call that is not made where `refused` is true; that has set `major` then. */
#define TAP_GSS_JUDGED(name, parameters, arguments, mech, scope, draft, major, refused, ...)                 \
	TAP_WRAP_JUDGED(                                                                                     \
		TAP_GSS, OM_uint32, name, parameters, arguments, tap_missing(minor_status), scope, major,    \
		refused,                                                                                     \
		struct tr_draft *draft =                                                                     \
			scope.record ? tap_gss_event(&scope, major, minor_status, mech) : NULL;              \
		if (draft) {                                                                                 \
			__VA_ARGS__;                                                                         \
			tr_commit(draft);                                                                    \
		})

#define TAP_GSS_PLAIN(name, parameters, arguments)                                                           \
	TAP_GSS(name, parameters, arguments, GSS_C_NO_OID, draft, major, (void)0)

/* Fields of an event that is about this context: who its ends are, and the name of its handshake, where the
 * event is not one more about that. */
void tap_context_name(gss_ctx_id_t context, struct tr_draft *draft);
/* The same of one that was imported: what the library says of it. */
void tap_context_put_imported(gss_ctx_id_t context, struct tr_draft *draft);
/* What a context has carried, for its summary. */
void tap_context_count(gss_ctx_id_t context, bool outbound, size_t bytes);

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
