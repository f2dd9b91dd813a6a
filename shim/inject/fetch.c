/* SPDX-License-Identifier: MIT */
/*
 * One service ticket, fetched as libzmq will: a first token is made and thrown away, and what stays is the
 * ticket in the program's cache (from a client keytab, too).
 */
#include "shim/inject/fetch.h"

#include "shim/wire/abroad.h"
#include "shim/inject/renew.h"

#include <string.h>

static gss_name_t import(const struct tap_scope *scope, const char *text, enum pol_nametype type)
{
	static gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static gss_OID_desc user = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"};
	static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
	__typeof__(&gss_import_name) import_name = TAP_OTHER(scope, gss_import_name);
	gss_buffer_desc buffer = {strlen(text), (void *)text};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	if (import_name)
		import_name(&minor, &buffer,
			    type == POL_NT_KRB5_PRINCIPAL ? &principal
			    : type == POL_NT_USER_NAME	  ? &user
							  : &hostbased,
			    &name);
	return name;
}

static OM_uint32 fetch(const struct tap_wanted_ticket *s, char reason[TAP_TEXT])
{
	static gss_OID_desc krb5 = {9, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"};
	struct tap_scope scope = {.caller = s->caller};
	__typeof__(&gss_acquire_cred) acquire = TAP_OTHER(&scope, gss_acquire_cred);
	__typeof__(&gss_init_sec_context) init = TAP_OTHER(&scope, gss_init_sec_context);
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(&scope, gss_delete_sec_context);
	__typeof__(&gss_release_cred) release_cred = TAP_OTHER(&scope, gss_release_cred);
	__typeof__(&gss_release_name) release_name = TAP_OTHER(&scope, gss_release_name);
	__typeof__(&gss_release_buffer) release = TAP_OTHER(&scope, gss_release_buffer);
	gss_name_t target = import(&scope, s->name, s->type), own = GSS_C_NO_NAME;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_cred_id_t cred = GSS_C_NO_CREDENTIAL;
	gss_buffer_desc token = {0, NULL};
	OM_uint32 major, minor, ignored, lifetime = 0;

	tap_copy(reason, TAP_TEXT, "the GSSAPI library lacks a function");
	if (!acquire || !init || !delete || !release_cred || !release_name || !release || !target)
		return 0;
	if (s->principal[0])
		own = import(&scope, s->principal, s->principal_type);
	major = acquire(&minor, own, GSS_C_INDEFINITE, GSS_C_NO_OID_SET, GSS_C_INITIATE, &cred, NULL, NULL);
	if (major == GSS_S_COMPLETE)
		major = init(&minor, cred, &context, target, &krb5, 0, 0, GSS_C_NO_CHANNEL_BINDINGS,
			     GSS_C_NO_BUFFER, NULL, &token, NULL, &lifetime);
	if (GSS_ERROR(major))
		tap_minor_text(&scope, minor, &krb5, reason);
	else if (!lifetime)
		lifetime =
			3600; /* not told before the context is complete: it is looked at again soon enough */
	release(&ignored, &token);
	if (context != GSS_C_NO_CONTEXT)
		delete (&ignored, &context, GSS_C_NO_BUFFER);
	if (cred != GSS_C_NO_CREDENTIAL)
		release_cred(&ignored, &cred);
	if (own != GSS_C_NO_NAME)
		release_name(&ignored, &own);
	release_name(&ignored, &target);
	return GSS_ERROR(major) ? 0 : lifetime;
}

OM_uint32 tap_fetch(const struct tap_wanted_ticket *wanted, OM_uint32 renew_below, char reason[TAP_TEXT])
{
	OM_uint32 lifetime, renewed = 0;

	tap_abroad_go();
	lifetime = fetch(wanted, reason);
	if (lifetime && lifetime <= renew_below)
		renewed = tap_renew(wanted->principal, wanted->principal_type, wanted->name, wanted->type);
	tap_abroad_return();
	return renewed > lifetime ? renewed : lifetime;
}
