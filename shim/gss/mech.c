/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743 section 2.4's support calls: mechanisms (RFC 5587, RFC 5801), status text, buffers, sets and
 * object identifiers.
 */
#include "shim/gss/gss.h"

#include <stdlib.h>
#include <string.h>

/*
 * The text of a refusal is ours to give: no library knows that minor status. The buffer is released by the
 * library, which on Unix frees it.
 */
static OM_uint32 tell_refusal(OM_uint32 *minor_status, OM_uint32 *more, gss_buffer_t text, const char *reason)
{
	char *copy = strdup(reason);

	*minor_status = 0;
	*more = 0;
	text->value = copy;
	text->length = copy ? strlen(copy) : 0;
	return copy ? GSS_S_COMPLETE : GSS_S_FAILURE;
}

TAP_EXPORT OM_uint32 gss_display_status(OM_uint32 *minor_status, OM_uint32 status, int type, gss_OID mech,
					OM_uint32 *more, gss_buffer_t text)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_display_status);
	char reason[400];
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (scope.watch && type == GSS_C_MECH_CODE && minor_status && more && text &&
	    tap_refusal_text(status, reason, sizeof(reason)))
		major = tell_refusal(minor_status, more, text, reason);
	else
		major = real_call(minor_status, status, type, mech, more, text);
	error = errno;
	d = tap_gss_event(&scope, major, minor_status, mech);
	if (d) {
		tr_put_u32(d, TR_F_STATUS, status);
		tap_put_oid(d, TR_F_MECH, mech);
		if (major == GSS_S_COMPLETE)
			tap_put_buffer_text(d, TR_F_NAME, text);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_GSS_PLAIN(gss_indicate_mechs, (OM_uint32 * minor_status, gss_OID_set *mechs), (minor_status, mechs))
TAP_GSS_PLAIN(gss_indicate_mechs_by_attrs,
	      (OM_uint32 * minor_status, gss_const_OID_set desired, gss_const_OID_set except,
	       gss_const_OID_set critical, gss_OID_set *mechs),
	      (minor_status, desired, except, critical, mechs))
TAP_GSS(gss_inquire_attrs_for_mech,
	(OM_uint32 * minor_status, gss_const_OID mech, gss_OID_set *attributes, gss_OID_set *known),
	(minor_status, mech, attributes, known), mech, draft, major, tap_put_oid(draft, TR_F_MECH, mech))
TAP_GSS_PLAIN(gss_display_mech_attr,
	      (OM_uint32 * minor_status, gss_const_OID attribute, gss_buffer_t name, gss_buffer_t brief,
	       gss_buffer_t description),
	      (minor_status, attribute, name, brief, description))
TAP_GSS(gss_inquire_mech_for_saslname, (OM_uint32 * minor_status, const gss_buffer_t name, gss_OID *mech),
	(minor_status, name, mech), GSS_C_NO_OID, draft, major, tap_put_buffer_text(draft, TR_F_NAME, name))
TAP_GSS(gss_inquire_saslname_for_mech,
	(OM_uint32 * minor_status, const gss_OID mech, gss_buffer_t sasl_name, gss_buffer_t name,
	 gss_buffer_t description),
	(minor_status, mech, sasl_name, name, description), mech, draft, major,
	tap_put_oid(draft, TR_F_MECH, mech))

TAP_GSS_PLAIN(gss_release_buffer, (OM_uint32 * minor_status, gss_buffer_t buffer), (minor_status, buffer))
TAP_GSS_PLAIN(gss_create_empty_buffer_set, (OM_uint32 * minor_status, gss_buffer_set_t *set),
	      (minor_status, set))
TAP_GSS_PLAIN(gss_add_buffer_set_member,
	      (OM_uint32 * minor_status, const gss_buffer_t member, gss_buffer_set_t *set),
	      (minor_status, member, set))
TAP_GSS_PLAIN(gss_release_buffer_set, (OM_uint32 * minor_status, gss_buffer_set_t *set), (minor_status, set))
TAP_GSS_PLAIN(gss_release_iov_buffer, (OM_uint32 * minor_status, gss_iov_buffer_desc *iov, int count),
	      (minor_status, iov, count))

TAP_GSS_PLAIN(gss_create_empty_oid_set, (OM_uint32 * minor_status, gss_OID_set *set), (minor_status, set))
TAP_GSS(gss_add_oid_set_member, (OM_uint32 * minor_status, gss_OID member, gss_OID_set *set),
	(minor_status, member, set), GSS_C_NO_OID, draft, major, tap_put_oid(draft, TR_F_OID, member))
TAP_GSS(gss_test_oid_set_member, (OM_uint32 * minor_status, gss_OID member, gss_OID_set set, int *present),
	(minor_status, member, set, present), GSS_C_NO_OID, draft, major,
	tap_put_oid(draft, TR_F_OID, member))
TAP_GSS_PLAIN(gss_release_oid_set, (OM_uint32 * minor_status, gss_OID_set *set), (minor_status, set))
TAP_GSS_PLAIN(gss_release_oid, (OM_uint32 * minor_status, gss_OID *oid), (minor_status, oid))
TAP_GSS(gss_oid_to_str, (OM_uint32 * minor_status, gss_OID oid, gss_buffer_t text), (minor_status, oid, text),
	GSS_C_NO_OID, draft, major, tap_put_oid(draft, TR_F_OID, oid))
TAP_GSS(gss_str_to_oid, (OM_uint32 * minor_status, gss_buffer_t text, gss_OID *oid),
	(minor_status, text, oid), GSS_C_NO_OID, draft, major, tap_put_buffer_text(draft, TR_F_NAME, text))

static void tell_oid(struct tr_draft *d, gss_const_OID oid)
{
	if (!d)
		return;
	tap_put_oid(d, TR_F_OID, oid);
	tr_commit(d);
}

/* RFC 2743 section 3.1 framing; these have no minor status. */
#define FRAMING(name)                                                                                        \
	TAP_WRAP(TAP_GSS, OM_uint32, name,                                                                   \
		 (gss_const_buffer_t input, gss_const_OID oid, gss_buffer_t output), (input, oid, output),   \
		 GSS_S_UNAVAILABLE, scope, major,                                                            \
		 tell_oid(tap_gss_event(&scope, major, NULL, GSS_C_NO_OID), oid))
FRAMING(gss_encapsulate_token)
FRAMING(gss_decapsulate_token)

TAP_WRAP(TAP_GSS, int, gss_oid_equal, (gss_const_OID one, gss_const_OID other), (one, other), 0, scope,
	 result, tell_oid(tap_int_event(&scope, result, false, 0), one))
