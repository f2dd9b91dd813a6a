/* SPDX-License-Identifier: MIT */
/*
 * delegate [deleg]: a handshake in one process with mutual authentication, asking for delegation or not;
 * prints how it ends on each side, as the API tells it: the end of a refused side is its error, in the
 * library's own words. Exits 1 when a side fails.
 */
#include "gss.h"

static void tell_status(const char *side, OM_uint32 major, OM_uint32 minor)
{
	gss_buffer_desc general = GSS_C_EMPTY_BUFFER, detail = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	gss_display_status(&ignored, major, GSS_C_GSS_CODE, GSS_C_NO_OID, &more, &general);
	more = 0;
	gss_display_status(&ignored, minor, GSS_C_MECH_CODE, &oid_krb5, &more, &detail);
	printf("%s: major %#x: %.*s: %.*s\n", side, major, (int)general.length, (char *)general.value,
	       (int)detail.length, (char *)detail.value);
	gss_release_buffer(&ignored, &general);
	gss_release_buffer(&ignored, &detail);
}

/* One leg; 1 when the initiator is not refused. */
static int initiate(gss_ctx_id_t *context, gss_name_t target, OM_uint32 flags, gss_buffer_t in,
		    gss_buffer_t out)
{
	OM_uint32 major, minor, given = 0;

	major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, context, target, &oid_krb5, flags, 0, NULL,
				     in, NULL, out, &given, NULL);
	if (GSS_ERROR(major)) {
		tell_status("initiator", major, minor);
		return 0;
	}
	if (major == GSS_S_COMPLETE)
		printf("initiator: established, %s\n",
		       given & GSS_C_DELEG_FLAG ? "delegated" : "not delegated");
	return 1;
}

static int accept_token(gss_ctx_id_t *context, gss_buffer_t in, gss_buffer_t out)
{
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 major, minor, given = 0;

	major = gss_accept_sec_context(&minor, context, GSS_C_NO_CREDENTIAL, in, NULL, NULL, NULL, out,
				       &given, NULL, &cred);
	if (GSS_ERROR(major)) {
		tell_status("acceptor", major, minor);
		return 0;
	}
	printf("acceptor: established, %s, %s\n", given & GSS_C_DELEG_FLAG ? "delegated" : "not delegated",
	       cred ? "credential" : "no credential");
	gss_release_cred(&minor, &cred);
	return 1;
}

int main(int argc, char **argv)
{
	OM_uint32 flags = GSS_C_MUTUAL_FLAG | (argc > 1 && !strcmp(argv[1], "deleg") ? GSS_C_DELEG_FLAG : 0);
	gss_buffer_desc name = {sizeof(SERVICE) - 1, SERVICE}, request = GSS_C_EMPTY_BUFFER,
			reply = GSS_C_EMPTY_BUFFER, rest = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t initiator = GSS_C_NO_CONTEXT, acceptor = GSS_C_NO_CONTEXT;
	gss_name_t target;
	OM_uint32 major, minor;
	int ok;

	major = gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &target);
	check(major, minor, "gss_import_name");
	ok = initiate(&initiator, target, flags, GSS_C_NO_BUFFER, &request) &&
	     accept_token(&acceptor, &request, &reply) && initiate(&initiator, target, flags, &reply, &rest);
	gss_release_buffer(&minor, &request);
	gss_release_buffer(&minor, &reply);
	gss_release_buffer(&minor, &rest);
	gss_delete_sec_context(&minor, &initiator, GSS_C_NO_BUFFER);
	gss_delete_sec_context(&minor, &acceptor, GSS_C_NO_BUFFER);
	gss_release_name(&minor, &target);
	return !ok;
}
