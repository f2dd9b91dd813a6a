/* SPDX-License-Identifier: MIT */
/*
 * Heimdal's end of seal_against_heimdal: accepts a context on its standard input and output, unwraps a token
 * of each size up to SMALL, then wraps some of each size. A token goes with its length, four bytes, in front.
 */
#include <gssapi/gssapi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SMALL = 300, LARGEST = 70000 };

static OM_uint32 minor;

static void need(OM_uint32 major, const char *what)
{
	if (!GSS_ERROR(major))
		return;
	fprintf(stderr, "Heimdal's %s: %08x %d\n", what, major, (int)minor);
	exit(1);
}

static void get(void *bytes, size_t size)
{
	if (fread(bytes, 1, size, stdin) != size)
		exit(1);
}

static gss_buffer_desc get_token(void)
{
	static char bytes[2 * LARGEST];
	gss_buffer_desc token = {0, bytes};
	unsigned length;

	get(&length, sizeof(length));
	if (length > sizeof(bytes))
		exit(1);
	get(bytes, length);
	token.length = length;
	return token;
}

static void put_token(gss_buffer_desc *token)
{
	unsigned length = (unsigned)token->length;

	if (fwrite(&length, sizeof(length), 1, stdout) != 1 ||
	    fwrite(token->value, 1, length, stdout) != length || fflush(stdout))
		exit(1);
	gss_release_buffer(&minor, token);
}

int main(void)
{
	static char pattern[LARGEST];
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_buffer_desc in, out;
	OM_uint32 major;
	int sealed;

	for (size_t i = 0; i < LARGEST; i++)
		pattern[i] = (char)(i * 7);
	do {
		in = get_token();
		major = gss_accept_sec_context(&minor, &context, GSS_C_NO_CREDENTIAL, &in, NULL, NULL, NULL,
					       &out, NULL, NULL, NULL);
		need(major, "accept_sec_context");
		put_token(&out);
	} while (major == GSS_S_CONTINUE_NEEDED);
	for (size_t n = 0; n < SMALL; n++) {
		in = get_token();
		need(gss_unwrap(&minor, context, &in, &out, &sealed, NULL), "unwrap");
		if (!sealed || out.length != n || memcmp(out.value, pattern, n))
			need(GSS_S_FAILURE, "plaintext");
		gss_release_buffer(&minor, &out);
	}
	for (size_t n = 0; n < LARGEST; n = n < SMALL ? n + 1 : n * 2) {
		in = (gss_buffer_desc){n, pattern};
		need(gss_wrap(&minor, context, 1, GSS_C_QOP_DEFAULT, &in, &sealed, &out), "wrap");
		put_token(&out);
	}
	return 0;
}
