/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743 section 2.2: security contexts. Here handshakes are followed, delegation and peers are judged.
 *
 * A refusal looks like any other failed call to the program: no context, no output token, GSS_S_UNAUTHORIZED,
 * and a minor status that gss_display_status explains.
 */
#include "shim/gss/gss.h"
#include "shim/repair/inside.h"

#include <string.h>

static const char *shown_name(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size)
{
	return scope->watch && (scope->record || scope->judge || tr_level != TR_LEVEL_OFF) &&
			       tap_display_name(scope, name, out, size)
		       ? out
		       : NULL;
}

static void put_bindings(struct tr_draft *d, gss_channel_bindings_t bindings)
{
	if (bindings && bindings != GSS_C_NO_CHANNEL_BINDINGS)
		tr_put_token(d, TR_F_BINDINGS, bindings->application_data.value,
			     bindings->application_data.length, TR_WHERE_NONE, false);
}

/* Both tokens of a call: the one that came in goes ahead when both have bytes to show. */
static bool send_input_ahead(const struct tap_scope *scope, const gss_buffer_desc *in,
			     const gss_buffer_desc *out)
{
	if (scope->record != TAP_RECORD || tr_level < TR_LEVEL_TOKENS || !in || !in->length || !out ||
	    !out->length)
		return false;
	tap_send_ahead(scope, TR_F_IN_TOKEN, TR_WHERE_IN_TOKEN, in->value, in->length);
	return true;
}

static void put_tokens(struct tr_draft *d, const gss_buffer_desc *in, const gss_buffer_desc *out, bool ahead)
{
	bool bytes = tr_level >= TR_LEVEL_TOKENS;

	if (in && in->length)
		tr_put_token(d, TR_F_IN_TOKEN, in->value, in->length,
			     bytes && !ahead ? TR_WHERE_IN_TOKEN : TR_WHERE_NONE, ahead);
	if (out && out->length)
		tr_put_token(d, TR_F_OUT_TOKEN, out->value, out->length,
			     bytes ? TR_WHERE_OUT_TOKEN : TR_WHERE_NONE, false);
}

static void drop_token(const struct tap_scope *scope, gss_buffer_t token)
{
	__typeof__(&gss_release_buffer) release = TAP_OTHER(scope, gss_release_buffer);
	OM_uint32 minor;

	if (!token)
		return;
	tap_quiet_begin();
	if (release)
		release(&minor, token);
	tap_quiet_end();
	token->length = 0;
	token->value = NULL;
}

/* The initiator asks for delegation: may it? True: the call is refused. */
static bool delegation_refused(struct tap_scope *scope, OM_uint32 *flags, const char *target,
			       struct pol_verdict *verdict)
{
	enum pol_action action;

	if (!scope->judge || !(*flags & (GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG)))
		return false;
	action = pol_judge_delegation(&tap_policy, POL_INITIATOR, verdict);
	if (action == POL_ALLOW || !tap_refuses(scope, verdict, target))
		return false;
	if (action != POL_CHANGE)
		return true;
	*flags &= ~(OM_uint32)(GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG);
	return false;
}

TAP_EXPORT OM_uint32 gss_init_sec_context(OM_uint32 *minor_status, gss_cred_id_t cred, gss_ctx_id_t *context,
					  gss_name_t target, gss_OID mech, OM_uint32 req_flags,
					  OM_uint32 time_req, gss_channel_bindings_t bindings,
					  gss_buffer_t input, gss_OID *actual_mech, gss_buffer_t output,
					  OM_uint32 *ret_flags, OM_uint32 *time_rec)
{
	TAP_ENTER(TAP_GSS, gss_init_sec_context);
	struct tap_handshake step = {.role = TR_ROLE_INITIATOR, .mech = mech};
	struct pol_verdict verdict = {0};
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	/* The host's own variables where it has them: what a failing call leaves in them is its business. */
	OM_uint32 flags = req_flags, own_flags = 0, own_time = 0;
	OM_uint32 *granted = ret_flags ? ret_flags : &own_flags, *lifetime = time_rec ? time_rec : &own_time;
	gss_OID own_mech = GSS_C_NO_OID, *chosen = actual_mech ? actual_mech : &own_mech;
	bool refused = false, ahead;
	struct tr_draft *d;
	char name[256];
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (tap_stand_in(cred)) {
		step.major = tap_stand_in_init(cred, context, output, ret_flags);
		tap_leave(&scope);
		return step.major;
	}
	if (!scope.watch || !context || !minor_status || !output) {
		step.major = real_call(minor_status, cred, context, target, mech, req_flags, time_req,
				       bindings, input, actual_mech, output, ret_flags, time_rec);
		tap_leave(&scope);
		return step.major;
	}
	error = errno;
	if (!scope.start)
		scope.start = tr_now();
	/* Before the call a name is looked at only where it has to be: it may be no name. */
	if (scope.judge && req_flags & (GSS_C_DELEG_FLAG | GSS_C_DELEG_POLICY_FLAG))
		step.target = shown_name(&scope, target, name, sizeof(name));
	step.tie = tap_injected ? tap_tied(cred, &step.fd) : NULL;
	if (delegation_refused(&scope, &flags, step.target, &verdict)) {
		tap_handshake_refused(&scope, step.role, step.target, verdict.reason);
		output->length = 0;
		output->value = NULL;
		step.major = tap_refuse_gss(&verdict, minor_status);
		tap_leave(&scope);
		errno = error;
		return step.major;
	}
	if (__builtin_expect(step.tie && before == GSS_C_NO_CONTEXT, 0) &&
	    tap_ticket_missing(step.tie, verdict.reason, sizeof(verdict.reason))) {
		output->length = 0;
		output->value = NULL;
		step.major = tap_handshake_unready(&scope, &step, verdict.reason, minor_status);
		tap_leave(&scope);
		errno = error;
		return step.major;
	}
	errno = error;
	step.major = real_call(minor_status, cred, context, target, mech, flags, time_req, bindings, input,
			       chosen, output, granted, lifetime);
	error = errno;
	step.minor = *minor_status;
	if (!step.target)
		step.target = tap_context_target(before, name, sizeof(name));
	if (!step.target && tap_handles_good(step.major))
		step.target = shown_name(&scope, target, name, sizeof(name));
	if (!GSS_ERROR(step.major) && *chosen)
		step.mech = *chosen;
	step.first_token = before == GSS_C_NO_CONTEXT ? output : NULL;
	ahead = send_input_ahead(&scope, input, output);
	d = tap_gss_event(&scope, step.major, minor_status, step.mech);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, *context ? *context : before);
		tap_put_oid(d, TR_F_MECH, step.mech);
		tr_put_text(d, TR_F_ACCEPTOR, step.target);
		tr_put_u32(d, TR_F_FLAGS_REQ, req_flags);
		if (!GSS_ERROR(step.major))
			tr_put_u32(d, TR_F_FLAGS_RET, *granted);
		if (step.major == GSS_S_COMPLETE)
			tr_put_u32(d, TR_F_LIFETIME, *lifetime);
		put_bindings(d, bindings);
		put_tokens(d, input, output, ahead);
		tr_commit(d);
	}
	step.flags = *granted;
	step.lifetime = *lifetime;
	if (!scope.depth)
		step.major = tap_handshake_step(&scope, &step, before, context, minor_status, &refused);
	if (refused) {
		drop_token(&scope, output);
		*chosen = GSS_C_NO_OID;
		*granted = *lifetime = 0;
	}
	tap_leave(&scope);
	errno = error;
	return step.major;
}

/* The acceptor was given a credential: may it keep it? True: the context is refused. */
static bool delegated_refused(struct tap_scope *scope, OM_uint32 *flags, gss_cred_id_t *cred,
			      struct pol_verdict *verdict)
{
	__typeof__(&gss_release_cred) release = TAP_OTHER(scope, gss_release_cred);
	enum pol_action action;
	OM_uint32 minor;

	if (!scope->judge || !(*flags & GSS_C_DELEG_FLAG))
		return false;
	action = pol_judge_delegation(&tap_policy, POL_ACCEPTOR, verdict);
	if (action == POL_ALLOW || !tap_refuses(scope, verdict, NULL))
		return false;
	*flags &= ~(OM_uint32)GSS_C_DELEG_FLAG;
	tap_quiet_begin();
	if (*cred != GSS_C_NO_CREDENTIAL && release)
		release(&minor, cred);
	tap_quiet_end();
	*cred = GSS_C_NO_CREDENTIAL;
	return action != POL_CHANGE;
}

static void take_back(const struct tap_scope *scope, gss_name_t *name, gss_cred_id_t *cred)
{
	__typeof__(&gss_release_name) release_name = TAP_OTHER(scope, gss_release_name);
	__typeof__(&gss_release_cred) release_cred = TAP_OTHER(scope, gss_release_cred);
	OM_uint32 minor;

	tap_quiet_begin();
	if (name && *name && release_name)
		release_name(&minor, name);
	if (*cred && release_cred)
		release_cred(&minor, cred);
	tap_quiet_end();
}

/* The first token of RFC 2743, section 3.1: its frame, and krb5's OID (RFC 4121). */
static bool begins_kerberos(const gss_buffer_desc *token)
{
	static const uint8_t oid[] = "\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
	const uint8_t *bytes = token ? token->value : NULL;
	size_t head;

	if (!bytes || token->length < 20 || bytes[0] != 0x60)
		return false;
	head = bytes[1] < 0x80 ? 2 : 2 + (size_t)(bytes[1] & 0x7f);
	return head < 7 && !memcmp(bytes + head, oid, sizeof(oid) - 1);
}

TAP_EXPORT OM_uint32 gss_accept_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_cred_id_t cred, gss_buffer_t input,
					    gss_channel_bindings_t bindings, gss_name_t *source,
					    gss_OID *mech, gss_buffer_t output, OM_uint32 *ret_flags,
					    OM_uint32 *time_rec, gss_cred_id_t *delegated)
{
	TAP_ENTER(TAP_GSS, gss_accept_sec_context);
	struct tap_handshake step = {.role = TR_ROLE_ACCEPTOR};
	struct pol_verdict verdict = {0};
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	gss_cred_id_t none = GSS_C_NO_CREDENTIAL;
	gss_name_t own_source = GSS_C_NO_NAME;
	/* A name costs the library as much as a tenth of the handshake. Kerberos contexts are asked
	 * afterwards. */
	gss_name_t *from = source || begins_kerberos(input) ? source : &own_source;
	OM_uint32 own_flags = 0, own_time = 0;
	OM_uint32 *granted = ret_flags ? ret_flags : &own_flags, *lifetime = time_rec ? time_rec : &own_time;
	gss_OID own_mech = GSS_C_NO_OID, *chosen = mech ? mech : &own_mech;
	bool refused = false, ahead;
	struct tr_draft *d;
	char name[256];
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!scope.watch || !context || !minor_status || !output) {
		step.major = real_call(minor_status, context, cred, input, bindings, source, mech, output,
				       ret_flags, time_rec, delegated);
		tap_leave(&scope);
		return step.major;
	}
	if (!scope.start)
		scope.start = tr_now();
	step.tie = tap_injected ? tap_tied(cred, &step.fd) : NULL;
	/* A credential is asked for only where the program asks: the library would have to store it. */
	step.major = real_call(minor_status, context, cred, input, bindings, from, chosen, output, granted,
			       lifetime, delegated);
	error = errno;
	step.minor = *minor_status;
	if (!GSS_ERROR(step.major))
		step.mech = *chosen;
	step.first_token = before == GSS_C_NO_CONTEXT ? input : NULL;
	name[0] = 0;
	if (scope.record && step.major == GSS_S_COMPLETE && source)
		tap_display_name(&scope, *source, name, sizeof(name));
	ahead = send_input_ahead(&scope, input, output);
	d = tap_gss_event(&scope, step.major, minor_status, step.mech);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, *context ? *context : before);
		tap_put_oid(d, TR_F_MECH, step.mech);
		if (name[0])
			tr_put_text(d, TR_F_INITIATOR, name);
		if (!GSS_ERROR(step.major))
			tr_put_u32(d, TR_F_FLAGS_RET, *granted);
		if (step.major == GSS_S_COMPLETE)
			tr_put_u32(d, TR_F_LIFETIME, *lifetime);
		put_bindings(d, bindings);
		put_tokens(d, input, output, ahead);
		tr_commit(d);
	}
	step.flags = *granted;
	step.lifetime = *lifetime;
	if (step.major == GSS_S_COMPLETE && from)
		step.source = *from;
	if (!scope.depth)
		step.major = tap_handshake_step(&scope, &step, before, context, minor_status, &refused);
	if (!refused && step.major == GSS_S_COMPLETE &&
	    delegated_refused(&scope, granted, delegated ? delegated : &none, &verdict)) {
		__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(&scope, gss_delete_sec_context);
		OM_uint32 ignored;

		tap_context_ends(&scope, *context);
		tap_quiet_begin();
		if (delete)
			delete (&ignored, context, GSS_C_NO_BUFFER);
		tap_quiet_end();
		*context = GSS_C_NO_CONTEXT;
		refused = true;
		step.major = tap_refuse_gss(&verdict, minor_status);
	}
	if (own_source != GSS_C_NO_NAME)
		take_back(&scope, &own_source, &none);
	if (refused) {
		drop_token(&scope, output);
		take_back(&scope, source, delegated ? delegated : &none);
		*chosen = GSS_C_NO_OID;
		*granted = *lifetime = 0;
	}
	tap_leave(&scope);
	errno = error;
	return step.major;
}

TAP_EXPORT OM_uint32 gss_delete_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t output)
{
	TAP_ENTER(TAP_GSS, gss_delete_sec_context);
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (tap_stand_in(before)) {
		tap_stand_in_release((void **)context, true);
		tap_leave(&scope);
		return GSS_S_COMPLETE;
	}
	/* Before the call: once it has returned, another thread may have been given the same handle. */
	if (scope.watch && before && !scope.depth) {
		error = errno;
		tap_context_ends(&scope, before);
		errno = error;
	}
	major = real_call(minor_status, context, output);
	error = errno;
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, before);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_EXPORT OM_uint32 gss_export_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_buffer_t exported)
{
	TAP_ENTER(TAP_GSS, gss_export_sec_context);
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, context, exported);
	error = errno;
	if (scope.watch && before && !scope.depth && major == GSS_S_COMPLETE)
		tap_context_ends(&scope, before);
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, before);
		if (major == GSS_S_COMPLETE)
			tap_put_buffer_secret(d, exported);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_EXPORT OM_uint32 gss_import_sec_context(OM_uint32 *minor_status, gss_buffer_t exported,
					    gss_ctx_id_t *context)
{
	TAP_ENTER(TAP_GSS, gss_import_sec_context);
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, exported, context);
	error = errno;
	if (scope.watch && !scope.depth && major == GSS_S_COMPLETE)
		tap_context_imported(*context);
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		if (major == GSS_S_COMPLETE)
			tap_put_handle(d, TR_F_CONTEXT, *context);
		tap_put_buffer_secret(d, exported);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_EXPORT OM_uint32 gss_inquire_context(OM_uint32 *minor_status, gss_ctx_id_t context, gss_name_t *source,
					 gss_name_t *target, OM_uint32 *lifetime, gss_OID *mech,
					 OM_uint32 *flags, int *local, int *open)
{
	TAP_ENTER(TAP_GSS, gss_inquire_context);
	char initiator[256] = "", acceptor[256] = "";
	struct tr_draft *d;
	OM_uint32 major;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	major = real_call(minor_status, context, source, target, lifetime, mech, flags, local, open);
	error = errno;
	if (scope.record && major == GSS_S_COMPLETE) {
		if (source)
			tap_display_name(&scope, *source, initiator, sizeof(initiator));
		if (target)
			tap_display_name(&scope, *target, acceptor, sizeof(acceptor));
	}
	d = tap_gss_event(&scope, major, minor_status, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, context);
		if (initiator[0])
			tr_put_text(d, TR_F_INITIATOR, initiator);
		if (acceptor[0])
			tr_put_text(d, TR_F_ACCEPTOR, acceptor);
		if (major == GSS_S_COMPLETE && mech)
			tap_put_oid(d, TR_F_MECH, *mech);
		if (major == GSS_S_COMPLETE && flags)
			tr_put_u32(d, TR_F_FLAGS_RET, *flags);
		if (major == GSS_S_COMPLETE && lifetime)
			tr_put_u32(d, TR_F_LIFETIME, *lifetime);
		if (major == GSS_S_COMPLETE && local)
			tr_put_u32(d, TR_F_LOCAL, *local != 0);
		if (major == GSS_S_COMPLETE && open)
			tr_put_u32(d, TR_F_OPEN, *open != 0);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return major;
}

TAP_GSS(gss_context_time, (OM_uint32 * minor_status, gss_ctx_id_t context, OM_uint32 *lifetime),
	(minor_status, context, lifetime), GSS_C_NO_OID, tap_put_handle(draft, TR_F_CONTEXT, context);
	if (major == GSS_S_COMPLETE && lifetime) tr_put_u32(draft, TR_F_LIFETIME, *lifetime))

TAP_GSS(gss_process_context_token, (OM_uint32 * minor_status, gss_ctx_id_t context, gss_buffer_t token),
	(minor_status, context, token), GSS_C_NO_OID, tap_put_handle(draft, TR_F_CONTEXT, context);
	put_tokens(draft, token, NULL, false))

/* Values of options can be keys: length and keyed hash only. */
TAP_GSS(gss_set_sec_context_option,
	(OM_uint32 * minor_status, gss_ctx_id_t *context, const gss_OID option, const gss_buffer_t value),
	(minor_status, context, option, value), GSS_C_NO_OID,
	tap_put_handle(draft, TR_F_CONTEXT, context ? *context : NULL);
	tap_put_oid(draft, TR_F_OID, option); tap_put_buffer_secret(draft, value))

TAP_GSS(gss_inquire_sec_context_by_oid,
	(OM_uint32 * minor_status, const gss_ctx_id_t context, const gss_OID object, gss_buffer_set_t *set),
	(minor_status, context, object, set), GSS_C_NO_OID, tap_put_handle(draft, TR_F_CONTEXT, context);
	tap_put_oid(draft, TR_F_OID, object))

TAP_GSS(gss_complete_auth_token, (OM_uint32 * minor_status, const gss_ctx_id_t context, gss_buffer_t input),
	(minor_status, context, input), GSS_C_NO_OID, tap_put_handle(draft, TR_F_CONTEXT, context);
	put_tokens(draft, input, NULL, false))

TAP_GSS(gss_pseudo_random,
	(OM_uint32 * minor_status, gss_ctx_id_t context, int prf_key, const gss_buffer_t prf_in,
	 ssize_t desired, gss_buffer_t prf_out),
	(minor_status, context, prf_key, prf_in, desired, prf_out), GSS_C_NO_OID,
	tap_put_handle(draft, TR_F_CONTEXT, context);
	tap_put_buffer_secret(draft, major == GSS_S_COMPLETE ? prf_out : NULL))
