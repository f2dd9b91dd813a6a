/* SPDX-License-Identifier: MIT */
/*
 * A mechanism plugin that lacks nearly every method (facts I3): the mechglue looks each gss_ name up in it,
 * finds its own through the plugin's dependency, and must drop what it finds. It links libgssapi_krb5 as
 * gss-ntlmssp does, and has but gss_indicate_mechs, so that the mechanism is listed.
 */
#include <gssapi/gssapi.h>

OM_uint32 gss_indicate_mechs(OM_uint32 *minor, gss_OID_set *set)
{
	static gss_OID_desc oid = {8, (void *)"\x2b\x06\x01\x04\x01\xce\x0f\x63"};
	OM_uint32 ignored;

	if (gss_create_empty_oid_set(minor, set))
		return GSS_S_FAILURE;
	return gss_add_oid_set_member(&ignored, &oid, set);
}
