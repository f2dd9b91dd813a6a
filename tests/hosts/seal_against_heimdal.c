/* SPDX-License-Identifier: MIT */
/*
 * The shim's sealing with Heimdal at the other end: seal_against_heimdal HEIMDAL_WRAP, in a realm. The
 * context is MIT's here until it is taken over. Heimdal rotates its tokens, which MIT does not.
 */
#include "shim/wire/seal.h"
#include "tests/seal_loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SMALL = 300, LARGEST = 70000 };

static FILE *in, *out;
static OM_uint32 minor;
static uint8_t bytes[2 * LARGEST];

static void need(OM_uint32 major, const char *what)
{
	if (!GSS_ERROR(major))
		return;
	printf("%s: %08x %d\n", what, major, (int)minor);
	exit(1);
}

static size_t get_token(void)
{
	unsigned length;

	if (fread(&length, sizeof(length), 1, in) != 1 || length > sizeof(bytes) ||
	    fread(bytes, 1, length, in) != length)
		need(GSS_S_FAILURE, "no token");
	return length;
}

static void put_token(const void *token, size_t size)
{
	unsigned length = (unsigned)size;

	if (fwrite(&length, sizeof(length), 1, out) != 1 || fwrite(token, 1, length, out) != length ||
	    fflush(out))
		need(GSS_S_FAILURE, "nobody takes a token");
}

static void start(const char *program)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		need(GSS_S_FAILURE, "socketpair");
	if (!fork()) {
		dup2(ends[1], 0);
		dup2(ends[1], 1);
		close(ends[0]);
		execl(program, program, NULL);
		_exit(127);
	}
	close(ends[1]);
	in = fdopen(ends[0], "r");
	out = fdopen(dup(ends[0]), "w");
}

static void establish(struct seal *seal)
{
	gss_buffer_desc name = {14, "host@localhost"}, there, back = {0, NULL};
	OM_uint32 major, flags = GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
	gss_krb5_lucid_context_v1_t *lucid;
	gss_ctx_id_t context = GSS_C_NO_CONTEXT;
	gss_name_t peer;

	need(gss_import_name(&minor, &name, GSS_C_NT_HOSTBASED_SERVICE, &peer), "import_name");
	for (;;) {
		major = gss_init_sec_context(&minor, GSS_C_NO_CREDENTIAL, &context, peer, GSS_C_NO_OID, flags,
					     0, NULL, &back, NULL, &there, &flags, NULL);
		need(major, "init_sec_context");
		if (there.length)
			put_token(there.value, there.length);
		gss_release_buffer(&minor, &there);
		if (major == GSS_S_COMPLETE)
			break;
		back = (gss_buffer_desc){get_token(), bytes};
	}
	gss_release_name(&minor, &peer);
	need(gss_krb5_export_lucid_sec_context(&minor, &context, 1, (void **)&lucid), "lucid context");
	if (!tap_seal_begin(seal, lucid, flags, 0))
		need(GSS_S_FAILURE, "cannot be sealed here");
	gss_krb5_free_lucid_sec_context(&minor, lucid);
}

int main(int argc, char **argv)
{
	unsigned rotated = 0;
	struct seal seal;
	uint8_t *plain;
	size_t length;
	int status;

	start(argv[argc - 1]);
	establish(&seal);
	for (size_t n = 0; n < SMALL; n++) {
		for (size_t i = 0; i < n; i++)
			bytes[SEAL_HEAD + i] = (uint8_t)(i * 7);
		put_token(bytes, tap_seal_wrap(&seal, bytes, n));
	}
	for (size_t n = 0; n < LARGEST; n = n < SMALL ? n + 1 : n * 2) {
		length = get_token();
		rotated += bytes[6] || bytes[7];
		if (tap_seal_unwrap(&seal, bytes, length, &plain, &length) || length != n)
			need(GSS_S_FAILURE, "unwrap");
		for (size_t i = 0; i < n; i++)
			if (plain[i] != (uint8_t)(i * 7))
				need(GSS_S_FAILURE, "plaintext");
	}
	tap_seal_end(&seal);
	fclose(in);
	fclose(out);
	if (wait(&status) < 0 || status || rotated < SMALL)
		need(GSS_S_FAILURE, "the end");
	printf("%u rotated tokens\n", rotated);
	return 0;
}
