/* SPDX-License-Identifier: MIT */
/*
 * See interpreter.h. A rule that is for a script must not be passed by with an option whose value is a file,
 * so an argument is taken for the script only where every option before it is known.
 */
#include "shim/core/interpreter.h"

#include <stdbool.h>
#include <string.h>

#define PYTHON                                                                                               \
	.code = "c", .valued = "mWX", .bare = "bBdEhiIOPqRsStuvVx?", .takes = "QWX", .ends = "c",            \
	.module = 'm', .with = " --check-hash-based-pycs "
#define NODE                                                                                                 \
	.code = "ep", .valued = "Cr", .bare = "ci", .takes = "Cr", .ends = "ep",                             \
	.words = " --check --enable-source-maps --expose-gc --inspect --inspect-brk --interactive"           \
		 " --no-deprecation --no-warnings --pending-deprecation --preserve-symlinks"                 \
		 " --throw-deprecation --trace-deprecation --trace-warnings --use-openssl-ca"                \
		 " --use-system-ca ",                                                                        \
	.with = " --conditions --env-file --experimental-loader --import --loader --require --title "
#define SHELL .code = "c", .valued = "oO", .bare = "abefhiklmnptuvxBCEHPT", .ends = "c"

static const struct tap_interpreter interpreters[] = {
	{.name = "python", PYTHON},
	{.name = "pypy", PYTHON},
	{.name = "perl",
	 .code = "eE",
	 .valued = "CDFIMm",
	 .bare = "0123456789acflnpstTuUvwWX",
	 .glued = "CFimM",
	 .takes = "I",
	 .ends = "eE"},
	{.name = "ruby",
	 .code = "e",
	 .valued = "CEFIKTWr",
	 .bare = "0123456789acdlnpsTUvwWy",
	 .glued = "Fi",
	 .takes = "EIr",
	 .ends = "e",
	 .words = " --debug --jit --verbose --yjit ",
	 .with = " --disable --dump --enable --encoding --external-encoding --internal-encoding "},
	{.name = "node", NODE},
	{.name = "nodejs", NODE},
	{.name = "php",
	 .code = "rBRE",
	 .valued = "cdftz",
	 .bare = "CeHnqs",
	 .takes = "cdz",
	 .ends = "r",
	 .file = 'f'},
	{.name = "lua", .code = "e", .valued = "l", .bare = "EivW", .takes = "el"},
	{.name = "luajit", .code = "e", .valued = "bjl", .bare = "Eiv", .takes = "ejl"},
	{.name = "busybox", .code = "c", .valued = "oO"},
	{.name = "sh", SHELL},
	{.name = "bash", SHELL},
	{.name = "rbash", SHELL},
	{.name = "dash", SHELL},
	{.name = "ash", SHELL},
	{.name = "zsh", SHELL},
	{.name = "ksh", SHELL},
	{.name = "mksh", SHELL},
	{.name = "fish", .code = "cC", .valued = "o"},
};

const struct tap_interpreter *tap_interpreter_of(const char *exe)
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

static bool is_among(const char *letters, char letter)
{
	return letters && letter && strchr(letters, letter);
}

static bool is_listed(const char *words, const char *word)
{
	size_t length = strlen(word);

	for (const char *at = words; at && (at = strstr(at, word)); at++)
		if (at[-1] == ' ' && at[length] == ' ')
			return true;
	return false;
}

/* What an option makes of what follows it. */
enum effect { NONE, VALUE_FOLLOWS, ENDS, IS_MODULE, IS_FILE, UNCERTAIN };

/* value: what is glued to the last letter; "": it is the next argument. */
static enum effect of_letters(const struct tap_interpreter *by, const char *at, const char **value)
{
	while (is_among(by->bare, *at))
		at++;
	if (!*at || is_among(by->glued, *at))
		return NONE;
	*value = at + 1;
	if (is_among(by->ends, *at))
		return ENDS;
	if (*at == by->module)
		return IS_MODULE;
	if (*at == by->file)
		return IS_FILE;
	if (is_among(by->takes, *at))
		return **value ? NONE : VALUE_FOLLOWS;
	return UNCERTAIN;
}

static bool is_code(const char *option)
{
	return !strncmp(option, "--eval", 6) || !strncmp(option, "--print", 7) ||
	       !strncmp(option, "--run", 5);
}

static enum effect of_option(const struct tap_interpreter *by, const char *option, const char **value)
{
	if (strncmp(option, "--", 2))
		return of_letters(by, option + 1, value);
	if (is_listed(by->words, option) || (by->words && strchr(option, '=') && !is_code(option)))
		return NONE;
	return is_listed(by->with, option) ? VALUE_FOLLOWS : UNCERTAIN;
}

enum tap_given tap_given(const struct tap_interpreter *by, const char *arguments, size_t length,
			 const char **name)
{
	const char *end = arguments + length, *at = arguments + strlen(arguments) + 1, *next;
	enum effect effect;

	for (; at < end; at = next + (effect == VALUE_FOLLOWS && next < end ? strlen(next) + 1 : 0)) {
		next = *name = at + strlen(at) + 1;
		if (!strcmp(at, "-"))
			return TAP_GIVEN_NOTHING; /* what is read from its input */
		if (!strcmp(at, "--"))
			return by->file || next >= end ? TAP_GIVEN_UNKNOWN : TAP_GIVEN_FILE;
		if (*at == '+' || !by->bare)
			return TAP_GIVEN_UNKNOWN;
		if (*at != '-') {
			*name = at;
			return TAP_GIVEN_FILE;
		}
		effect = of_option(by, at, name);
		if (effect == ENDS)
			return TAP_GIVEN_NOTHING;
		if (effect == UNCERTAIN)
			return TAP_GIVEN_UNKNOWN;
		if (effect != IS_MODULE && effect != IS_FILE)
			continue;
		if (!**name)
			*name = next;
		if (*name >= end)
			return TAP_GIVEN_UNKNOWN;
		return effect == IS_MODULE ? TAP_GIVEN_MODULE : TAP_GIVEN_FILE;
	}
	return TAP_GIVEN_NOTHING;
}
