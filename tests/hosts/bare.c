/* SPDX-License-Identifier: MIT */
/*
 * bare: a message that is to be wrapped without confidentiality, by each call that wraps one, and opened by
 * each that opens one. Prints for each what became of it; exits 1 when one failed.
 */
#include "gss.h"

#include <gssapi/gssapi_ext.h>

static int failures;

/* conf: -1, not asked for. */
static int told(const char *call, OM_uint32 major, OM_uint32 minor, int conf, const void *output)
{
	gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
	OM_uint32 ignored, more = 0;

	if (GSS_ERROR(major)) {
		gss_display_status(&ignored, minor, GSS_C_MECH_CODE, &oid_krb5, &more, &text);
		printf("%s: %08x %.*s%s\n", call, major, (int)text.length, (char *)text.value,
		       output ? ", and gave something" : "");
		gss_release_buffer(&ignored, &text);
		failures++;
		return 0;
	}
	if (conf < 0)
		printf("%s: made\n", call);
	else
		printf("%s: %s\n", call, conf ? "encrypted" : "bare");
	return 1;
}

static gss_buffer_desc plain = {4, (void *)"bare"};

static OM_uint32 wrap_aead(OM_uint32 *minor, gss_ctx_id_t context, int conf_req, gss_qop_t qop,
			   gss_buffer_t input, int *conf, gss_buffer_t output)
{
	return gss_wrap_aead(minor, context, conf_req, qop, GSS_C_NO_BUFFER, input, conf, output);
}

static OM_uint32 seal(OM_uint32 *minor, gss_ctx_id_t context, int conf_req, gss_qop_t qop, gss_buffer_t input,
		      int *conf, gss_buffer_t output)
{
	return gss_seal(minor, context, conf_req, (int)qop, input, conf, output);
}

static void add(gss_buffer_t whole, const gss_iov_buffer_desc *piece)
{
	if (piece->buffer.length)
		memcpy((char *)whole->value + whole->length, piece->buffer.value, piece->buffer.length);
	whole->length += piece->buffer.length;
}

/* Sized first, as most do, and then filled. */
static OM_uint32 wrap_iov(OM_uint32 *minor, gss_ctx_id_t context, int conf_req, gss_qop_t qop,
			  gss_buffer_t input, int *conf, gss_buffer_t output)
{
	static char room[4][1000];
	gss_iov_buffer_desc iov[4] = {{GSS_IOV_BUFFER_TYPE_HEADER, GSS_C_EMPTY_BUFFER},
				      {GSS_IOV_BUFFER_TYPE_DATA, {input->length, room[1]}},
				      {GSS_IOV_BUFFER_TYPE_PADDING, GSS_C_EMPTY_BUFFER},
				      {GSS_IOV_BUFFER_TYPE_TRAILER, GSS_C_EMPTY_BUFFER}};
	OM_uint32 major = gss_wrap_iov_length(minor, context, conf_req, qop, conf, iov, 4);

	*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	if (GSS_ERROR(major))
		return major;
	for (int i = 0; i < 4; i++)
		iov[i].buffer.value = room[i];
	memcpy(room[1], input->value, input->length);
	major = gss_wrap_iov(minor, context, conf_req, qop, conf, iov, 4);
	if (GSS_ERROR(major))
		return major;
	output->value = calloc(1, sizeof(room));
	for (int i = 0; i < 4; i++)
		add(output, &iov[i]);
	return major;
}

static OM_uint32 unwrap_aead(OM_uint32 *minor, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t output,
			     int *conf, gss_qop_t *qop)
{
	return gss_unwrap_aead(minor, context, input, GSS_C_NO_BUFFER, output, conf, qop);
}

static OM_uint32 unseal(OM_uint32 *minor, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t output,
			int *conf, gss_qop_t *qop)
{
	(void)qop;
	return gss_unseal(minor, context, input, output, conf, NULL);
}

static OM_uint32 unwrap_iov(OM_uint32 *minor, gss_ctx_id_t context, gss_buffer_t input, gss_buffer_t output,
			    int *conf, gss_qop_t *qop)
{
	gss_iov_buffer_desc iov[2] = {
		{GSS_IOV_BUFFER_TYPE_STREAM, *input},
		{GSS_IOV_BUFFER_TYPE_DATA | GSS_IOV_BUFFER_FLAG_ALLOCATE, GSS_C_EMPTY_BUFFER}};
	OM_uint32 major = gss_unwrap_iov(minor, context, conf, qop, iov, 2);

	*output = iov[1].buffer;
	return major;
}

static int wrap_by(const char *name, __typeof__(&gss_wrap) call, struct pair *p, int asks, gss_buffer_t token)
{
	OM_uint32 major, minor;
	int conf = 7;

	major = call(&minor, p->initiator, 0, GSS_C_QOP_DEFAULT, &plain, asks ? &conf : NULL, token);
	return told(name, major, minor, asks ? conf : -1, token->value);
}

/* On a pair of its own, so that what is refused leaves no gap in the numbers. */
static void both_by(const char *name, __typeof__(&gss_wrap) wrap, const char *other,
		    __typeof__(&gss_unwrap) open)
{
	struct pair p = shake_hands(&oid_krb5);

	for (int asks = 0; asks < 2; asks++) {
		gss_buffer_desc token = GSS_C_EMPTY_BUFFER, got = GSS_C_EMPTY_BUFFER;
		OM_uint32 major, minor;
		int conf = 7;

		if (!wrap_by(name, wrap, &p, asks, &token))
			continue;
		major = open(&minor, p.acceptor, &token, &got, asks ? &conf : NULL, NULL);
		if (told(other, major, minor, asks ? conf : -1, got.value))
			need(got.length == plain.length && !memcmp(got.value, plain.value, got.length),
			     "same message");
		gss_release_buffer(&minor, &got);
		gss_release_buffer(&minor, &token);
	}
	hang_up(&p);
}

/* What no rule is about: a MIC carries no message, and what is encrypted is. */
static void others(void)
{
	struct pair p = shake_hands(&oid_krb5);
	gss_buffer_desc mic = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_get_mic(&minor, p.initiator, GSS_C_QOP_DEFAULT, &plain, &mic);
	check(major, minor, "gss_get_mic");
	major = gss_verify_mic(&minor, p.acceptor, &plain, &mic, NULL);
	check(major, minor, "gss_verify_mic");
	gss_release_buffer(&minor, &mic);
	send_message(&p, "encrypted");
	hang_up(&p);
	/* There is no context that a rule could be about. */
	major = gss_wrap(&minor, GSS_C_NO_CONTEXT, 0, GSS_C_QOP_DEFAULT, &plain, NULL, &mic);
	need(GSS_ROUTINE_ERROR(major) == GSS_S_NO_CONTEXT, "the library's own error");
}

int main(void)
{
	others();
	both_by("gss_wrap", gss_wrap, "gss_unwrap", gss_unwrap);
	both_by("gss_seal", seal, "gss_unseal", unseal);
	both_by("gss_wrap_aead", wrap_aead, "gss_unwrap_aead", unwrap_aead);
	both_by("gss_wrap_iov", wrap_iov, "gss_unwrap_iov", unwrap_iov);
	return failures > 0;
}
