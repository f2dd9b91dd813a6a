/* SPDX-License-Identifier: MIT */
/*
 * Messages in pieces: what one end protects with the IOV calls the other end opens with the plain ones, and
 * the other way round. The arrays are in no order of the wire. Prints what arrived. With an argument: a whole
 * message by the calls' old names instead.
 */
#include "gss.h"

#include <gssapi/gssapi_ext.h>

enum { SIZE = 6 };

static gss_iov_buffer_desc piece(OM_uint32 type, const char *text)
{
	gss_iov_buffer_desc buffer = {type, {text ? strlen(text) : 0, text ? strdup(text) : NULL}};

	return buffer;
}

static void add(gss_buffer_desc *whole, const gss_iov_buffer_desc *iov, int count, OM_uint32 type)
{
	for (int i = 0; i < count; i++) {
		if (GSS_IOV_BUFFER_TYPE(iov[i].type) != type)
			continue;
		memcpy((char *)whole->value + whole->length, iov[i].buffer.value, iov[i].buffer.length);
		whole->length += iov[i].buffer.length;
	}
}

static void free_data(gss_iov_buffer_desc *iov, int count)
{
	OM_uint32 ignored;

	for (int i = 0; i < count; i++) {
		OM_uint32 type = GSS_IOV_BUFFER_TYPE(iov[i].type);

		if (type == GSS_IOV_BUFFER_TYPE_DATA || type == GSS_IOV_BUFFER_TYPE_SIGN_ONLY) {
			free(iov[i].buffer.value);
			iov[i].buffer.value = NULL;
		}
	}
	gss_release_iov_buffer(&ignored, iov, count);
}

static void told(const char *what, const gss_buffer_desc *got)
{
	printf("%s: %.*s\n", what, (int)got->length, (char *)got->value);
}

static void wrapped_in_pieces(struct pair *p)
{
	gss_iov_buffer_desc iov[SIZE] = {
		piece(GSS_IOV_BUFFER_TYPE_TRAILER | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
		piece(GSS_IOV_BUFFER_TYPE_DATA, "in pieces, "),
		piece(GSS_IOV_BUFFER_TYPE_EMPTY, NULL),
		piece(GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
		piece(GSS_IOV_BUFFER_TYPE_DATA, "but two"),
		piece(GSS_IOV_BUFFER_TYPE_PADDING | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
	};
	char room[1000];
	gss_buffer_desc token = {0, room}, got = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	int conf;

	major = gss_wrap_iov(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &conf, iov, SIZE);
	check(major, minor, "gss_wrap_iov");
	add(&token, iov, SIZE, GSS_IOV_BUFFER_TYPE_HEADER);
	add(&token, iov, SIZE, GSS_IOV_BUFFER_TYPE_DATA);
	add(&token, iov, SIZE, GSS_IOV_BUFFER_TYPE_PADDING);
	add(&token, iov, SIZE, GSS_IOV_BUFFER_TYPE_TRAILER);
	major = gss_unwrap(&minor, p->acceptor, &token, &got, &conf, NULL);
	check(major, minor, "gss_unwrap");
	told("wrapped", &got);
	gss_release_buffer(&minor, &got);
	free_data(iov, SIZE);
}

static void opened_as_stream(struct pair *p, int tampered)
{
	gss_buffer_desc plain = {8, "a stream"}, token = GSS_C_EMPTY_BUFFER;
	gss_iov_buffer_desc iov[2] = {piece(GSS_IOV_BUFFER_TYPE_DATA, NULL),
				      piece(GSS_IOV_BUFFER_TYPE_STREAM, NULL)};
	OM_uint32 major, minor;
	int conf;

	major = gss_wrap(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &plain, &conf, &token);
	check(major, minor, "gss_wrap");
	((char *)token.value)[token.length - 1] ^= (char)tampered;
	iov[1].buffer = token;
	iov[0].buffer.length = 12345678; /* an output's length is anything before the call */
	major = gss_unwrap_iov(&minor, p->acceptor, &conf, NULL, iov, 2);
	if (tampered) {
		need(GSS_ERROR(major), "a tampered stream is refused");
	} else {
		check(major, minor, "gss_unwrap_iov");
		told("stream", &iov[0].buffer);
	}
	gss_release_buffer(&minor, &token);
}

static void both_in_pieces(struct pair *p)
{
	gss_iov_buffer_desc iov[4] = {
		piece(GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
		piece(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, "a head that is signed only"),
		piece(GSS_IOV_BUFFER_TYPE_DATA, "data"),
		piece(GSS_IOV_BUFFER_TYPE_TRAILER | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
	};
	OM_uint32 major, minor;
	int conf;

	major = gss_wrap_iov(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &conf, iov, 4);
	check(major, minor, "gss_wrap_iov");
	major = gss_unwrap_iov(&minor, p->acceptor, &conf, NULL, iov, 4);
	check(major, minor, "gss_unwrap_iov");
	told("both", &iov[2].buffer);
	free_data(iov, 4);
}

static void signed_in_pieces(struct pair *p)
{
	gss_iov_buffer_desc iov[3] = {
		piece(GSS_IOV_BUFFER_TYPE_MIC_TOKEN | GSS_IOV_BUFFER_FLAG_ALLOCATE, NULL),
		piece(GSS_IOV_BUFFER_TYPE_DATA, "one"),
		piece(GSS_IOV_BUFFER_TYPE_SIGN_ONLY, "two"),
	};
	gss_buffer_desc text = {6, "onetwo"}, token = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;

	major = gss_get_mic_iov(&minor, p->initiator, GSS_C_QOP_DEFAULT, iov, 3);
	check(major, minor, "gss_get_mic_iov");
	major = gss_verify_mic(&minor, p->acceptor, &text, &iov[0].buffer, NULL);
	check(major, minor, "gss_verify_mic");
	gss_release_buffer(&minor, &iov[0].buffer);
	major = gss_get_mic(&minor, p->initiator, GSS_C_QOP_DEFAULT, &text, &token);
	check(major, minor, "gss_get_mic");
	iov[0].type = GSS_IOV_BUFFER_TYPE_MIC_TOKEN;
	iov[0].buffer = token;
	major = gss_verify_mic_iov(&minor, p->acceptor, NULL, iov, 3);
	check(major, minor, "gss_verify_mic_iov");
	printf("signed\n");
	gss_release_buffer(&minor, &token);
	free_data(iov + 1, 2);
}

static void with_associated_data(struct pair *p)
{
	gss_buffer_desc head = {4, "head"}, plain = {5, "tails"}, token = GSS_C_EMPTY_BUFFER,
			got = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	int conf;

	major = gss_wrap_aead(&minor, p->initiator, 1, GSS_C_QOP_DEFAULT, &head, &plain, &conf, &token);
	check(major, minor, "gss_wrap_aead");
	major = gss_unwrap_aead(&minor, p->acceptor, &token, &head, &got, &conf, NULL);
	check(major, minor, "gss_unwrap_aead");
	told("associated", &got);
	gss_release_buffer(&minor, &token);
	gss_release_buffer(&minor, &got);
}

/* In clear, so that the library turns the token round; by the names of RFC 1509. */
static void by_the_old_names(struct pair *p)
{
	gss_buffer_desc plain = {3, "old"}, token = GSS_C_EMPTY_BUFFER, got = GSS_C_EMPTY_BUFFER;
	OM_uint32 major, minor;
	int conf, qop;

	major = gss_seal(&minor, p->initiator, 0, 0, &plain, &conf, &token);
	check(major, minor, "gss_seal");
	major = gss_unseal(&minor, p->acceptor, &token, &got, &conf, &qop);
	check(major, minor, "gss_unseal");
	told("sealed", &got);
	gss_release_buffer(&minor, &token);
	gss_release_buffer(&minor, &got);
}

/* What no library looks at must not be looked at either. */
static void careless(void)
{
	gss_iov_buffer_desc iov[1] = {{GSS_IOV_BUFFER_TYPE_DATA, {4711, (void *)8}}};
	OM_uint32 minor;

	need(GSS_ERROR(gss_wrap_iov(&minor, GSS_C_NO_CONTEXT, 1, 0, NULL, iov, 1)), "no context");
	need(GSS_ERROR(gss_unwrap_iov(&minor, GSS_C_NO_CONTEXT, NULL, NULL, iov, 1)), "no context");
	need(GSS_ERROR(gss_get_mic_iov(&minor, GSS_C_NO_CONTEXT, 0, iov, 1)), "no context");
	need(GSS_ERROR(gss_verify_mic_iov(&minor, GSS_C_NO_CONTEXT, NULL, iov, 1)), "no context");
}

int main(int argc, char **argv)
{
	struct pair p = shake_hands(&oid_krb5);

	(void)argv;
	if (argc > 1) {
		by_the_old_names(&p);
		hang_up(&p);
		return 0;
	}
	wrapped_in_pieces(&p);
	opened_as_stream(&p, 0);
	opened_as_stream(&p, 1);
	both_in_pieces(&p);
	signed_in_pieces(&p);
	with_associated_data(&p);
	careless();
	hang_up(&p);
	return 0;
}
