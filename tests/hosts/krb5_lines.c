/* SPDX-License-Identifier: MIT */
/*
 * krb5_lines own FILE: what libkrb5 says of itself, heard by callbacks of the program's own, which come, go,
 * replace each other and themselves; or written to a file.
 * krb5_lines secure CACHE: of contexts that are to look at no environment, heard by nobody.
 * krb5_lines open: asks without a word, and prints which descriptor a file gets, and how the one before it
 * was opened.
 */
#include <fcntl.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void need(krb5_error_code error, const char *what)
{
	if (!error)
		return;
	printf("%s: %d\n", what, (int)error);
	fflush(stdout);
	exit(1);
}

/* The words that are the same in every run. */
static void KRB5_CALLCONV hear(krb5_context context, const krb5_trace_info *info, void *data)
{
	const char *text = info ? strstr(info->message, ": ") : NULL;

	(void)context;
	if (!info)
		printf("%s: end\n", (char *)data);
	else
		printf("%s%.*s\n", (char *)data, (int)strcspn(text, "0123456789(\n"), text);
}

static void KRB5_CALLCONV hear_once(krb5_context context, const krb5_trace_info *info, void *data)
{
	hear(context, info, data);
	if (info)
		krb5_set_trace_callback(context, hear, (void *)"after once");
}

/* A service ticket from the KDC, which is not kept. */
static void ask(krb5_context context)
{
	krb5_creds wanted = {0}, *got = NULL;
	krb5_ccache cache;

	need(krb5_cc_default(context, &cache), "krb5_cc_default");
	need(krb5_cc_get_principal(context, cache, &wanted.client), "krb5_cc_get_principal");
	need(krb5_parse_name(context, "host/localhost", &wanted.server), "krb5_parse_name");
	need(krb5_get_credentials(context, KRB5_GC_NO_STORE, cache, &wanted, &got), "krb5_get_credentials");
	krb5_free_creds(context, got);
	krb5_free_cred_contents(context, &wanted);
	krb5_cc_close(context, cache);
}

static void own(const char *file)
{
	krb5_context context, copy;

	need(krb5_init_context(&context), "krb5_init_context");
	ask(context);
	krb5_set_trace_callback(context, hear, (void *)"first");
	ask(context);
	krb5_set_trace_callback(context, hear, (void *)"second");
	need(krb5_copy_context(context, &copy), "krb5_copy_context");
	ask(copy);
	krb5_set_trace_callback(copy, hear_once, (void *)"once");
	ask(copy);
	krb5_free_context(copy);
	krb5_set_trace_callback(context, NULL, NULL);
	ask(context);
	need(krb5_set_trace_filename(context, file), "krb5_set_trace_filename");
	ask(context);
	printf("no such directory: %d\n", (int)krb5_set_trace_filename(context, "none/none"));
	ask(context);
	krb5_set_trace_callback(context, hear, (void *)"last");
	krb5_free_context(context);
}

/* It knows no realm and no cache by itself. */
static void look(krb5_context context, const char *name)
{
	krb5_creds wanted = {0}, got;
	krb5_ccache cache;

	need(krb5_cc_resolve(context, name, &cache), "krb5_cc_resolve");
	need(krb5_cc_get_principal(context, cache, &wanted.client), "krb5_cc_get_principal");
	need(krb5_build_principal(context, &wanted.server, wanted.client->realm.length,
				  wanted.client->realm.data, "krbtgt", wanted.client->realm.data, NULL),
	     "krb5_build_principal");
	need(krb5_cc_retrieve_cred(context, cache, 0, &wanted, &got), "krb5_cc_retrieve_cred");
	krb5_free_cred_contents(context, &got);
	krb5_free_cred_contents(context, &wanted);
	krb5_cc_close(context, cache);
}

static void secure(const char *cache)
{
	krb5_context context;

	need(krb5_init_secure_context(&context), "krb5_init_secure_context");
	look(context, cache);
	krb5_free_context(context);
	need(krb5_init_context_profile(NULL, KRB5_INIT_CONTEXT_SECURE, &context),
	     "krb5_init_context_profile");
	look(context, cache);
	krb5_free_context(context);
}

static void open_one(void)
{
	krb5_context context;
	struct stat status = {0};
	int fd;

	need(krb5_init_context(&context), "krb5_init_context");
	ask(context);
	fd = open("/dev/null", O_RDONLY);
	printf("%d", fd);
	if (fd > 3 && !fstat(fd - 1, &status) && S_ISREG(status.st_mode))
		printf(", before it %o %x %x", status.st_mode, fcntl(fd - 1, F_GETFL),
		       fcntl(fd - 1, F_GETFD));
	putchar('\n');
	krb5_free_context(context);
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "own"))
		own(argv[2]);
	else if (argc > 2 && !strcmp(argv[1], "secure"))
		secure(argv[2]);
	else
		open_one();
	return 0;
}
