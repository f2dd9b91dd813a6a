/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a trace: read, brought into the model, seen through its views, and judged by a policy. Nothing
 * may crash, hang or grow without bound.
 */
#include "policy/compile.h"
#include "tools/replay/policies.h"
#include "tools/view/show.h"
#include "tools/view/timeline_choice.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void view(const char *path, FILE *sink, enum show_format format)
{
	static const struct timeline_choice narrow = {.columns = 100};
	struct show *show = show_new(format, sink, true);

	if (!show || show_add(show, path))
		abort();
	show_timeline(show, &narrow);
	show_poll(show, true);
	show_free(show);
}

/* One that asks for all that a trace can tell. */
static const struct pol *policy(void)
{
	static const char text[] =
		"version: 1\n"
		"gss:\n"
		"  peers: {allow: ['*@GSSTAP.TEST'], deny: ['{alice,bob}@*']}\n"
		"  enctypes: {ticket: [aes], session: [aes, rc4]}\n"
		"  match:\n"
		"    - {role: acceptor, peer: 'alice@*', program: '/usr/*', script: '*', delegation: "
		"refuse, unprotected: refuse, max-context-age: 1s}\n"
		"    - {service: 'host/*', user: '0', mechanism: krb5, require: [mutual, sequence]}\n"
		"  lifetime: 1h\n"
		"  channel-bindings: require\n"
		"  delegation: strip\n"
		"  unprotected: encrypt\n"
		"  export-context: refuse\n"
		"  import-context: refuse\n"
		"  lucid-export: refuse\n"
		"  session-key: refuse\n"
		"  max-context-age: 1m\n"
		"  credentials: [store]\n"
		"zmq: {unsecured: refuse, unsecured-ok: ['ipc://*'], plaintext: encrypt, inject: [{bind: "
		"'tcp://*'}]}\n";
	static struct pol pol;
	void *image;
	size_t length;

	if (pol.state == POL_NONE &&
	    (pol_compile_text("fuzz", text, sizeof(text) - 1, &image, &length, NULL) ||
	     pol_open(&pol, image, length)))
		abort();
	return &pol;
}

static void replay(const char *path, FILE *sink, struct replay *replay, bool json)
{
	struct show *show = show_new(json ? SHOW_REPLAY_JSON : SHOW_REPLAY, sink, false);

	if (!show)
		abort();
	show_replay(show, replay);
	if (show_add(show, path))
		abort();
	show_poll(show, true);
	show_free(show);
	replay_free(replay);
}

static struct replay_test judge(const char *path, FILE *sink, const struct pol *pol, bool json)
{
	struct replay_test test = {.pol = pol, .name = "fuzz", .json = json};

	if (replay_begin(&test.replay, replay_test_print))
		abort();
	replay(path, sink, &test.replay, json);
	return test;
}

/* What is suggested is a policy, whatever names there are, and refuses nothing that came about. */
static void suggest(const char *path, FILE *sink)
{
	struct replay all;
	char *text = NULL;
	size_t size, length;
	FILE *out = open_memstream(&text, &size);
	struct replay_test test;
	struct pol pol;
	void *image;

	if (!out || replay_begin(&all, replay_suggest_print))
		abort();
	replay(path, out, &all, false);
	fclose(out);
	if (pol_compile_text("suggested", text, size, &image, &length, NULL) || pol_open(&pol, image, length))
		abort();
	test = judge(path, sink, &pol, false);
	if (test.refused != test.failed)
		abort();
	free(image);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	static char path[64];
	static FILE *sink;

	if (fd < 0) {
		fd = memfd_create("trace", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		sink = fopen("/dev/null", "w");
		if (fd < 0 || !sink)
			abort();
		/* Each input has something wrong with it, which is of no interest; sanitizers write to
		 * descriptor 2. */
		stderr = sink;
	}
	if (ftruncate(fd, 0) || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	view(path, sink, SHOW_SUMMARY_TEXT);
	view(path, sink, SHOW_SUMMARY_JSON);
	view(path, sink, SHOW_TIMELINE_TEXT);
	view(path, sink, SHOW_TIMELINE_JSON);
	judge(path, sink, policy(), false);
	judge(path, sink, policy(), true);
	suggest(path, sink);
	return 0;
}
