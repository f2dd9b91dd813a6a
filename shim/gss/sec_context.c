/* SPDX-License-Identifier: MIT */
/*
 * RFC 2743, sections 2.2.1 and 2.2.2: how security contexts are made. Both calls have the same steps: what is
 * known is judged before the real one, what it told is learned and judged after it, the verdict is applied,
 * and then is recorded what really came of it.
 *
 * A refusal looks like any other failed call to the program: no context, no output token, GSS_S_UNAUTHORIZED,
 * and a minor status that gss_display_status explains.
 */
#include "shim/core/configuration.h"
#include "shim/core/left.h"
#include "shim/gss/acquire.h"
#include "shim/gss/context.h"
#include "shim/gss/drop.h"
#include "shim/gss/gss.h"
#include "shim/gss/handshake.h"
#include "shim/gss/store.h"
#include "trace/bindings.h"

#include <string.h>

/*
 * What both calls are given, and give. Outputs are the host's own variables where it has them, for what a
 * failing call leaves in them is its business.
 */
struct call {
	const gss_buffer_desc *input;
	gss_channel_bindings_t bindings;
	const OM_uint32 *flags_asked; /* of an initiator */
	gss_cred_id_t cred, lent; /* the program's, and one that a rule has from elsewhere instead of none */
	gss_ctx_id_t *context;
	gss_buffer_t token;
	gss_OID *mech, own_mech;
	OM_uint32 *flags, own_flags, *lifetime, own_lifetime;
	gss_name_t *source, own_source; /* of an acceptor, as is the next one */
	gss_cred_id_t *delegated, own_delegated;
};

static void put_bindings(struct tr_draft *d, gss_channel_bindings_t bindings)
{
	const gss_buffer_desc *data;
	unsigned kind;

	if (!bindings)
		return;
	data = &bindings->application_data;
	tr_put_token(d, TR_F_BINDINGS, data->value, data->length, TR_WHERE_NONE, false);
	kind = tr_bindings_kind(data->value, data->length);
	if (kind && tr_level >= TR_LEVEL_TOKENS)
		tr_put_u32(d, TR_F_BINDINGS_KIND, kind);
}

/* Also such as have addresses alone; but a type without an address, as GSS_C_AF_NULLADDR, binds nothing. */
static bool gives_bindings(gss_channel_bindings_t bindings)
{
	return bindings && (bindings->application_data.length || bindings->initiator_address.length ||
			    bindings->acceptor_address.length);
}

/* Both tokens of a call: the one that came in goes ahead when both have bytes to show. */
static bool send_input_ahead(const struct tap_scope *scope, const struct tap_handshake *step,
			     const struct call *call)
{
	const gss_buffer_desc *in = call->input, *out = call->token;

	if (scope->record != TAP_RECORD || tr_level < TR_LEVEL_TOKENS || !in || !in->length || !out ||
	    !out->length)
		return false;
	tap_send_ahead(scope, TR_F_IN_TOKEN, TR_WHERE_IN_TOKEN, in->value, in->length,
		       tap_handshake_hash(step, in));
	return true;
}

static void put_tokens(struct tr_draft *d, const struct tap_handshake *step, const struct call *call,
		       bool ahead)
{
	const gss_buffer_desc *in = call->input, *out = call->token;
	bool bytes = tr_level >= TR_LEVEL_TOKENS;

	if (in && in->length)
		tr_put_token_hashed(d, TR_F_IN_TOKEN, in->value, in->length, tap_handshake_hash(step, in),
				    bytes && !ahead ? TR_WHERE_IN_TOKEN : TR_WHERE_NONE, ahead);
	if (out && out->length)
		tr_put_token_hashed(d, TR_F_OUT_TOKEN, out->value, out->length, tap_handshake_hash(step, out),
				    bytes ? TR_WHERE_OUT_TOKEN : TR_WHERE_NONE, false);
}

/* The call in flight is followed: as far as it is known before the library is asked. */
static void begin(struct tap_scope *scope, struct tap_handshake *step, struct call *call)
{
	step->before = *call->context;
	step->bound = gives_bindings(call->bindings);
	/* A negotiation's inner handshake is part of another call that is followed itself. */
	step->part = scope->nested && tap_learning();
	if (!step->part && step->before == GSS_C_NO_CONTEXT)
		tap_configuration_event(step->role);
	if (!step->part)
		tap_at_left(&tap_handshake_left);
	if (step->role == TR_ROLE_ACCEPTOR)
		tap_expires_look();
	if (!scope->start)
		scope->start = tap_time_told();
	if (!call->mech)
		call->mech = &call->own_mech;
	if (!call->flags)
		call->flags = &call->own_flags;
	if (!call->lifetime)
		call->lifetime = &call->own_lifetime;
}

/* The credential that the library is given. False: refused. */
static bool lend(const struct tap_scope *scope, struct tap_handshake *step, struct call *call)
{
	return call->cred != GSS_C_NO_CREDENTIAL || tap_lend(scope, step, call->input, &call->lent);
}

static gss_cred_id_t cred_of(const struct call *call)
{
	return call->lent != GSS_C_NO_CREDENTIAL ? call->lent : call->cred;
}

/* What the library answered. */
static void learn(struct tap_handshake *step, const struct call *call, OM_uint32 minor, uintptr_t frame)
{
	bool first = step->before == GSS_C_NO_CONTEXT;

	step->lost = step->learning && !tap_learn_end(step->learning, frame);
	if (step->lost)
		step->learning = NULL;
	step->minor = minor;
	if (!GSS_ERROR(step->major) && *call->mech)
		step->mech = *call->mech;
	step->first_token = !first ? NULL : step->role == TR_ROLE_INITIATOR ? call->token : call->input;
	step->flags = *call->flags;
	step->lifetime = *call->lifetime;
}

/* The verdict: what the host is given instead of what the library made. */
static void apply(const struct tap_scope *scope, struct tap_handshake *step, struct call *call,
		  OM_uint32 *minor_status)
{
	tap_drop_name(scope, &call->own_source);
	tap_drop_cred(scope, &call->lent);
	if (!GSS_ERROR(step->major))
		*call->flags = step->flags;
	if (step->refused || step->strip)
		tap_drop_cred(scope, call->delegated);
	if (!step->refused)
		return;
	step->major = tap_refuse_gss(&step->verdict, minor_status);
	tap_drop_context(scope, call->context);
	tap_drop_token(scope, call->token);
	tap_drop_name(scope, call->source);
	*call->mech = GSS_C_NO_OID;
	*call->flags = *call->lifetime = 0;
}

static void judge(struct tap_scope *scope, struct tap_handshake *step, struct call *call,
		  OM_uint32 *minor_status)
{
	if (!step->part)
		tap_handshake_judge(scope, step, *call->context);
	apply(scope, step, call, minor_status);
}

/* other: the end that the event names. */
static void record(struct tap_scope *scope, const struct tap_handshake *step, const struct call *call,
		   const OM_uint32 *minor, const char *other)
{
	bool ahead = send_input_ahead(scope, step, call);
	struct tr_draft *d = tap_gss_event(scope, step->major, minor, step->mech);

	if (!d)
		return;
	tap_put_handle(d, TR_F_CONTEXT, *call->context ? *call->context : step->before);
	tap_put_handle(d, TR_F_CRED, call->cred);
	tap_put_oid(d, TR_F_MECH, step->mech);
	tr_put_text(d, step->role == TR_ROLE_INITIATOR ? TR_F_ACCEPTOR : TR_F_INITIATOR, other);
	if (call->flags_asked)
		tr_put_u32(d, TR_F_FLAGS_REQ, *call->flags_asked);
	if (!GSS_ERROR(step->major))
		tr_put_u32(d, TR_F_FLAGS_RET, *call->flags);
	if (tap_is_complete(step->major))
		tr_put_u32(d, TR_F_LIFETIME, *call->lifetime);
	put_bindings(d, call->bindings);
	put_tokens(d, step, call, ahead);
	tr_commit(d);
}

static OM_uint32 end(struct tap_scope *scope, struct tap_handshake *step, const struct call *call, int error)
{
	if (!step->part)
		tap_handshake_tell(scope, step, *call->context);
	tap_leave(scope);
	errno = error;
	return step->major;
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
	TAP_ENTER(scope, real_call, TAP_GSS, gss_init_sec_context);
	struct tap_handshake step = {.role = TR_ROLE_INITIATOR, .mech = mech, .target = target};
	struct call call = {.cred = cred,
			    .input = input,
			    .bindings = bindings,
			    .flags_asked = &req_flags,
			    .context = context,
			    .token = output,
			    .mech = actual_mech,
			    .flags = ret_flags,
			    .lifetime = time_rec};
	OM_uint32 flags = req_flags;
	int error = errno;
	char name[TAP_NAME];

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!scope.watch || !context || !minor_status || !output) {
		step.major = real_call(minor_status, cred, context, target, mech, req_flags, time_req,
				       bindings, input, actual_mech, output, ret_flags, time_rec);
		return tap_leave(&scope), step.major;
	}
	begin(&scope, &step, &call);
	if (tap_handshake_may_not(&scope, &step, &flags) || !lend(&scope, &step, &call)) {
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	} else {
		if (!step.part)
			step.learning = tap_learn_begin(&scope, (uintptr_t)__builtin_frame_address(0),
							POL_INITIATOR, step.before, flags);
		if (step.learning)
			step.learning->facts.pol.bound = step.bound;
		if (step.learning && tap_is_chosen(mech)) {
			tap_facts_mech(&step.learning->facts, mech);
			tap_facts_settle(&step.learning->facts);
		}
		errno = error;
		step.major = real_call(minor_status, cred_of(&call), context, target, mech, flags, time_req,
				       bindings, input, call.mech, output, call.flags, call.lifetime);
		error = errno;
		learn(&step, &call, *minor_status, (uintptr_t)__builtin_frame_address(0));
	}
	judge(&scope, &step, &call, minor_status);
	if (scope.record)
		record(&scope, &step, &call, minor_status,
		       acceptor_name(&scope, &step, target, name, sizeof(name)));
	return end(&scope, &step, &call, error);
}

TAP_EXPORT OM_uint32 gss_accept_sec_context(OM_uint32 *minor_status, gss_ctx_id_t *context,
					    gss_cred_id_t cred, gss_buffer_t input,
					    gss_channel_bindings_t bindings, gss_name_t *source,
					    gss_OID *mech, gss_buffer_t output, OM_uint32 *ret_flags,
					    OM_uint32 *time_rec, gss_cred_id_t *delegated)
{
	TAP_ENTER(scope, real_call, TAP_GSS, gss_accept_sec_context);
	struct tap_handshake step = {.role = TR_ROLE_ACCEPTOR};
	struct call call = {.cred = cred,
			    .input = input,
			    .bindings = bindings,
			    .context = context,
			    .token = output,
			    .mech = mech,
			    .flags = ret_flags,
			    .lifetime = time_rec,
			    .source = source,
			    .delegated = delegated};
	int error = errno;
	gss_name_t *from;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!scope.watch || !context || !minor_status || !output) {
		step.major = real_call(minor_status, context, cred, input, bindings, source, mech, output,
				       ret_flags, time_rec, delegated);
		return tap_leave(&scope), step.major;
	}
	/* A name costs the library as much as a tenth of the handshake, and Kerberos tells it anyway. */
	if (!call.delegated && tap_stores(&scope))
		call.delegated = &call.own_delegated;
	from = source || tap_begins_kerberos(input) ? source : &call.own_source;
	begin(&scope, &step, &call);
	if (!lend(&scope, &step, &call)) {
		*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	} else {
		if (!step.part)
			step.learning = tap_learn_begin(&scope, (uintptr_t)__builtin_frame_address(0),
							POL_ACCEPTOR, step.before, 0);
		errno = error;
		/* A credential is asked for only where somebody wants it: the library would have to store
		 * it. */
		step.major = real_call(minor_status, context, cred_of(&call), input, bindings, from,
				       call.mech, output, call.flags, call.lifetime, call.delegated);
		error = errno;
		learn(&step, &call, *minor_status, (uintptr_t)__builtin_frame_address(0));
	}
	if (tap_is_complete(step.major) && from)
		step.source = *from;
	judge(&scope, &step, &call, minor_status);
	if (call.delegated)
		tap_store_delegated(&scope, &step, *call.delegated);
	tap_drop_cred(&scope, &call.own_delegated);
	record(&scope, &step, &call, minor_status,
	       tap_is_complete(step.major) && step.learning && step.learning->facts.pol.initiator.text
		       ? step.learning->facts.initiator
		       : NULL);
	return end(&scope, &step, &call, error);
}
