/* SPDX-License-Identifier: MIT */
/*
 * Completion from what the commands tell argp: options from their tables, values from the name of an option's
 * argument, words from args_doc. Reads no file and runs nothing.
 */
#include "tools/complete.h"

#include "tools/base/tool.h"
#include "trace/format.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* What stands for an argument's name in the tables; a name such as "fast|slow" lists its values itself. */
static const struct {
	const char *name;
	const char *values[8];
} known[] = {
	{"LEVEL", TR_LEVEL_NAMES},
	{"FORMAT", {"text", "json"}},
	{"WHEN", {"auto", "always", "never"}},
};

static void offer(const char *candidate, size_t len, const char *prefix, const char *word)
{
	size_t typed = strlen(word), shared = typed < len ? typed : len;

	if (typed <= len && !strncmp(candidate, word, shared))
		printf("%s%.*s\n", prefix, (int)len, candidate);
}

static bool takes_value(const struct argp_option *option)
{
	return option && option->arg && !(option->flags & OPTION_ARG_OPTIONAL);
}

static const char *const *known_values(const char *argument)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (!strcmp(known[i].name, argument))
			return known[i].values;
	return NULL;
}

/* Offers the values of an option; prefix is what stands before the value in the same word. */
static void offer_values(const struct argp_option *option, const char *prefix, const char *word)
{
	const char *const *values = known_values(option->arg);

	for (; values && *values; values++)
		offer(*values, strlen(*values), prefix, word);
	if (strchr(option->arg, '|'))
		for (const char *at = option->arg; *at; at += strcspn(at, "|"), at += *at == '|')
			offer(at, strcspn(at, "|"), prefix, word);
	else if (!known_values(option->arg))
		puts(":files");
}

static void offer_options(const struct argp *argp, const char *word)
{
	static const char *const common[] = {"--help", "--usage", "--version"};
	char name[80];

	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++) {
		if (!o->name || o->flags & (OPTION_HIDDEN | OPTION_DOC))
			continue;
		snprintf(name, sizeof(name), "--%s", o->name);
		offer(name, strlen(name), "", word);
	}
	for (size_t i = 0; i < sizeof(common) / sizeof(*common); i++)
		offer(common[i], strlen(common[i]), "", word);
}

/* Words in lower case at the head of a line of args_doc ("check FILE...") are to be typed as they stand. */
static void offer_words(const char *args, const char *word)
{
	for (; *args; args += strcspn(args, "\n"), args += *args == '\n') {
		size_t len = strcspn(args, " \n");

		for (const char *at = args; at < args + len && islower((unsigned char)*args);) {
			size_t one = strcspn(at, "| \n");

			offer(at, one, "", word);
			at += one + 1;
		}
	}
}

static bool runs_a_command(const struct argp *argp)
{
	const char *args = argp->args_doc ? argp->args_doc : "";

	return strstr(args, "PROGRAM") || strstr(args, "COMMAND");
}

static const struct argp_option *long_option(const struct argp *argp, const char *name, size_t len)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->name && strlen(o->name) == len && !strncmp(o->name, name, len))
			return o;
	return NULL;
}

static const struct argp_option *short_option(const struct argp *argp, char key)
{
	for (const struct argp_option *o = argp->options; o && (o->name || o->key || o->doc); o++)
		if (o->key == key)
			return o;
	return NULL;
}

/* Returns the option whose value the word after this one is, or NULL. */
static const struct argp_option *wants_next(const struct argp *argp, const char *word)
{
	const struct argp_option *option = NULL;

	if (word[0] != '-' || !word[1])
		return NULL;
	if (word[1] == '-') {
		option = strchr(word, '=') ? NULL : long_option(argp, word + 2, strlen(word + 2));
		return takes_value(option) ? option : NULL;
	}
	while (*++word) {
		option = short_option(argp, *word);
		if (takes_value(option))
			return word[1] ? NULL : option;
	}
	return NULL;
}

static void offer_after_equals(const struct argp *argp, const char *word)
{
	const char *value = strchr(word, '=') + 1;
	const struct argp_option *option = long_option(argp, word + 2, value - word - 3);
	char prefix[80];

	if (!option || !option->arg)
		return;
	snprintf(prefix, sizeof(prefix), "%.*s", (int)(value - word), word);
	offer_values(option, prefix, value);
}

static void complete_command(const struct argp *argp, int argc, char **argv)
{
	const char *word = argv[argc - 1], *args = argp->args_doc ? argp->args_doc : "";
	bool options_over = false;
	int positional = 0;

	for (int i = 1; i < argc - 1; i++) {
		const struct argp_option *option = options_over ? NULL : wants_next(argp, argv[i]);

		if (option && i + 1 == argc - 1) {
			offer_values(option, "", word);
			return;
		}
		if (option)
			i++;
		else if (!options_over && !strcmp(argv[i], "--"))
			options_over = true;
		else if ((options_over || argv[i][0] != '-') && !positional)
			positional = i;
	}
	if (runs_a_command(argp) && (positional || word[0] != '-' || options_over)) {
		printf(":command %d\n", positional ? positional : argc - 1);
	} else if (!options_over && !strncmp(word, "--", 2) && strchr(word, '=')) {
		offer_after_equals(argp, word);
	} else if (!options_over && word[0] == '-') {
		offer_options(argp, word);
	} else {
		if (!positional)
			offer_words(args, word);
		if (*args)
			puts(":files");
	}
}

static void offer_commands(const char *word)
{
	for (const struct command *c = tool_commands; c->name; c++)
		offer(c->name, strlen(c->name), "", word);
}

int tool_complete(int argc, char **argv)
{
	if (argc <= 1) {
		static const char *const others[] = {"help", "--help", "--version"};
		const char *word = argc ? argv[0] : "";

		offer_commands(word);
		for (size_t i = 0; i < 3; i++)
			if (others[i][0] != '-' || word[0] == '-')
				offer(others[i], strlen(others[i]), "", word);
		return TOOL_OK;
	}
	if (argc == 2 && !strcmp(argv[0], "help"))
		offer_commands(argv[1]);
	for (const struct command *c = tool_commands; c->name; c++)
		if (!strcmp(c->name, argv[0]))
			complete_command(c->argp, argc, argv);
	return TOOL_OK;
}
