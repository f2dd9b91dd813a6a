/* SPDX-License-Identifier: MIT */
/*
 * Calls what the stub mechanism (tests/plugins/stub_mech.c, put in place with GSS_MECH_CONFIG) does not have,
 * and prints each major status: without a shim the mechglue answers GSS_S_UNAVAILABLE, or GSS_S_BAD_MECH for
 * a credential. Every method of its guarded table that a caller can reach with nothing but an OID is tried.
 */
#include "gss.h"
#include <gssapi/gssapi_ext.h>

static gss_OID_desc stub = {8, (void *)"\x2b\x06\x01\x04\x01\xce\x0f\x63"};

static void contexts(void)
{
	gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
	/* a GSS-API token frame that names the mechanism, with nothing inside */
	gss_buffer_desc in = {14, (void *)"\x60\x0c\x06\x08\x2b\x06\x01\x04\x01\xce\x0f\x63\x00\x00"};
	gss_ctx_id_t initiator = GSS_C_NO_CONTEXT, acceptor = GSS_C_NO_CONTEXT;
	OM_uint32 major, minor;

	major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &initiator, import(SERVICE), &stub, 0, 0,
				     GSS_C_NO_CHANNEL_BINDINGS, GSS_C_NO_BUFFER, NULL, &out, NULL, NULL);
	printf("gss_init_sec_context %08x\n", major);
	major = gss_accept_sec_context(&minor, &acceptor, GSS_C_NO_CREDENTIAL, &in, GSS_C_NO_CHANNEL_BINDINGS,
				       NULL, NULL, &out, NULL, NULL, NULL);
	printf("gss_accept_sec_context %08x\n", major);
}

static void names(void)
{
	gss_name_t name = import(SERVICE), canonical = GSS_C_NO_NAME;
	gss_buffer_desc a = GSS_C_EMPTY_BUFFER, b = GSS_C_EMPTY_BUFFER, c = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;

	printf("gss_canonicalize_name %08x\n", gss_canonicalize_name(&minor, name, &stub, &canonical));
	printf("gss_localname %08x\n", gss_localname(&minor, name, &stub, &a));
	printf("gss_inquire_saslname_for_mech %08x\n",
	       gss_inquire_saslname_for_mech(&minor, &stub, &a, &b, &c));
}

static void credentials(void)
{
	gss_OID_set_desc wanted = {1, &stub};
	gss_buffer_desc password = {1, (void *)"x"};
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	OM_uint32 minor;

	printf("gss_acquire_cred %08x\n",
	       gss_acquire_cred(&minor, GSS_C_NO_NAME, 0, &wanted, GSS_C_INITIATE, &cred, NULL, NULL));
	printf("gss_acquire_cred_with_password %08x\n",
	       gss_acquire_cred_with_password(&minor, import(SERVICE), &password, 0, &wanted, GSS_C_INITIATE,
					      &cred, NULL, NULL));
}

static void attributes(void)
{
	gss_OID_set a = GSS_C_NO_OID_SET, b = GSS_C_NO_OID_SET;
	OM_uint32 minor;

	printf("gss_inquire_names_for_mech %08x\n", gss_inquire_names_for_mech(&minor, &stub, &a));
	printf("gss_inquire_attrs_for_mech %08x\n", gss_inquire_attrs_for_mech(&minor, &stub, &a, &b));
}

int main(void)
{
	contexts();
	names();
	credentials();
	attributes();
	return 0;
}
