/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743 section 2.4, names; RFC 6680, their attributes.
 */
#include "shim/gss/gss.h"

#include <string.h>

/*
 * Types whose text is a name and nothing else. A composite name carries authorization data along, and of a
 * type that is not known nobody can say what it does: those are told by length and keyed hash.
 */
static bool is_plain_name(gss_const_OID type)
{
	static const struct {
		uint8_t length;
		const char *oid;
	} plain[] = {
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"}, /* GSS_C_NT_USER_NAME */
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x02"}, /* GSS_C_NT_MACHINE_UID_NAME */
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x03"}, /* GSS_C_NT_STRING_UID_NAME */
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"}, /* GSS_C_NT_HOSTBASED_SERVICE */
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"}, /* GSS_KRB5_NT_PRINCIPAL_NAME */
		{10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x06"}, /* GSS_KRB5_NT_ENTERPRISE_NAME */
		{6, "\x2b\x06\x01\x05\x06\x02"},		  /* GSS_C_NT_HOSTBASED_SERVICE_X */
		{6, "\x2b\x06\x01\x05\x06\x03"},		  /* GSS_C_NT_ANONYMOUS */
		{6, "\x2b\x06\x01\x05\x06\x04"},		  /* GSS_C_NT_EXPORT_NAME */
	};

	if (type == GSS_C_NO_OID)
		return true;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (type->length == plain[i].length && !memcmp(type->elements, plain[i].oid, type->length))
			return true;
	return false;
}

TAP_GSS(gss_import_name, (OM_uint32 * minor_status, gss_buffer_t input, gss_OID type, gss_name_t *name),
	(minor_status, input, type, name), GSS_C_NO_OID, draft, major,
	if (is_plain_name(type)) tap_put_buffer_text(draft, TR_F_NAME, input);
	else tap_put_buffer_secret(draft, input); tap_put_oid(draft, TR_F_NAME_TYPE, type))

TAP_GSS(
	gss_display_name, (OM_uint32 * minor_status, gss_name_t name, gss_buffer_t output, gss_OID *type),
	(minor_status, name, output, type), GSS_C_NO_OID, draft, major, if (major == GSS_S_COMPLETE) {
		tap_put_buffer_text(draft, TR_F_NAME, output);
		if (type)
			tap_put_oid(draft, TR_F_NAME_TYPE, *type);
	})

TAP_GSS(gss_canonicalize_name,
	(OM_uint32 * minor_status, const gss_name_t name, const gss_OID mech, gss_name_t *output),
	(minor_status, name, mech, output), mech, draft, major, tap_put_oid(draft, TR_F_MECH, mech))

TAP_GSS_PLAIN(gss_compare_name, (OM_uint32 * minor_status, gss_name_t one, gss_name_t other, int *equal),
	      (minor_status, one, other, equal))
TAP_GSS_PLAIN(gss_display_name_ext,
	      (OM_uint32 * minor_status, gss_name_t name, gss_OID type, gss_buffer_t output),
	      (minor_status, name, type, output))
TAP_GSS_PLAIN(gss_duplicate_name, (OM_uint32 * minor_status, const gss_name_t name, gss_name_t *copy),
	      (minor_status, name, copy))
TAP_GSS_PLAIN(gss_export_name, (OM_uint32 * minor_status, const gss_name_t name, gss_buffer_t output),
	      (minor_status, name, output))
TAP_GSS_PLAIN(gss_export_name_composite, (OM_uint32 * minor_status, gss_name_t name, gss_buffer_t output),
	      (minor_status, name, output))
TAP_GSS_PLAIN(gss_inquire_mechs_for_name,
	      (OM_uint32 * minor_status, const gss_name_t name, gss_OID_set *mechs),
	      (minor_status, name, mechs))
TAP_GSS_PLAIN(gss_inquire_name,
	      (OM_uint32 * minor_status, gss_name_t name, int *is_mech, gss_OID *mech,
	       gss_buffer_set_t *attributes),
	      (minor_status, name, is_mech, mech, attributes))
TAP_GSS_PLAIN(gss_inquire_names_for_mech, (OM_uint32 * minor_status, gss_OID mech, gss_OID_set *types),
	      (minor_status, mech, types))
TAP_GSS_PLAIN(gss_authorize_localname,
	      (OM_uint32 * minor_status, const gss_name_t name, const gss_name_t user),
	      (minor_status, name, user))
TAP_GSS_PLAIN(gss_pname_to_uid,
	      (OM_uint32 * minor_status, const gss_name_t name, const gss_OID mech, uid_t *uid),
	      (minor_status, name, mech, uid))

TAP_GSS(gss_localname,
	(OM_uint32 * minor_status, const gss_name_t name, gss_const_OID mech, gss_buffer_t output),
	(minor_status, name, mech, output), mech, draft, major,
	if (major == GSS_S_COMPLETE) tap_put_buffer_text(draft, TR_F_NAME, output))

TAP_GSS_PLAIN(gss_release_name, (OM_uint32 * minor_status, gss_name_t *name), (minor_status, name))

/* Attributes by name; their values are authorization data. */
TAP_GSS(gss_get_name_attribute,
	(OM_uint32 * minor_status, gss_name_t name, gss_buffer_t attribute, int *authenticated, int *complete,
	 gss_buffer_t value, gss_buffer_t display, int *more),
	(minor_status, name, attribute, authenticated, complete, value, display, more), GSS_C_NO_OID, draft,
	major, tap_put_buffer_text(draft, TR_F_ATTRIBUTE, attribute);
	tap_put_buffer_secret(draft, major == GSS_S_COMPLETE ? value : NULL))
TAP_GSS(gss_set_name_attribute,
	(OM_uint32 * minor_status, gss_name_t name, int complete, gss_buffer_t attribute, gss_buffer_t value),
	(minor_status, name, complete, attribute, value), GSS_C_NO_OID, draft, major,
	tap_put_buffer_text(draft, TR_F_ATTRIBUTE, attribute);
	tap_put_buffer_secret(draft, value))
TAP_GSS(gss_delete_name_attribute, (OM_uint32 * minor_status, gss_name_t name, gss_buffer_t attribute),
	(minor_status, name, attribute), GSS_C_NO_OID, draft, major,
	tap_put_buffer_text(draft, TR_F_ATTRIBUTE, attribute))

TAP_GSS_PLAIN(gss_map_name_to_any,
	      (OM_uint32 * minor_status, gss_name_t name, int authenticated, gss_buffer_t type,
	       gss_any_t *output),
	      (minor_status, name, authenticated, type, output))
TAP_GSS_PLAIN(gss_release_any_name_mapping,
	      (OM_uint32 * minor_status, gss_name_t name, gss_buffer_t type, gss_any_t *input),
	      (minor_status, name, type, input))

static void tell_user(struct tr_draft *d, const char *username)
{
	if (!d)
		return;
	tr_put_text(d, TR_F_NAME, username);
	tr_commit(d);
}

/* Answers no status: 1 when the user may log in as username. */
TAP_WRAP(TAP_GSS, int, gss_userok, (const gss_name_t name, const char *username), (name, username), 0, scope,
	 result, tell_user(tap_int_event(&scope, result, false, 0), username))
