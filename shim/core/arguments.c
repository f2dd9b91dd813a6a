/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a command line. Arguments can be secrets: at level audit only the name of a script or
 * module is kept; else what follows a name that is like a secret's is hidden, as is the password of a URL,
 * and code that an interpreter is given. Where it is not clear how much that is, more is hidden.
 */
#include "shim/core/snapshot.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <strings.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HIDDEN "(hidden)"

/* Nothing is opened but the name, so that no device or pipe notices. */
bool tap_is_file(const char *path)
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

/* Code follows the letter `code`, in a group or alone, glued to it or as the next argument that is no option.
 * A letter of `valued` has the rest of its group for a value, or else the next argument. */
static const struct interpreter {
	const char *name, *code, *valued;
} interpreters[] = {
	{"python", "c", "mWX"}, {"pypy", "c", "mWX"},	{"perl", "eE", "CDFIMm"}, {"ruby", "e", "CEFIKTWr"},
	{"node", "ep", "Cr"},	{"nodejs", "ep", "Cr"}, {"php", "rBRE", "cdftz"}, {"lua", "e", "l"},
	{"luajit", "e", "bjl"}, {"busybox", "c", "oO"}, {"sh", "c", "oO"},	  {"bash", "c", "oO"},
	{"rbash", "c", "oO"},	{"dash", "c", "oO"},	{"ash", "c", "oO"},	  {"zsh", "c", "oO"},
	{"ksh", "c", "oO"},	{"mksh", "c", "oO"},	{"fish", "cC", "o"},
};

/* By its name, behind which there may be a version. */
static const struct interpreter *interpreter_of(const char *exe)
{
	const char *name = strrchr(exe, '/') ? strrchr(exe, '/') + 1 : exe;

	for (size_t i = 0; i < sizeof(interpreters) / sizeof(interpreters[0]); i++) {
		size_t n = strlen(interpreters[i].name);

		if (!strncmp(name, interpreters[i].name, n) &&
		    !((name[n] | 32) >= 'a' && (name[n] | 32) <= 'z'))
			return &interpreters[i];
	}
	return NULL;
}

/* Where the code begins that is glued to this option, or the option's end: it comes next. NULL: there is
 * none. */
static const char *code_in(const char *option, const struct interpreter *by)
{
	static const char *const names[] = {"--eval", "--print", "--run", "--process-", "--command"};

	if (!by || *option != '-')
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strncmp(option, names[i], strlen(names[i])))
			return strchr(option, '=') ? strchr(option, '=') + 1 : option + strlen(option);
	while (*++option && *option != '-' && !strchr(by->valued, *option))
		if (strchr(by->code, *option))
			return option + 1;
	return NULL;
}

const char *tap_script(const char *exe, const char *arguments, size_t length)
{
	const struct interpreter *by = interpreter_of(exe);
	bool module = false;

	if (!by)
		return NULL;
	for (const char *at = arguments + strlen(arguments) + 1; at < arguments + length;
	     at += strlen(at) + 1) {
		if (module || (*at != '-' && tap_is_file(at)))
			return at;
		if (code_in(at, by))
			return NULL;
		module = !strcmp(at, "-m");
	}
	return NULL;
}

/* The name of an option or variable. */
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

/* The value of the first name=, name: or "name": whose name is like a secret's. A host has its port right
 * behind the colon. */
static const char *named_secret(const char *argument)
{
	static const char separators[] = " \t\n,;&?=:\"'/";

	for (const char *at = argument; (at = strpbrk(at, "=:")); at++) {
		const char *name, *end = at;

		if (*at == ':' && !strchr(" \"'", at[1]))
			continue;
		while (end > argument && strchr(" \"'", end[-1]))
			end--;
		for (name = end; name > argument && !strchr(separators, name[-1]);)
			name--;
		if (names_secret(name, (size_t)(end - name)))
			return at + 1;
	}
	return NULL;
}

/* The first password of a URL, and what comes after it. */
static const char *url_password(const char *argument, const char **after)
{
	for (const char *host = argument; (host = strstr(host, "://"));) {
		const char *at, *colon;

		host += 3;
		at = memrchr(host, '@', strcspn(host, "/"));
		colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
		*after = at;
		if (colon)
			return colon + 1;
	}
	return NULL;
}

static bool asks_for_secret(const char *option)
{
	return *option == '-' && !strchr(option, '=') && names_secret(option, strlen(option));
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

static void keep_argument(struct kept *kept, const char *argument)
{
	const char *secret, *password, *after;

	for (;; argument = after) {
		secret = named_secret(argument);
		password = url_password(argument, &after);
		if (secret && (!password || secret < password)) {
			password = secret;
			after = "";
		}
		if (!password)
			break;
		keep(kept, argument, (size_t)(password - argument));
		keep(kept, HIDDEN, sizeof(HIDDEN) - 1);
	}
	keep(kept, argument, strlen(argument) + 1);
}

/* It still stands where it stood at start. Its name, the first, is what a title is written over. */
static bool is_unchanged(const char *argument, const char *arguments, const char *now, size_t now_length)
{
	size_t at = (size_t)(argument - arguments), length = strlen(argument) + 1;

	return !at || (at + length <= now_length && !memcmp(argument, now + at, length));
}

void tap_put_arguments(struct tr_draft *d, const char *exe, const char *arguments, size_t length,
		       const char *now, size_t now_length)
{
	const struct interpreter *by = interpreter_of(exe);
	struct kept *kept; /* not on the stack of whoever records first */
	bool hidden = false, code = false, value = false;
	const char *script = tap_script(exe, arguments, length);

	if (script)
		tr_put_text(d, TR_F_SCRIPT, script);
	if (tr_level <= TR_LEVEL_AUDIT)
		return;
	kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kept == MAP_FAILED)
		return;
	for (const char *at = arguments; at < arguments + length; at += strlen(at) + 1) {
		const char *glued = code_in(at, by);
		bool option = *at == '-' || *at == '+';

		if (hidden || code || !is_unchanged(at, arguments, now, now_length)) {
			keep(kept, HIDDEN, sizeof(HIDDEN));
		} else if (glued && *glued) {
			keep(kept, at, (size_t)(glued - at));
			keep(kept, HIDDEN, sizeof(HIDDEN));
		} else {
			keep_argument(kept, at);
		}
		hidden = asks_for_secret(at);
		code = glued || (code && (option || value));
		value = option && by && strchr(by->valued, at[strlen(at) - 1]);
	}
	if (kept->length)
		tr_put(d, TR_F_ARGS, kept->text, kept->length);
	munmap(kept, sizeof(*kept));
}
