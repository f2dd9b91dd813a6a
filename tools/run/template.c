/* SPDX-License-Identifier: MIT */
/*
 * Checks the -o template and says what is wrong with it. Expands only what is known before PROGRAM runs: %h
 * and %%.
 */
#include "tools/run/template.h"

#include "tools/base/path.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Returns the offset of the first % that means nothing, or -1. */
static long bad_percent(const char *text)
{
	for (const char *at = text; (at = strchr(at, '%')); at += 2)
		if (!at[1] || !strchr("pnh%", at[1]))
			return at - text;
	return -1;
}

int run_template_quote(const char *text, char *out, size_t size)
{
	for (; *text; text++) {
		if (size < 3)
			return -1;
		if (*text == '%') {
			*out++ = '%';
			size--;
		}
		*out++ = *text;
		size--;
	}
	*out = 0;
	return 0;
}

/* Copies len bytes of template with %h and %% expanded. Returns -1 when %p or %n is in it, or it does not
 * fit. */
static int expand_known(const char *template, size_t len, char *out, size_t size)
{
	char host[256] = "";
	size_t used = 0;

	gethostname(host, sizeof(host) - 1);
	for (size_t i = 0; i < len; i++) {
		char one[2] = {template[i], 0};
		const char *piece = one;

		if (template[i] == '%') {
			i++;
			if (template[i] != 'h' && template[i] != '%')
				return -1;
			if (template[i] == 'h')
				piece = host;
		}
		if (used + strlen(piece) >= size)
			return -1;
		strcpy(out + used, piece);
		used += strlen(piece);
	}
	out[used] = 0;
	return 0;
}

/* A directory whose name depends on %p or %n cannot be looked at before they are known: it is left to the
 * shim. */
static bool directory_fits(const char *absolute)
{
	char directory[PATH_MAX];
	size_t len = strrchr(absolute, '/') - absolute;
	struct stat status;

	if (expand_known(absolute, len ? len : 1, directory, sizeof(directory)))
		return true;
	if (stat(directory, &status)) {
		tool_error("-o: no traces can be written to %s: %s", directory, strerror(errno));
		return false;
	}
	if (!S_ISDIR(status.st_mode)) {
		tool_error("-o: no traces can be written to %s: it is not a directory", directory);
		return false;
	}
	if (faccessat(AT_FDCWD, directory, W_OK | X_OK, AT_EACCESS)) {
		tool_error("-o: no traces can be written to %s: %s", directory, strerror(errno));
		return false;
	}
	return true;
}

static char *absolute_of(const char *text)
{
	char here[PATH_MAX], quoted[PATH_MAX], *absolute;

	if (*text == '/')
		return strdup(text);
	if (!getcwd(here, sizeof(here)) || run_template_quote(here, quoted, sizeof(quoted))) {
		tool_error("-o: the current directory's name is not usable; give an absolute path");
		return NULL;
	}
	if (asprintf(&absolute, "%s/%s", strcmp(quoted, "/") ? quoted : "", text) < 0)
		return NULL;
	return absolute;
}

/* Is the path a directory, as far as it is known? */
static bool is_directory(const char *absolute)
{
	char path[PATH_MAX];
	struct stat status;

	return !expand_known(absolute, strlen(absolute), path, sizeof(path)) && !stat(path, &status) &&
	       S_ISDIR(status.st_mode);
}

/* A directory, or what ends as one, gets the name that files in it have. */
static char *with_name(char *absolute)
{
	bool slash = absolute[strlen(absolute) - 1] == '/';
	char *whole = NULL;

	if (!slash && !is_directory(absolute))
		return absolute;
	if (asprintf(&whole, "%s%s%%n-%%p.pcapng", absolute, slash ? "" : "/") < 0)
		whole = NULL;
	free(absolute);
	return whole;
}

char *run_template(const char *text)
{
	long bad = bad_percent(text);
	const char *name = path_base(text);
	char *absolute;

	if (bad >= 0) {
		tool_error("-o %s: '%.2s' at character %ld means nothing; use %%p (pid), %%n (program), %%h "
			   "(host) or %%%%",
			   text, text + bad, bad + 1);
		return NULL;
	}
	if (!strcmp(text, "-")) {
		tool_error("-o -: a trace is a mapped file and cannot be written to a pipe; leave -o out to "
			   "print the calls");
		return NULL;
	}
	if (!*text) {
		tool_error("-o '': name a file, a directory or a template, such as %%n-%%p.pcapng");
		return NULL;
	}
	if (strlen(name) + 64 > NAME_MAX || strlen(text) + 512 > PATH_MAX) {
		tool_error("-o: the template is too long");
		return NULL;
	}
	absolute = absolute_of(text);
	if (absolute)
		absolute = with_name(absolute);
	if (absolute && !directory_fits(absolute)) {
		free(absolute);
		return NULL;
	}
	return absolute;
}

char *run_template_taken(const char *template)
{
	char path[PATH_MAX];
	struct stat status;

	if (expand_known(template, strlen(template), path, sizeof(path)) || lstat(path, &status))
		return NULL;
	return strdup(path);
}

char *run_template_instead(const char *taken)
{
	const char *name = path_base(taken), *ending = strrchr(name, '.');
	char *path = NULL;
	struct stat status;

	if (!ending)
		ending = name + strlen(name);
	for (unsigned copy = 2; !path; copy++) {
		if (asprintf(&path, "%.*s-%u%s", (int)(ending - taken), taken, copy, ending) < 0)
			return NULL;
		if (lstat(path, &status))
			break;
		free(path);
		path = NULL;
	}
	return path;
}

/* Appends the pattern for one character or %x of a template; returns how many characters of the template that
 * was. */
static int append_pattern(FILE *out, const char *at)
{
	char known[256];

	if (*at != '%') {
		fprintf(out, strchr("*?[]\\", *at) ? "\\%c" : "%c", *at);
		return 1;
	}
	if (expand_known(at, 2, known, sizeof(known)))
		fputs(at[1] == 'p' ? "[0-9]*" : "*", out);
	else
		fputs(known, out);
	return 2;
}

char *run_template_glob(const char *template)
{
	const char *name = path_base(template), *ending = strrchr(name, '.');
	char *pattern = NULL;
	size_t size;
	FILE *out = open_memstream(&pattern, &size);

	if (!out)
		return NULL;
	if (!ending)
		ending = name + strlen(name);
	for (const char *at = template; *at;) {
		if (at == ending)
			fputc('*', out);
		at += append_pattern(out, at);
	}
	if (!*ending)
		fputc('*', out);
	fclose(out);
	return pattern;
}
