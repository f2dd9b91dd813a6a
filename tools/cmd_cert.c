/* SPDX-License-Identifier: MIT */
/*
 * gsstap cert: CURVE certificates, made and looked at. The form of the files is in tools/cert/; here are
 * their names and modes, and what is said of them. A secret key is never shown.
 */
#include "tools/base/safe.h"
#include "tools/base/tool.h"
#include "tools/cert/cert.h"
#include "tools/cert/list.h"
#include "tools/out/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_FORMAT = 0x100 };

struct options {
	const char *output;
	bool json;
	char **words;
	int count;
};

static const struct argp_option option_table[] = {
	{"output", 'o', "DIRECTORY", 0, "new: where the files go (default: the current directory)", 0},
	{"format", KEY_FORMAT, "FORMAT", 0,
	 "show, list, check: text (default) or json: one object a certificate", 0},
	{0},
};

static error_t take_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'o':
		options->output = argument;
		return 0;
	case KEY_FORMAT:
		options->json = !strcmp(argument, "json");
		if (!options->json && strcmp(argument, "text"))
			argp_error(state, "--format: '%s' is neither text nor json", argument);
		return 0;
	case ARGP_KEY_ARGS:
		options->words = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_cert = {
	.options = option_table,
	.parser = take_option,
	.args_doc = "new NAME [KEY=VALUE...]\nshow FILE...\nlist [DIRECTORY]\ncheck FILE|DIRECTORY...",
	.doc = "Make CURVE certificates for ZeroMQ, show them, or say what is wrong with them.\v"
	       "NAME.key, the public one, and NAME.key_secret are those of CZMQ and pyzmq. A secret key is "
	       "never "
	       "shown.",
};

static int usage(const char *problem)
{
	tool_error("%s; try 'gsstap cert --help'", problem);
	return TOOL_USAGE;
}

static char *joined(const char *directory, const char *name, const char *ending)
{
	char *path;

	if (asprintf(&path, "%s%s%s%s", directory ? directory : "", directory ? "/" : "", name, ending) < 0)
		abort(); /* a tool without memory has nothing left to say */
	return path;
}

static bool write_file(const struct cert *cert, const char *path, bool secret)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, secret ? 0600 : 0644);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");
	char buffer[4096]; /* which holds the key, and is wiped */
	bool good;

	if (file)
		setvbuf(file, buffer, _IOFBF, sizeof(buffer));
	good = file && !fchmod(fd, secret ? 0600 : 0644) && cert_write(cert, secret, file);
	if (file)
		good = !fclose(file) && good;
	else if (fd >= 0)
		close(fd);
	explicit_bzero(buffer, sizeof(buffer));
	if (good)
		return true;
	if (fd < 0 && errno == EEXIST)
		tool_error("%s exists, and is not overwritten: give a new name", path);
	else
		tool_error("%s: %s", path, strerror(errno));
	if (fd >= 0)
		unlink(path);
	return false;
}

/* Both or none. */
static int write_pair(const struct cert *cert, const struct options *options)
{
	char *public_path = joined(options->output, options->words[1], ".key");
	char *secret_path = joined(options->output, options->words[1], ".key_secret");
	int status = TOOL_FAIL;

	if (write_file(cert, secret_path, true)) {
		if (write_file(cert, public_path, false)) {
			printf("%s: the public key, for who is to know it\n", public_path);
			printf("%s: with the secret key, for this program alone\n", secret_path);
			status = TOOL_OK;
		} else {
			unlink(secret_path);
		}
	}
	free(public_path);
	free(secret_path);
	return status;
}

static int make(const struct options *options)
{
	struct cert cert = {.has_public = false};
	int status;

	if (options->count < 2 || !*options->words[1])
		return usage("new needs the name of the certificate");
	if (strchr(options->words[1], '/'))
		return usage("the name of a certificate has no /: give the directory by -o");
	for (int i = 2; i < options->count; i++) {
		char *equals = strchr(options->words[i], '=');
		const char *why = NULL;

		if (!equals || i - 2 == CERT_METADATA)
			return usage(equals ? "that is more metadata than a certificate has"
					    : "metadata is written as KEY=VALUE");
		*equals = 0;
		why = cert_metadata_wrong(options->words[i], equals + 1);
		if (why)
			return usage(why);
		cert.metadata[cert.count++] = (struct cert_metadata){options->words[i], equals + 1};
	}
	if (cert_generate(&cert)) {
		status = write_pair(&cert, options);
	} else {
		tool_error("libcrypto makes no Curve25519 keys");
		status = TOOL_FAIL;
	}
	explicit_bzero(&cert, sizeof(cert));
	return status;
}

static void put(const char *text)
{
	safe_put(text, strlen(text), stdout);
}

static void show_text(const char *path, const struct cert *cert)
{
	put(path);
	printf("\n    public key  %s\n    secret key  %s\n", cert->public_text,
	       cert->has_secret ? "in this file, not shown" : "not in this file");
	for (unsigned i = 0; i < cert->count; i++) {
		fputs("    ", stdout);
		put(cert->metadata[i].name);
		fputs(" = ", stdout);
		put(cert->metadata[i].value);
		putchar('\n');
	}
}

static void show_json(const char *path, const struct cert *cert, const char *const *problems)
{
	static struct out out;
	struct js json;

	out_init(&out, stdout, false, true);
	js_init(&json, &out);
	js_object(&json);
	js_set_string(&json, "file", path);
	js_set_string(&json, "public_key", cert->public_text);
	js_set_bool(&json, "secret_key", cert->has_secret);
	js_key(&json, "metadata");
	js_object(&json);
	for (unsigned i = 0; i < cert->count; i++)
		js_set_string(&json, cert->metadata[i].name, cert->metadata[i].value);
	js_object_end(&json);
	if (problems) {
		js_key(&json, "problems");
		js_array(&json);
		for (; *problems; problems++)
			js_string(&json, *problems);
		js_array_end(&json);
	}
	js_object_end(&json);
	js_line(&json);
	out_flush(&out);
}

static bool ends_in(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n >= m && !strcmp(path + n - m, ending);
}

/* What is wrong with it, ended by NULL. */
static void find_problems(const char *path, const struct cert *cert, const char *problems[4])
{
	const char *keys = cert_keys_wrong(cert);
	unsigned count = 0;

	if (keys)
		problems[count++] = keys;
	if (cert->has_secret && cert->mode & 077)
		problems[count++] = "others may read the secret key: chmod 600";
	if (cert->has_secret && ends_in(path, ".key"))
		problems[count++] = "a secret key stands in a file that is named as a public one";
	if (!cert->has_secret && ends_in(path, ".key_secret"))
		problems[count++] = "there is no secret key in it";
	problems[count] = NULL;
}

static int check_text(const char *path, const char *const *problems)
{
	if (!*problems) {
		put(path);
		puts(": ok");
	}
	for (; *problems; problems++)
		tool_error("%s: %s", path, *problems);
	return TOOL_OK;
}

enum what { SHOW, LIST, CHECK };

static void list_text(const char *path, const struct cert *cert)
{
	printf("%s  %s  ", cert->public_text, cert->has_secret ? "secret" : "public");
	put(path);
	for (unsigned i = 0; i < cert->count; i++) {
		fputs(i ? ", " : "  ", stdout);
		put(cert->metadata[i].name);
		putchar('=');
		put(cert->metadata[i].value);
	}
	putchar('\n');
}

static int one(const struct options *options, enum what what, const char *path)
{
	const char *problems[5] = {NULL};
	char why[CERT_WHY];
	struct cert cert;

	if (cert_read(&cert, path, why)) {
		tool_error("%s: %s", path, why);
		return TOOL_USAGE;
	}
	if (what == CHECK)
		find_problems(path, &cert, problems);
	if (options->json)
		show_json(path, &cert, what == CHECK ? problems : NULL);
	else if (what == CHECK)
		check_text(path, problems);
	else if (what == LIST)
		list_text(path, &cert);
	else
		show_text(path, &cert);
	cert_free(&cert);
	return *problems ? TOOL_FAIL : TOOL_OK;
}

static int directory(const struct options *options, enum what what, const char *path)
{
	struct cert_list list;
	int status = TOOL_OK;

	if (cert_list(&list, path)) {
		tool_error("%s: %s", path, strerror(errno));
		return TOOL_USAGE;
	}
	if (!list.count)
		tool_error("%s: no certificates (files that end in .key or .key_secret)", path);
	for (size_t i = 0; i < list.count; i++) {
		int each = one(options, what, list.path[i]);

		status = each > status ? each : status;
	}
	cert_list_free(&list);
	return status;
}

static bool is_directory(const char *path)
{
	struct stat status;

	return !stat(path, &status) && S_ISDIR(status.st_mode);
}

static int all(const struct options *options, enum what what)
{
	int status = TOOL_OK;

	if (options->count < 2 && what == LIST)
		return directory(options, what, ".");
	if (options->count < 2)
		return usage(what == SHOW ? "show needs a certificate"
					  : "check needs a certificate, or a directory of them");
	for (int i = 1; i < options->count; i++) {
		const char *path = options->words[i];
		int each = what != SHOW && is_directory(path) ? directory(options, what, path)
							      : one(options, what, path);

		status = each > status ? each : status;
	}
	return status;
}

int cmd_cert(int argc, char **argv)
{
	struct options options = {.output = NULL};
	const char *word;

	argp_parse(&argp_cert, argc, argv, 0, NULL, &options);
	word = options.count ? options.words[0] : "";
	if (options.output && strcmp(word, "new"))
		return usage("only new takes -o");
	if (!strcmp(word, "new"))
		return options.json ? usage("new takes no --format") : make(&options);
	if (!strcmp(word, "show"))
		return all(&options, SHOW);
	if (!strcmp(word, "list"))
		return all(&options, LIST);
	if (!strcmp(word, "check"))
		return all(&options, CHECK);
	return usage(*word ? "cert knows new, show, list and check"
			   : "say what to do: new, show, list or check");
}
