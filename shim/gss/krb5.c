/* SPDX-License-Identifier: MIT */
/*
 * MIT's Kerberos extensions of the GSS-API (<gssapi/gssapi_krb5.h>). A lucid context holds the session keys
 * in the clear: told by length and keyed hash of the key only.
 */
#include "shim/gss/drop.h"
#include "shim/gss/gss.h"
#include "shim/gss/leaving.h"
#include "shim/gss/use.h"

TAP_GSS(gss_krb5_ccache_name, (OM_uint32 * minor_status, const char *name, const char **out_name),
	(minor_status, name, out_name), GSS_C_NO_OID, draft, major, tr_put_text(draft, TR_F_NAME, name))

TAP_GSS(gss_krb5_copy_ccache, (OM_uint32 * minor_status, gss_cred_id_t cred, krb5_ccache ccache),
	(minor_status, cred, ccache), GSS_C_NO_OID, draft, major, tap_put_handle(draft, TR_F_CRED, cred))

TAP_GSS_JUDGED(gss_krb5_import_cred,
	       (OM_uint32 * minor_status, krb5_ccache ccache, krb5_principal principal, krb5_keytab keytab,
		gss_cred_id_t *cred),
	       (minor_status, ccache, principal, keytab, cred), GSS_C_NO_OID, scope, draft, major,
	       tap_way_refused(&scope, POL_BY_STORE,
			       ccache ? keytab ? GSS_C_BOTH : GSS_C_INITIATE : GSS_C_ACCEPT, cred,
			       minor_status, &major),
	       tr_put_u32(draft, TR_F_USAGE, ccache ? keytab ? GSS_C_BOTH : GSS_C_INITIATE : GSS_C_ACCEPT);
	       if (major == GSS_S_COMPLETE) tap_put_handle(draft, TR_F_CRED, *cred))

TAP_GSS(gss_krb5_get_tkt_flags, (OM_uint32 * minor_status, gss_ctx_id_t context, krb5_flags *flags),
	(minor_status, context, flags), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context))

TAP_GSS(gss_krb5_set_allowable_enctypes,
	(OM_uint32 * minor_status, gss_cred_id_t cred, OM_uint32 count, krb5_enctype *enctypes),
	(minor_status, cred, count, enctypes), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CRED, cred))

TAP_GSS(gss_krb5_set_cred_rcache, (OM_uint32 * minor_status, gss_cred_id_t cred, krb5_rcache rcache),
	(minor_status, cred, rcache), GSS_C_NO_OID, draft, major, tap_put_handle(draft, TR_F_CRED, cred))

static gss_buffer_desc session_key(OM_uint32 version, const void *exported)
{
	const gss_krb5_lucid_context_v1_t *lucid = exported;
	const gss_krb5_lucid_key_t *key;

	if (version != 1 || !lucid)
		return (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	key = lucid->protocol ? &lucid->cfx_kd.ctx_key : &lucid->rfc1964_kd.ctx_key;
	return (gss_buffer_desc){key->length, key->data};
}

TAP_EXPORT OM_uint32 gss_krb5_export_lucid_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
						       OM_uint32 version, void **exported)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_krb5_export_lucid_sec_context);
	struct tap_leaving leaving = {context ? *context : GSS_C_NO_CONTEXT, TR_F_CONTEXT, NULL, false};
	gss_buffer_desc key;
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (tap_may_not_use(&scope, leaving.handle, minor_status, NULL, &major) ||
	    tap_use_refused(&scope, leaving.handle, POL_EXPORTS_LUCID, minor_status, &major)) {
		if (exported)
			*exported = NULL;
		return tap_has_left(&scope, &leaving, major, minor_status, NULL);
	}
	tap_leaves(&scope, &leaving);
	major = real_call(minor_status, context, version, exported);
	key = session_key(version, major == GSS_S_COMPLETE ? *exported : NULL);
	return tap_has_left(&scope, &leaving, major, minor_status, &key);
}

TAP_GSS_PLAIN(gss_krb5_free_lucid_sec_context, (OM_uint32 * minor_status, void *lucid), (minor_status, lucid))

/*
 * Two functions that libgssapi_krb5 exports for its own tests. They are in no header: the prototypes are
 * those of MIT krb5 1.20, with pointers to its private types.
 */
int gss_krb5int_make_seal_token_v3(void *krb5, void *context, const gss_buffer_desc *message,
				   gss_buffer_t token, int conf, int type);
OM_uint32 gss_krb5int_unseal_token_v3(void *krb5, OM_uint32 *minor_status, void *context, unsigned char *body,
				      unsigned int size, gss_buffer_t message, int *conf_state,
				      gss_qop_t *qop, int type);

#define MIC_TOKEN 0x0404 /* RFC 4121, section 4.2.6.1: it carries no message */

/* Of such a context nothing is known: it is the mechanism's own, below the one that programs have. */
static bool may_not_seal(const struct tap_scope *scope, gss_ctx_id_t context, int *conf, int type,
			 int *result)
{
	struct tap_bare bare = {0};
	int *state = &bare.state;
	OM_uint32 major, minor;

	if (type == MIC_TOKEN || !tap_bare_before(scope, &bare, context, conf, &state, &minor, &major))
		return false;
	*result = EACCES;
	return true;
}

TAP_WRAP_JUDGED(TAP_GSS, int, gss_krb5int_make_seal_token_v3,
		(void *krb5, void *context, const gss_buffer_desc *message, gss_buffer_t token, int conf,
		 int type),
		(krb5, context, message, token, conf, type), ENOSYS, scope, result,
		may_not_seal(&scope, context, &conf, type, &result),
		struct tr_draft *d = tap_int_event(&scope, result, false, 0);
		if (d) tr_commit(d))

TAP_EXPORT OM_uint32 gss_krb5int_unseal_token_v3(void *krb5, OM_uint32 *minor_status, void *context,
						 unsigned char *body, unsigned int size, gss_buffer_t message,
						 int *conf_state, gss_qop_t *qop, int type)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_krb5int_unseal_token_v3);
	struct tap_bare bare = {0};
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (type != MIC_TOKEN)
		tap_bare_before(&scope, &bare, context, NULL, &conf_state, minor_status, &major);
	major = real_call(krb5, minor_status, context, body, size, message, conf_state, qop, type);
	if (tap_bare_after(&scope, &bare, context, false, conf_state, minor_status, &major))
		tap_drop_token(&scope, message);
	error = errno;
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d)
		tr_commit(d);
	tap_leave(&scope);
	errno = error;
	return major;
}
