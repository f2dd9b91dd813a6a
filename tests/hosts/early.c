/* SPDX-License-Identifier: MIT */
/*
 * What calls give that protect messages or tell the key at an acceptor that is not complete, and has the key:
 * the initiator guessed another mechanism (NTLM), so SPNEGO's MIC is still to come. Those that python3-gssapi
 * does not have; the others are in contexts.py. Prints "CALL made", or its status.
 */
#include "gss.h"

#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

static gss_OID_desc oid_ntlm = {10, (void *)"\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"};
/* gss_krb5_export_lucid_sec_context asks for it, with the version behind it. */
static gss_OID_desc oid_lucid = {12, (void *)"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x06\x01"};

static gss_cred_id_t credential(gss_cred_usage_t usage, size_t mechs)
{
	gss_OID_desc ours[2] = {mechs > 1 ? oid_ntlm : oid_krb5, oid_krb5};
	gss_OID_set_desc spnego = {1, &oid_spnego}, negotiated = {mechs, ours};
	gss_cred_id_t cred;
	OM_uint32 major, minor;

	major = gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &spnego, usage, &cred, NULL, NULL);
	check(major, minor, "gss_acquire_cred");
	major = gss_set_neg_mechs(&minor, cred, &negotiated);
	check(major, minor, "gss_set_neg_mechs");
	return cred;
}

static gss_ctx_id_t acceptor(void)
{
	gss_cred_id_t with = credential(GSS_C_INITIATE, 2), by = credential(GSS_C_ACCEPT, 1);
	gss_ctx_id_t one = GSS_C_NO_CONTEXT, other = GSS_C_NO_CONTEXT;
	gss_buffer_desc there = GSS_C_EMPTY_BUFFER, back = GSS_C_EMPTY_BUFFER;
	gss_name_t service = import(SERVICE);
	OM_uint32 major, minor;

	for (int round = 0; round < 2; round++) {
		major = gss_init_sec_context(&minor, with, &one, service, &oid_spnego, GSS_C_MUTUAL_FLAG, 0,
					     GSS_C_NO_CHANNEL_BINDINGS, &back, NULL, &there, NULL, NULL);
		check(major, minor, "gss_init_sec_context");
		major = gss_accept_sec_context(&minor, &other, by, &there, GSS_C_NO_CHANNEL_BINDINGS, NULL,
					       NULL, &back, NULL, NULL, NULL);
		check(major, minor, "gss_accept_sec_context");
	}
	need(major == GSS_S_CONTINUE_NEEDED, "not complete");
	return other;
}

static void told(const char *call, OM_uint32 major, const OM_uint32 *minor)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	if (!GSS_ERROR(major)) {
		printf("%s made\n", call);
		return;
	}
	gss_display_status(&ignored, *minor, GSS_C_MECH_CODE, &oid_krb5, &more, &text);
	printf("%s %08x %.*s\n", call, major, (int)text.length, (char *)text.value);
}

int main(void)
{
	gss_ctx_id_t context = acceptor();
	gss_buffer_desc plain = {5, "early"}, out = GSS_C_EMPTY_BUFFER;
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	void *lucid = NULL;
	OM_uint32 minor = 0;
	int conf, qop;

	told("seal", gss_seal(&minor, context, 1, 0, &plain, &conf, &out), &minor);
	told("unseal", gss_unseal(&minor, context, &plain, &out, &conf, &qop), &minor);
	told("sign", gss_sign(&minor, context, 0, &plain, &out), &minor);
	told("verify", gss_verify(&minor, context, &plain, &plain, &qop), &minor);
	out = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	told("pseudo_random", gss_pseudo_random(&minor, context, GSS_C_PRF_KEY_FULL, &plain, 16, &out),
	     &minor);
	need(!out.length == !out.value, "a value with its length");
	told("lucid_by_oid", gss_inquire_sec_context_by_oid(&minor, context, &oid_lucid, &set), &minor);
	told("lucid", gss_krb5_export_lucid_sec_context(&minor, &context, 1, &lucid), &minor);
	printf("%s keys\n", lucid ? "has" : "no");
	return 0;
}
