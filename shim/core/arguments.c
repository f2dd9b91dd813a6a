/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a command line. Arguments can be secrets: at level audit only the name of a script or
 * module is kept; else what follows an option that is named like a secret is hidden, as is the password of a
 * URL, and code that an interpreter is given.
 */
#include "shim/core/snapshot.h"

#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN "(hidden)"

/* Nothing is opened but the name, so that no device or pipe notices. */
static bool is_file(const char *path)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
	struct stat status;
	bool regular;

	if (fd < 0)
		return false;
	regular = !syscall(SYS_fstat, fd, &status) && S_ISREG(status.st_mode);
	syscall(SYS_close, fd);
	return regular;
}

static bool is_interpreter(const char *exe)
{
	static const char *const names[] = {"python", "perl", "ruby", "node", "php", "bash", "dash", "lua"};
	const char *name = strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(name, names[i], strlen(names[i])))
			return true;
	return false;
}

/* The first argument that names a file, or the module of -m; code of -c and -e is nobody's to see. */
static void put_script(struct tr_draft *d, const char *arguments, size_t length)
{
	bool module = false;

	for (const char *at = arguments + strlen(arguments) + 1; at < arguments + length;
	     at += strlen(at) + 1) {
		if (module || (*at != '-' && is_file(at))) {
			tr_put_text(d, TR_F_SCRIPT, at);
			return;
		}
		if (!strcmp(at, "-c") || !strcmp(at, "-e"))
			return;
		module = !strcmp(at, "-m");
	}
}

/* The name of an option or variable, up to its end or an equals sign. */
static bool names_secret(const char *name, size_t length)
{
	static const char *const parts[] = {"pass", "secret", "token", "cred", "auth", "pwd", "key", "pin"};

	if (length >= 6 && !strncasecmp(name + length - 6, "keytab", 6))
		return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		for (size_t at = 0, n = strlen(parts[i]); at + n <= length; at++)
			if (!strncasecmp(name + at, parts[i], n))
				return true;
	return false;
}

/* How much of an argument may be shown, and what comes after the part that may not; NULL: all of it. */
static const char *secret_in(const char *argument, size_t *shown)
{
	const char *equals = strchr(argument, '='), *host = strstr(argument, "://"), *at, *colon;

	if (equals && names_secret(argument, (size_t)(equals - argument))) {
		*shown = (size_t)(equals + 1 - argument);
		return "";
	}
	at = host ? strchr(host + 3, '@') : NULL;
	colon = host ? strchr(host + 3, ':') : NULL;
	if (!at || !colon || colon > at)
		return NULL;
	*shown = (size_t)(colon + 1 - argument);
	return at;
}

static bool asks_for_secret(const char *option, bool interpreter)
{
	if (*option != '-' || strchr(option, '='))
		return false;
	return names_secret(option, strlen(option)) ||
	       (interpreter && (!strcmp(option, "-c") || !strcmp(option, "-e")));
}

struct kept {
	char text[2048];
	size_t length;
};

/* What does not fit is left out. */
static void keep(struct kept *kept, const char *text, size_t length)
{
	if (length > sizeof(kept->text) - kept->length)
		length = sizeof(kept->text) - kept->length;
	memcpy(kept->text + kept->length, text, length);
	kept->length += length;
}

static void keep_argument(struct kept *kept, const char *argument, bool hidden)
{
	const char *after = NULL;
	size_t shown = 0;

	if (!hidden)
		after = secret_in(argument, &shown);
	if (!hidden && !after) {
		keep(kept, argument, strlen(argument) + 1);
		return;
	}
	keep(kept, argument, shown);
	keep(kept, HIDDEN, sizeof(HIDDEN) - 1);
	after = after ? after : "";
	keep(kept, after, strlen(after) + 1);
}

void tap_put_arguments(struct tr_draft *d, const char *exe, const char *arguments, size_t length)
{
	struct kept kept = {.length = 0};
	bool interpreter = is_interpreter(exe), hidden = false;

	if (interpreter)
		put_script(d, arguments, length);
	if (tr_level <= TR_LEVEL_AUDIT)
		return;
	for (const char *at = arguments; at < arguments + length; at += strlen(at) + 1) {
		keep_argument(&kept, at, hidden);
		hidden = asks_for_secret(at, interpreter);
	}
	if (kept.length)
		tr_put(d, TR_F_ARGS, kept.text, kept.length);
}
