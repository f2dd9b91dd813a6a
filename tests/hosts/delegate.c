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

static int both(gss_name_t target, OM_uint32 flags)
{
	gss_buffer_desc request = GSS_C_EMPTY_BUFFER, reply = GSS_C_EMPTY_BUFFER, rest = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t initiator = GSS_C_NO_CONTEXT, acceptor = GSS_C_NO_CONTEXT;
	OM_uint32 minor;
	int ok;

	ok = initiate(&initiator, target, flags, GSS_C_NO_BUFFER, &request) &&
	     accept_token(&acceptor, &request, &reply) && initiate(&initiator, target, flags, &reply, &rest);
	gss_release_buffer(&minor, &request);
	gss_release_buffer(&minor, &reply);
	gss_release_buffer(&minor, &rest);
	gss_delete_sec_context(&minor, &initiator, GSS_C_NO_BUFFER);
	gss_delete_sec_context(&minor, &acceptor, GSS_C_NO_BUFFER);
	return ok;
}

static int one(gss_name_t target, int to, const char *path)
{
	static char bytes[65536];
	gss_buffer_desc token = GSS_C_EMPTY_BUFFER, reply = GSS_C_EMPTY_BUFFER;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	FILE *file = fopen(path, to ? "w" : "r");

	need(file != NULL, path);
	if (to) {
		if (!initiate(&context, target, GSS_C_DELEG_FLAG, GSS_C_NO_BUFFER, &token))
			return 0;
		need(fwrite(token.value, 1, token.length, file) == token.length && !fclose(file), path);
		return 1;
	}
	token.value = bytes;
	token.length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	return accept_token(&context, &token, &reply);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	gss_name_t target = import(SERVICE);
	OM_uint32 minor;
	int ok;

	if (argc == 3)
		ok = one(target, !strcmp(how, "to"), argv[2]);
	else
		ok = both(target, GSS_C_MUTUAL_FLAG | (!strcmp(how, "deleg") ? GSS_C_DELEG_FLAG : 0));
	gss_release_name(&minor, &target);
	return !ok;
}
