/* SPDX-License-Identifier: MIT */
/*
 * Protected messages in pieces, and gss_unwrap_aead, which is made of the same (MIT's gssapi_ext.h). Told is
 * what the other end of the wire sees: the token is header, data, padding and trailer one after the other,
 * however the caller's array is sorted, as gss_unwrap would be given them; buffers that are signed only are
 * no part of it.
 *
 * The calls work in place: what goes in is looked at before the real call, and only where it will be
 * recorded. Bytes are not recorded at any level.
 */
#include "shim/gss/drop.h"
#include "shim/gss/gss.h"
#include "shim/gss/use.h"

/* The types of buffers that make up a whole, in the order of the wire: those of one step in the order of the
 * array. */
#define TYPE(name) (1u << GSS_IOV_BUFFER_TYPE_##name)
static const unsigned wrapped[] = {TYPE(HEADER), TYPE(DATA), TYPE(PADDING), TYPE(TRAILER), 0};
static const unsigned stream[] = {TYPE(STREAM), 0};
static const unsigned data[] = {TYPE(DATA), 0};
static const unsigned signed_data[] = {TYPE(DATA) | TYPE(SIGN_ONLY) | TYPE(PADDING), 0};
static const unsigned mic[] = {TYPE(MIC_TOKEN), 0};

struct pieces {
	const gss_iov_buffer_desc *iov;
	int count, at;
	const unsigned *types;
};

static bool has_type(const gss_iov_buffer_desc *buffer, unsigned types)
{
	OM_uint32 type = GSS_IOV_BUFFER_TYPE(buffer->type);

	return type < 32 && types >> type & 1;
}

static bool next_piece(void *walk, const void **bytes, size_t *length)
{
	struct pieces *p = walk;

	for (; *p->types; p->types++, p->at = 0) {
		while (p->at < p->count) {
			const gss_iov_buffer_desc *buffer = &p->iov[p->at++];

			if (!has_type(buffer, *p->types) || !buffer->buffer.value)
				continue;
			*bytes = buffer->buffer.value;
			*length = buffer->buffer.length;
			return true;
		}
	}
	return false;
}

/* A call with pieces, and what is known of it so far. */
struct pieced {
	gss_ctx_id_t context;
	const gss_iov_buffer_desc *iov;
	int count;
	enum tr_field_id token_field;
	int conf;      /* -1 unknown */
	int asked;     /* of a wrap: whether encryption was, and 1 */
	bool detached; /* a MIC: nothing was carried */
	bool has_token, has_message;
	struct tr_token token, message;
};

static bool is_told(const struct tap_scope *scope)
{
	return scope->record == TAP_RECORD && tr_level >= TR_LEVEL_TOKENS;
}

static struct pieces pieces(const struct pieced *call, const unsigned *types)
{
	return (struct pieces){call->iov, call->iov && call->count > 0 ? call->count : 0, 0, types};
}

static bool has_stream(const struct pieced *call)
{
	struct pieces walk = pieces(call, stream);
	const void *bytes;
	size_t length;

	return next_piece(&walk, &bytes, &length);
}

static void look_at_token(const struct tap_scope *scope, struct pieced *call, const unsigned *types)
{
	struct pieces walk = pieces(call, types);

	if (!is_told(scope))
		return;
	call->token = tr_token_of_parts(next_piece, &walk, false);
	call->has_token = true;
}

static void look_at_message(const struct tap_scope *scope, struct pieced *call, const unsigned *types)
{
	struct pieces walk = pieces(call, types);
	const void *bytes;
	size_t length;

	call->has_message = true;
	if (is_told(scope)) {
		call->message = tr_token_of_parts(next_piece, &walk, true);
		return;
	}
	while (next_piece(&walk, &bytes, &length))
		call->message.length += length;
}

static void finish(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
		   const struct pieced *call)
{
	int error = errno;
	struct tr_draft *d;

	if (scope->watch && !scope->nested && !GSS_ERROR(major) && !call->detached)
		tap_context_count(call->context, call->token_field == TR_F_OUT_TOKEN, call->message.length);
	d = tap_gss_event(scope, major, minor, GSS_C_NO_OID);
	if (d) {
		tap_put_handle(d, TR_F_CONTEXT, call->context);
		if (call->conf >= 0)
			tr_put_u32(d, TR_F_CONF, call->conf != 0);
		if (call->asked && (call->conf < 0 || call->asked - 1 != (call->conf != 0)))
			tr_put_u32(d, TR_F_CONF_REQ, (uint32_t)call->asked - 1);
		if (call->has_message && is_told(scope))
			tr_put(d, TR_F_MESSAGE, &call->message, sizeof(call->message));
		if (call->has_token)
			tr_put(d, call->token_field, &call->token, sizeof(call->token));
		tr_commit(d);
	}
	tap_leave(scope);
	errno = error;
}

/* Of a context that is none the library does not look at the buffers either. */
static bool may_look(const struct tap_scope *scope, gss_ctx_id_t context)
{
	return scope->watch && context != GSS_C_NO_CONTEXT;
}

static int conf_of(OM_uint32 major, const int *state)
{
	return !GSS_ERROR(major) && state ? *state : -1;
}

TAP_EXPORT OM_uint32 gss_wrap_iov(OM_uint32 *minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop,
				  int *conf_state, gss_iov_buffer_desc *iov, int count)
{
	TAP_REAL(real_call, gss_wrap_iov);
	if (__builtin_expect(!tap_on && real_call, 1))
		return real_call(minor_status, context, conf_req, qop, conf_state, iov, count);
	TAP_SCOPE(scope, real_call, TAP_GSS, gss_wrap_iov);
	struct pieced call = {context, iov, count, .token_field = TR_F_OUT_TOKEN,
			      .asked = 1 + (conf_req != 0)};
	struct tap_bare bare = {0};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (may_look(&scope, context))
		look_at_message(&scope, &call, data);
	if (!tap_may_not_use(&scope, context, minor_status, NULL, &major) &&
	    !tap_bare_before(&scope, &bare, context, &conf_req, &conf_state, minor_status, &major))
		major = real_call(minor_status, context, conf_req, qop, conf_state, iov, count);
	if (tap_bare_after(&scope, &bare, context, true, conf_state, minor_status, &major))
		tap_drop_iov(&scope, iov, count);
	call.conf = conf_of(major, conf_state);
	if (!GSS_ERROR(major))
		look_at_token(&scope, &call, wrapped);
	finish(&scope, major, minor_status, &call);
	return major;
}

/* Its plaintext was the caller's already, but for what was made, or found, of a stream. */
static void drop_opened(const struct tap_scope *scope, const struct pieced *call, gss_iov_buffer_desc *iov)
{
	bool found = has_stream(call);

	tap_drop_iov(scope, iov, call->count);
	for (int i = 0; found && i < call->count; i++)
		if (has_type(&iov[i], TYPE(DATA)))
			iov[i].buffer = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
}

TAP_EXPORT OM_uint32 gss_unwrap_iov(OM_uint32 *minor_status, gss_ctx_id_t context, int *conf_state,
				    gss_qop_t *qop, gss_iov_buffer_desc *iov, int count)
{
	TAP_REAL(real_call, gss_unwrap_iov);
	if (__builtin_expect(!tap_on && real_call, 1))
		return real_call(minor_status, context, conf_state, qop, iov, count);
	TAP_SCOPE(scope, real_call, TAP_GSS, gss_unwrap_iov);
	struct pieced call = {context, iov, count, .token_field = TR_F_IN_TOKEN};
	struct tap_bare bare = {0};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	/* Beside a stream the data buffer is an output. */
	if (may_look(&scope, context))
		look_at_token(&scope, &call, has_stream(&call) ? stream : wrapped);
	if (!tap_may_not_use(&scope, context, minor_status, NULL, &major)) {
		tap_bare_before(&scope, &bare, context, NULL, &conf_state, minor_status, &major);
		major = real_call(minor_status, context, conf_state, qop, iov, count);
	}
	if (tap_bare_after(&scope, &bare, context, false, conf_state, minor_status, &major))
		drop_opened(&scope, &call, iov);
	call.conf = conf_of(major, conf_state);
	if (!GSS_ERROR(major))
		look_at_message(&scope, &call, data);
	finish(&scope, major, minor_status, &call);
	return major;
}

/* It leaves the plaintext in its input, too. */
TAP_EXPORT OM_uint32 gss_unwrap_aead(OM_uint32 *minor_status, gss_ctx_id_t context, gss_buffer_t input,
				     gss_buffer_t associated, gss_buffer_t output, int *conf_state,
				     gss_qop_t *qop)
{
	TAP_REAL(real_call, gss_unwrap_aead);
	if (__builtin_expect(!tap_on && real_call, 1))
		return real_call(minor_status, context, input, associated, output, conf_state, qop);
	TAP_SCOPE(scope, real_call, TAP_GSS, gss_unwrap_aead);
	gss_iov_buffer_desc whole[2] = {{GSS_IOV_BUFFER_TYPE_STREAM, GSS_C_EMPTY_BUFFER},
					{GSS_IOV_BUFFER_TYPE_DATA, GSS_C_EMPTY_BUFFER}};
	struct pieced call = {context, whole, 2, .token_field = TR_F_IN_TOKEN};
	struct tap_bare bare = {0};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (may_look(&scope, context) && input) {
		whole[0].buffer = *input;
		look_at_token(&scope, &call, stream);
	}
	if (!tap_may_not_use(&scope, context, minor_status, output, &major)) {
		tap_bare_before(&scope, &bare, context, NULL, &conf_state, minor_status, &major);
		major = real_call(minor_status, context, input, associated, output, conf_state, qop);
	}
	if (tap_bare_after(&scope, &bare, context, false, conf_state, minor_status, &major))
		tap_drop_token(&scope, output);
	call.conf = conf_of(major, conf_state);
	if (!GSS_ERROR(major)) {
		whole[1].buffer = *output;
		look_at_message(&scope, &call, data);
	}
	finish(&scope, major, minor_status, &call);
	return major;
}

TAP_EXPORT OM_uint32 gss_get_mic_iov(OM_uint32 *minor_status, gss_ctx_id_t context, gss_qop_t qop,
				     gss_iov_buffer_desc *iov, int count)
{
	TAP_REAL(real_call, gss_get_mic_iov);
	if (__builtin_expect(!tap_on && real_call, 1))
		return real_call(minor_status, context, qop, iov, count);
	TAP_SCOPE(scope, real_call, TAP_GSS, gss_get_mic_iov);
	struct pieced call = {context, iov, count, TR_F_OUT_TOKEN, .conf = -1, .detached = true};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!tap_may_not_use(&scope, context, minor_status, NULL, &major))
		major = real_call(minor_status, context, qop, iov, count);
	if (!GSS_ERROR(major)) {
		look_at_message(&scope, &call, signed_data);
		look_at_token(&scope, &call, mic);
	}
	finish(&scope, major, minor_status, &call);
	return major;
}

/* Of a MIC that does not verify both are told: neither is an output. */
TAP_EXPORT OM_uint32 gss_verify_mic_iov(OM_uint32 *minor_status, gss_ctx_id_t context, gss_qop_t *qop,
					gss_iov_buffer_desc *iov, int count)
{
	TAP_REAL(real_call, gss_verify_mic_iov);
	if (__builtin_expect(!tap_on && real_call, 1))
		return real_call(minor_status, context, qop, iov, count);
	TAP_SCOPE(scope, real_call, TAP_GSS, gss_verify_mic_iov);
	struct pieced call = {context, iov, count, TR_F_IN_TOKEN, .conf = -1, .detached = true};
	OM_uint32 major;

	if (!real_call)
		return tap_leave(&scope), tap_missing(minor_status);
	if (!tap_may_not_use(&scope, context, minor_status, NULL, &major))
		major = real_call(minor_status, context, qop, iov, count);
	if (may_look(&scope, context) && !GSS_CALLING_ERROR(major)) {
		look_at_message(&scope, &call, signed_data);
		look_at_token(&scope, &call, mic);
	}
	finish(&scope, major, minor_status, &call);
	return major;
}

TAP_GSS(gss_get_mic_iov_length,
	(OM_uint32 * minor_status, gss_ctx_id_t context, gss_qop_t qop, gss_iov_buffer_desc *iov, int count),
	(minor_status, context, qop, iov, count), GSS_C_NO_OID, draft, major,
	tap_put_handle(draft, TR_F_CONTEXT, context))

TAP_GSS_JUDGED(gss_wrap_iov_length,
	       (OM_uint32 * minor_status, gss_ctx_id_t context, int conf_req, gss_qop_t qop, int *conf_state,
		gss_iov_buffer_desc *iov, int count),
	       (minor_status, context, conf_req, qop, conf_state, iov, count), GSS_C_NO_OID, scope, draft,
	       major, (conf_req = tap_bare_asked(&scope, context, conf_req), false),
	       tap_put_handle(draft, TR_F_CONTEXT, context))
