/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743, sections 2.2.1 and 2.2.2: the calls that make a security context. Each learns what the library
 * was seen to do, lets the policy judge, applies the verdict, and records what really came of it.
 *
 * A refusal looks like any other failed call to the program: no context, no output token, GSS_S_UNAUTHORIZED,
 * and a minor status that gss_display_status explains.
 */
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"
#include "shim/repair/inside.h"

#include <string.h>

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

	if (release)
		release(&minor, token);
	token->length = 0;
	token->value = NULL;
}

static void drop_cred(const struct tap_scope *scope, gss_cred_id_t *cred)
{
	__typeof__(&gss_release_cred) release = TAP_OTHER(scope, gss_release_cred);
	OM_uint32 minor;

	if (cred && *cred != GSS_C_NO_CREDENTIAL && release)
		release(&minor, cred);
	if (cred)
		*cred = GSS_C_NO_CREDENTIAL;
}

static void drop_name(const struct tap_scope *scope, gss_name_t *name)
{
	__typeof__(&gss_release_name) release = TAP_OTHER(scope, gss_release_name);
	OM_uint32 minor;

	if (name && *name != GSS_C_NO_NAME && release)
		release(&minor, name);
	if (name)
		*name = GSS_C_NO_NAME;
}

static void drop_context(const struct tap_scope *scope, gss_ctx_id_t *context)
{
	__typeof__(&gss_delete_sec_context) delete = TAP_OTHER(scope, gss_delete_sec_context);
	OM_uint32 minor;

	if (*context != GSS_C_NO_CONTEXT && delete)
		delete (&minor, context, GSS_C_NO_BUFFER);
	*context = GSS_C_NO_CONTEXT;
}

/* Part of another call that is followed itself: a negotiation's inner handshake. */
static bool is_part(const struct tap_scope *scope)
{
	return scope->nested && tap_learning();
}

/* Refused before the library was asked. */
static OM_uint32 refuse_init(struct tap_scope *scope, struct tap_handshake *step, gss_ctx_id_t context,
			     OM_uint32 *minor_status, gss_buffer_t output)
{
	output->length = 0;
	output->value = NULL;
	tap_handshake_judge(scope, step, context, context);
	tap_handshake_tell(scope, step, context);
	return tap_refuse_gss(&step->verdict, minor_status);
}

/* The acceptor's name as the call's event has it: true where libkrb5 told it, else as it was asked for. */
static const char *acceptor_name(const struct tap_scope *scope, const struct tap_handshake *step,
				 gss_name_t target, char *out, size_t size)
{
	const char *known = GSS_ERROR(step->major) ? NULL : tap_handshake_acceptor(step);

	if (known)
		return known;
	return scope->record && tap_handles_good(step->major) && tap_display_name(scope, target, out, size)
		       ? out
		       : NULL;
}

TAP_EXPORT OM_uint32 gss_init_sec_context(OM_uint32 *minor_status, gss_cred_id_t cred, gss_ctx_id_t *context,
					  gss_name_t target, gss_OID mech, OM_uint32 req_flags,
					  OM_uint32 time_req, gss_channel_bindings_t bindings,
					  gss_buffer_t input, gss_OID *actual_mech, gss_buffer_t output,
					  OM_uint32 *ret_flags, OM_uint32 *time_rec)
{
	TAP_ENTER(TAP_GSS, gss_init_sec_context);
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct tap_handshake step = {.role = TR_ROLE_INITIATOR,
				     .first = before == GSS_C_NO_CONTEXT,
				     .mech = mech,
				     .target = target};
	/* The host's own variables where it has them: what a failing call leaves in them is its business. */
	OM_uint32 flags = req_flags, own_flags = 0, own_time = 0;
	OM_uint32 *granted = ret_flags ? ret_flags : &own_flags, *lifetime = time_rec ? time_rec : &own_time;
	gss_OID own_mech = GSS_C_NO_OID, *chosen = actual_mech ? actual_mech : &own_mech;
	bool ahead, part;
	struct tr_draft *d;
	char name[TAP_NAME];
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
	part = is_part(&scope);
	if (!scope.start)
		scope.start = tr_now();
	step.tie = tap_injected ? tap_tied(cred, &step.fd) : NULL;
	if (!part && tap_handshake_may_not(&scope, &step, &flags)) {
		step.major = refuse_init(&scope, &step, before, minor_status, output);
		tap_leave(&scope);
		errno = error;
		return step.major;
	}
	if (__builtin_expect(step.tie && step.first, 0) &&
	    tap_ticket_missing(step.tie, step.verdict.reason, sizeof(step.verdict.reason))) {
		output->length = 0;
		output->value = NULL;
		step.major = tap_handshake_unready(&scope, &step, step.verdict.reason, minor_status);
		tap_leave(&scope);
		errno = error;
		return step.major;
	}
	step.learning =
		part ? NULL
		     : tap_learn_begin(&scope, (uintptr_t)__builtin_frame_address(0), POL_INITIATOR, flags);
	errno = error;
	step.major = real_call(minor_status, cred, context, target, mech, flags, time_req, bindings, input,
			       chosen, output, granted, lifetime);
	error = errno;
	tap_learn_end(step.learning);
	step.minor = *minor_status;
	if (!GSS_ERROR(step.major) && *chosen)
		step.mech = *chosen;
	step.first_token = step.first ? output : NULL;
	step.flags = *granted;
	step.lifetime = *lifetime;
	if (!part) {
		tap_handshake_judge(&scope, &step, before, *context);
		if (!GSS_ERROR(step.major))
			*granted = step.flags;
	}
	if (step.refused) {
		step.major = tap_refuse_gss(&step.verdict, minor_status);
		tap_quiet_begin();
		drop_context(&scope, context);
		drop_token(&scope, output);
		tap_quiet_end();
		*chosen = GSS_C_NO_OID;
		*granted = *lifetime = 0;
	}
	ahead = send_input_ahead(&scope, input, output);
	if (scope.record) {
		const char *acceptor = acceptor_name(&scope, &step, target, name, sizeof(name));

		d = tap_gss_event(&scope, step.major, minor_status, step.mech);
		if (d) {
			tap_put_handle(d, TR_F_CONTEXT, *context ? *context : before);
			tap_put_oid(d, TR_F_MECH, step.mech);
			tr_put_text(d, TR_F_ACCEPTOR, acceptor);
			tr_put_u32(d, TR_F_FLAGS_REQ, req_flags);
			if (!GSS_ERROR(step.major))
				tr_put_u32(d, TR_F_FLAGS_RET, *granted);
			if (tap_is_complete(step.major))
				tr_put_u32(d, TR_F_LIFETIME, *lifetime);
			put_bindings(d, bindings);
			put_tokens(d, input, output, ahead);
			tr_commit(d);
		}
	}
	if (!part)
		tap_handshake_tell(&scope, &step, *context);
	tap_leave(&scope);
	errno = error;
	return step.major;
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
	gss_ctx_id_t before = context ? *context : GSS_C_NO_CONTEXT;
	struct tap_handshake step = {.role = TR_ROLE_ACCEPTOR, .first = before == GSS_C_NO_CONTEXT};
	gss_name_t own_source = GSS_C_NO_NAME;
	/* A name costs the library as much as a tenth of the handshake, and Kerberos tells it anyway. */
	gss_name_t *from = source || begins_kerberos(input) ? source : &own_source;
	OM_uint32 flags = 0, own_flags = 0, own_time = 0;
	OM_uint32 *granted = ret_flags ? ret_flags : &own_flags, *lifetime = time_rec ? time_rec : &own_time;
	gss_OID own_mech = GSS_C_NO_OID, *chosen = mech ? mech : &own_mech;
	bool ahead, part;
	struct tr_draft *d;
	int error;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!scope.watch || !context || !minor_status || !output) {
		step.major = real_call(minor_status, context, cred, input, bindings, source, mech, output,
				       ret_flags, time_rec, delegated);
		tap_leave(&scope);
		return step.major;
	}
	error = errno;
	part = is_part(&scope);
	if (!scope.start)
		scope.start = tr_now();
	step.tie = tap_injected ? tap_tied(cred, &step.fd) : NULL;
	step.learning =
		part ? NULL
		     : tap_learn_begin(&scope, (uintptr_t)__builtin_frame_address(0), POL_ACCEPTOR, flags);
	errno = error;
	/* A credential is asked for only where the program asks: the library would have to store it. */
	step.major = real_call(minor_status, context, cred, input, bindings, from, chosen, output, granted,
			       lifetime, delegated);
	error = errno;
	tap_learn_end(step.learning);
	step.minor = *minor_status;
	if (!GSS_ERROR(step.major))
		step.mech = *chosen;
	step.first_token = step.first ? input : NULL;
	step.flags = *granted;
	step.lifetime = *lifetime;
	if (tap_is_complete(step.major) && from)
		step.source = *from;
	if (!part) {
		tap_handshake_judge(&scope, &step, before, *context);
		if (!GSS_ERROR(step.major))
			*granted = step.flags;
	}
	if (step.refused || step.strip || own_source != GSS_C_NO_NAME) {
		tap_quiet_begin();
		drop_name(&scope, &own_source);
		if (step.refused || step.strip)
			drop_cred(&scope, delegated);
		if (step.refused) {
			drop_context(&scope, context);
			drop_token(&scope, output);
			drop_name(&scope, source);
		}
		tap_quiet_end();
	}
	if (step.refused) {
		step.major = tap_refuse_gss(&step.verdict, minor_status);
		*chosen = GSS_C_NO_OID;
		*granted = *lifetime = 0;
	}
	ahead = send_input_ahead(&scope, input, output);
	d = tap_gss_event(&scope, step.major, minor_status, step.mech);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, *context ? *context : before);
		tap_put_oid(d, TR_F_MECH, step.mech);
		if (tap_is_complete(step.major) && step.learning && step.learning->facts.pol.initiator.text)
			tr_put_text(d, TR_F_INITIATOR, step.learning->facts.initiator);
		if (!GSS_ERROR(step.major))
			tr_put_u32(d, TR_F_FLAGS_RET, *granted);
		if (tap_is_complete(step.major))
			tr_put_u32(d, TR_F_LIFETIME, *lifetime);
		put_bindings(d, bindings);
		put_tokens(d, input, output, ahead);
		tr_commit(d);
	}
	if (!part)
		tap_handshake_tell(&scope, &step, *context);
	tap_leave(&scope);
	errno = error;
	return step.major;
}
