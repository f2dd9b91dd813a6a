/* SPDX-License-Identifier: MIT */
/*
 * What is kept of a command line. Arguments can be secrets: at level audit only the name of a script or
 * module is kept; else what may be a secret (secret.h) is hidden, and code that an interpreter is given.
 * Where it is not clear how much that is, more is hidden.
 */
#include "shim/core/interpreter.h"
#include "shim/core/secret.h"
#include "shim/core/snapshot.h"

#include <string.h>
#include <sys/mman.h>

#define HIDDEN "(hidden)"

/* Where the code begins that is glued to this option, or the option's end: it comes next. NULL: there is
 * none. */
static const char *code_in(const char *option, const struct tap_interpreter *by)
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

/* sure: it is no option's value, so that what is behind it is the script's own. */
static const char *script_of(const struct tap_interpreter *by, const char *arguments, size_t length,
			     bool *sure)
{
	bool module = false, value = false;

	for (const char *at = arguments + strlen(arguments) + 1; at < arguments + length;
	     at += strlen(at) + 1) {
		if (module || (*at != '-' && tap_is_file(at))) {
			*sure = module ? by->valued[0] == 'm' : !value;
			return at;
		}
		if (code_in(at, by))
			return NULL;
		module = !strcmp(at, "-m");
		value = *at == '-' && (strncmp(at, "--", 2) ? strchr(by->valued, at[strlen(at) - 1]) != NULL
							    : !strchr(at, '='));
	}
	return NULL;
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

static void keep_until(struct kept *kept, const char *argument, const char *secret)
{
	keep(kept, argument, (size_t)(secret - argument));
	keep(kept, HIDDEN, sizeof(HIDDEN));
}

static void keep_argument(struct kept *kept, const char *argument)
{
	const char *secret, *after;

	for (; (secret = tap_secret_in(argument, &after)); argument = after) {
		keep(kept, argument, (size_t)(secret - argument));
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

/* An option of the interpreter's own, of which it is known what it takes. */
static bool is_its_own(const char *option, const struct tap_interpreter *by)
{
	return by && *option == '-' && option[1] && option[1] != '-' &&
	       (strchr(by->valued, option[1]) || strchr(by->code, option[1]));
}

struct line {
	const struct tap_interpreter *by; /* until its script */
	const char *script;		  /* what is behind it is its own; NULL: not known */
	enum tap_secret_next next;
	bool code, value;
};

/* What this argument says of the next. */
static void look_ahead(struct line *line, const char *at, const char *glued)
{
	const struct tap_interpreter *by = line->by;
	bool option = *at == '-' || *at == '+';

	line->code = glued || (line->code && (option || line->value));
	line->value = option && by && strchr(by->valued, at[strlen(at) - 1]);
	line->next = is_its_own(at, by) ? TAP_SECRET_NONE : tap_secret_after(at);
	if (at == line->script)
		*line = (struct line){0};
}

static void keep_next(struct kept *kept, struct line *line, const char *at, bool changed)
{
	const char *glued = code_in(at, line->by), *secret = tap_secret_there(at, line->next);

	if (!secret && !is_its_own(at, line->by))
		secret = tap_secret_glued(at);
	if (line->code || changed)
		keep(kept, HIDDEN, sizeof(HIDDEN));
	else if (glued && *glued)
		keep_until(kept, at, glued);
	else if (secret)
		keep_until(kept, at, secret);
	else
		keep_argument(kept, at);
	look_ahead(line, at, glued);
}

void tap_put_arguments(struct tr_draft *d, const char *exe, const char *arguments, size_t length,
		       const char *now, size_t now_length)
{
	struct line line = {.by = tap_interpreter_of(exe)};
	struct kept *kept; /* not on the stack of whoever records first */
	bool sure = false;

	if (line.by)
		line.script = script_of(line.by, arguments, length, &sure);
	if (line.script)
		tr_put_text(d, TR_F_SCRIPT, line.script);
	if (!sure)
		line.script = NULL;
	if (tr_level <= TR_LEVEL_AUDIT)
		return;
	kept = mmap(NULL, sizeof(*kept), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (kept == MAP_FAILED)
		return;
	for (const char *at = arguments; at < arguments + length; at += strlen(at) + 1)
		keep_next(kept, &line, at, !is_unchanged(at, arguments, now, now_length));
	if (kept->length)
		tr_put(d, TR_F_ARGS, kept->text, kept->length);
	munmap(kept, sizeof(*kept));
}
