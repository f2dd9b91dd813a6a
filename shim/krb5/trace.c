/* SPDX-License-Identifier: MIT */
/*
 * What MIT's libkrb5 says of itself (KRB5_TRACE), as events between those of the calls under which it does
 * so. A context has one callback for it, and that is ours from the moment the context is made; whoever sets
 * another one, libkrb5 for KRB5_TRACE included, has its own called behind ours, with all lines and the end.
 *
 * Only where it is asked for: else each wrapper here is the real call alone. Ours runs under locks of
 * others', in any thread and in children; it allocates nothing, waits for nothing and leaves errno as it is.
 */
#include "shim/core/spare.h"
#include "shim/core/tap.h"
#include "shim/krb5/trace_text.h"

#include <errno.h>
#include <fcntl.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE 2048

/* Whose callback is behind ours; one for each context that has one. */
struct behind {
	krb5_trace_callback callback;
	void *data;
};

static struct tap_spares spares = {.size = sizeof(struct behind)};

/* The context that was given our callback last. Within a call that makes one: it has it already. */
static __thread krb5_context given;

static struct behind *behind_new(krb5_trace_callback callback, void *data)
{
	struct behind *b = tap_spare_take(&spares);

	if (b)
		*b = (struct behind){callback, data};
	return b;
}

static void record(const char *line)
{
	char text[LINE];
	struct tr_draft *d;
	size_t length;

	/* What libkrb5 does for a question of ours is not what the program does. */
	if (tap_is_quiet() || !line)
		return;
	length = tap_krb5_text(line, text, sizeof(text));
	d = tr_begin(TR_E_krb5_trace);
	if (!d)
		return;
	tr_comment(d, "krb5_trace: ");
	tr_comment(d, text);
	tr_put_text_n(d, TR_F_TEXT, text, length);
	tr_commit(d);
}

/* info is NULL when the context goes, or another callback comes. */
static void KRB5_CALLCONV hear(krb5_context context, const krb5_trace_info *info, void *data)
{
	struct behind *b = data, their;

	if (info)
		record(info->message);
	if (!b)
		return;
	their = *b; /* it may set another one, and then there is no b any more */
	if (!info)
		tap_spare_give(&spares, b);
	their.callback(context, info, their.data);
}

/* As libkrb5's own does it for a file. */
static void KRB5_CALLCONV write_line(krb5_context context, const krb5_trace_info *info, void *data)
{
	int fd = (int)(intptr_t)data;

	(void)context;
	if (!info)
		close(fd);
	else if (write(fd, info->message, strlen(info->message)) < 0)
		return; /* its is lost, too */
}

/*
 * A file that a libkrb5 has opened which reaches its own functions without us: opened again, since nobody
 * tells what is set. Before the first one is closed, or who reads from a pipe would think that it has ended;
 * its descriptor's number is taken over.
 */
static void open_again(__typeof__(&krb5_set_trace_callback) set, krb5_context context, const char *file)
{
	struct behind *b = behind_new(write_line, NULL);
	int fd, lowest;

	if (!b)
		return; /* the file gets its lines, and the trace none */
	fd = open(file, O_WRONLY | O_CREAT | O_APPEND, 0600);
	if (fd < 0) {
		tap_spare_give(&spares, b);
		if (errno != EMFILE && errno != ENFILE)
			set(context, hear, NULL); /* nor could libkrb5 */
		return;
	}
	set(context, hear, b);
	lowest = fcntl(fd, F_DUPFD, 0);
	if (lowest >= 0)
		close(lowest < fd ? fd : lowest);
	b->data = (void *)(intptr_t)(lowest >= 0 && lowest < fd ? lowest : fd);
}

/* A context that a function of MIT's has made, or given a file to; NULL: none. */
static void give(const void *real, krb5_context context, const char *file)
{
	__typeof__(&krb5_set_trace_callback) set;
	int saved = errno;

	if (!context || given == context || !tap_is_mit_krb5(real))
		return;
	set = (__typeof__(set))tap_beside(real, "krb5_set_trace_callback");
	if (!set)
		return;
	given = context;
	if (file)
		open_again(set, context, file);
	else
		set(context, hear, NULL);
	errno = saved;
}

/* A function that makes the context *made; `ignores` the environment. */
#define MAKES(name, parameters, arguments, made, ignores)                                                    \
	TAP_EXPORT krb5_error_code KRB5_CALLCONV name parameters                                             \
	{                                                                                                    \
		TAP_REAL(real_call, name);                                                                   \
		krb5_error_code result;                                                                      \
                                                                                                             \
		if (!real_call)                                                                              \
			return KRB5_KDC_UNREACH;                                                             \
		if (__builtin_expect(!tap_krb5_trace, 1))                                                    \
			return real_call arguments;                                                          \
		given = NULL;                                                                                \
		result = real_call arguments;                                                                \
		if (!result)                                                                                 \
			give((void *)real_call, *(made), (ignores) ? NULL : secure_getenv("KRB5_TRACE"));    \
		return result;                                                                               \
	}

MAKES(krb5_init_context, (krb5_context * context), (context), context, false)
MAKES(krb5_init_secure_context, (krb5_context * context), (context), context, true)
MAKES(krb5_init_context_profile, (struct _profile_t * profile, krb5_flags flags, krb5_context *context),
      (profile, flags, context), context, flags &KRB5_INIT_CONTEXT_SECURE)
MAKES(krb5_copy_context, (krb5_context context, krb5_context *copy), (context, copy), copy, true)

TAP_EXPORT krb5_error_code KRB5_CALLCONV krb5_set_trace_callback(krb5_context context,
								 krb5_trace_callback callback, void *data)
{
	TAP_REAL(real_call, krb5_set_trace_callback);
	struct behind *b = NULL;
	krb5_error_code result;

	if (!real_call)
		return KRB5_TRACE_NOSUPP;
	if (__builtin_expect(!tap_krb5_trace, 1) || !tap_is_mit_krb5((void *)real_call))
		return real_call(context, callback, data);
	if (callback && !(b = behind_new(callback, data)))
		return real_call(context, callback, data);
	result = real_call(context, hear, b);
	if (!result) {
		given = context;
		return 0;
	}
	if (b)
		tap_spare_give(&spares, b);
	return real_call(context, callback, data);
}

TAP_EXPORT krb5_error_code KRB5_CALLCONV krb5_set_trace_filename(krb5_context context, const char *filename)
{
	TAP_REAL(real_call, krb5_set_trace_filename);
	krb5_error_code result;

	if (!real_call)
		return KRB5_TRACE_NOSUPP;
	if (__builtin_expect(!tap_krb5_trace, 1))
		return real_call(context, filename);
	given = NULL;
	result = real_call(context, filename);
	if (!result)
		give((void *)real_call, context, filename);
	return result;
}
