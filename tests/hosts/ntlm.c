/* SPDX-License-Identifier: MIT */
/*
 * NTLM through gss-ntlmssp, a mechanism plugin of another project, in one process: credentials from
 * NTLM_USER_FILE, three tokens, a wrapped message, and the calls that the plugin does not have. Prints what a
 * peer would see.
 */
#include "gss.h"
#include <gssapi/gssapi_ext.h>

static gss_OID_desc ntlmssp = {10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};

static gss_cred_id_t credential(void)
{
	gss_buffer_desc text = {12, (void *)"REALM\\carol\0"};
	gss_OID_set_desc wanted = {1, &ntlmssp};
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 major, minor;
	gss_name_t user;

	text.length = strlen(text.value);
	major = gss_import_name(&minor, &text, GSS_C_NT_USER_NAME, &user);
	check(major, minor, "gss_import_name");
	major = gss_acquire_cred(&minor, user, 0, &wanted, GSS_C_INITIATE, &cred, NULL, NULL);
	check(major, minor, "gss_acquire_cred");
	gss_release_name(&minor, &user);
	return cred;
}

static void lacking(gss_ctx_id_t context)
{
	gss_buffer_desc text = {4, (void *)"seed"}, out = GSS_C_EMPTY_BUFFER;
	gss_OID_set a = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	printf("gss_pseudo_random %08x\n", gss_pseudo_random(&minor, context, 0, &text, 16, &out));
	printf("gss_process_context_token %08x\n", gss_process_context_token(&minor, context, &text));
	printf("gss_inquire_names_for_mech %08x\n", gss_inquire_names_for_mech(&minor, &ntlmssp, &a));
}

int main(void)
{
	gss_buffer_desc in = GSS_C_EMPTY_BUFFER, out = GSS_C_EMPTY_BUFFER;
	struct pair p = {GSS_C_NO_CONTEXT, GSS_C_NO_CONTEXT};
	gss_cred_id_t cred = credential();
	gss_name_t service = import(SERVICE);
	OM_uint32 major, minor;
	int tokens = 0;

	do {
		major = gss_init_sec_context(&minor, cred, &p.initiator, service, &ntlmssp,
					     GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG, 0, GSS_C_NO_CHANNEL_BINDINGS,
					     &in, NULL, &out, NULL, NULL);
		check(major, minor, "gss_init_sec_context");
		tokens += !!out.length;
		if (!out.length)
			break;
		major = gss_accept_sec_context(&minor, &p.acceptor, GSS_C_NO_CREDENTIAL, &out,
					       GSS_C_NO_CHANNEL_BINDINGS, NULL, NULL, &in, NULL, NULL, NULL);
		check(major, minor, "gss_accept_sec_context");
		tokens += !!in.length;
	} while (in.length);
	printf("%d tokens\n", tokens);
	send_message(&p, "by NTLM");
	lacking(p.initiator);
	hang_up(&p);
	return 0;
}
