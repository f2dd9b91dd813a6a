/* SPDX-License-Identifier: MIT */
/*
 * gsstap policy: checks and compiles policies, and lists the keywords. What a policy means is in policy/;
 * here are the files. A compiled policy is put in place as a whole by rename, so that no process ever sees
 * half of one.
 */
#include "tools/base/file.h"
#include "tools/base/safe.h"
#include "tools/base/tool.h"
#include "tools/replay/explain.h"
#include "tools/replay/policies.h"
#include "tools/view/printout.h"

#include "policy/compile.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A new file is readable for all, as the services that use it run as other users and it holds no secrets. */
#define NEW_MODE 0644

struct options {
	const char *output;
	bool list, json, formatted;
	char **words; /* ends with NULL */
	int count;
};

enum { KEY_LIST = 0x100, KEY_FORMAT };

static const struct argp_option option_table[] = {
	{"output", 'o', "OUT", 0, "compile: write to OUT (default: FILE with .yaml or .yml replaced by .bin)",
	 0},
	{"format", KEY_FORMAT, "FORMAT", 0, "test: text (default) or json", 0},
	{"list", KEY_LIST, NULL, 0, "list all keywords, one a line", 0},
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
		if (strcmp(argument, "text") && strcmp(argument, "json"))
			argp_error(state, "--format: '%s' is neither text nor json", argument);
		options->json = !strcmp(argument, "json");
		options->formatted = true;
		return 0;
	case KEY_LIST:
		options->list = true;
		return 0;
	case ARGP_KEY_ARGS:
		options->words = state->argv + state->next;
		options->count = state->argc - state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_policy = {
	.options = option_table,
	.parser = take_option,
	.args_doc = "check FILE...\ncompile FILE\ntest POLICY TRACE...\nexplain POLICY FACT=VALUE...\n"
		    "suggest TRACE...\ndiff A B TRACE...\nlist",
	.doc = "Check policies (YAML or compiled), compile one for services, say what one would have refused "
	       "of what traces hold, explain what one says of given facts, suggest one, compare two, or list "
	       "the keywords.\v"
	       "'gsstap run -p' compiles by itself. TRACE is a file that gsstap has written; a directory "
	       "stands "
	       "for all *.pcapng in it. The keywords are explained in gsstap-policy(5).",
};

static int usage(const char *problem)
{
	tool_error("%s; try 'gsstap policy --help'", problem);
	return TOOL_USAGE;
}

static void say(struct pol_complaints *complaints, const char *line)
{
	(void)complaints;
	tool_say(line);
}

static struct pol_complaints complaints = {say};

static void print_ok(const char *path, const char *form, const struct pol *pol)
{
	unsigned rules = pol_rules(pol);

	safe_put(path, strlen(path), stdout);
	printf(": ok, %s%u rule%s\n", form, rules, rules == 1 ? "" : "s");
}

static int check_image(const char *path, const void *bytes, size_t len)
{
	struct pol pol;

	if (pol_open(&pol, bytes, len)) {
		safe_put(path, strlen(path), stderr);
		fprintf(stderr, ": error: %s\n", pol.broken);
		return TOOL_USAGE;
	}
	print_ok(path, "compiled, ", &pol);
	return TOOL_OK;
}

static int check_source(const char *path, const void *text, size_t text_len)
{
	void *image;
	size_t len;
	struct pol pol;

	if (pol_compile_text(path, text, text_len, &image, &len, &complaints))
		return TOOL_USAGE;
	if (pol_open(&pol, image, len)) {
		tool_error("%s: this gsstap compiles what it cannot read (%s): please report it", path,
			   pol.broken);
		free(image);
		return TOOL_FAIL;
	}
	print_ok(path, "", &pol);
	free(image);
	return TOOL_OK;
}

static int check(const struct options *options)
{
	int status = TOOL_OK;

	if (options->count < 2)
		return usage("check needs the name of a policy");
	for (int i = 1; i < options->count; i++) {
		const char *path = options->words[i];
		void *bytes;
		size_t len;
		int each = TOOL_USAGE;

		if (!pol_read(path, &bytes, &len, &complaints)) {
			each = pol_is_image(bytes, len) ? check_image(path, bytes, len)
							: check_source(path, bytes, len);
			free(bytes);
		}
		status = each > status ? each : status;
	}
	return status;
}

/* FILE.yaml gives FILE.bin. Returns false when there is no such ending, or no room. */
static bool default_output(const char *path, char *out, size_t size)
{
	const char *dot = strrchr(path, '.');

	if (!dot || (strcmp(dot, ".yaml") && strcmp(dot, ".yml")))
		return false;
	return snprintf(out, size, "%.*s.bin", (int)(dot - path), path) < (int)size;
}

static bool same_file(const char *a, const char *b)
{
	struct stat sa, sb;

	return !stat(a, &sa) && !stat(b, &sb) && sa.st_dev == sb.st_dev && sa.st_ino == sb.st_ino;
}

/*
 * Who was kicked under the policy before, and has said nothing since, is not saved by another one. *with: the
 * image with those kicks, or NULL: there are none. -1 after a complaint.
 */
static int take_kicks(const char *output, const struct stat *before, const void *image, size_t size,
		      void **with, size_t *len)
{
	struct pol new, old;
	void *bytes;
	size_t had;
	int status = 0;

	*with = NULL;
	if (!S_ISREG(before->st_mode) || pol_read(output, &bytes, &had, NULL))
		return 0;
	if (!pol_open(&old, bytes, had) && pol_last_kick(&old) && !pol_open(&new, image, size))
		status = pol_add_kick(&new, &old, NULL, (uint32_t)time(NULL), with, len, &complaints);
	free(bytes);
	return status;
}

/* 1: another one was put there meanwhile, which may have a kick more. */
static int put_once(const char *output, const void *image, size_t len, char *error, size_t size)
{
	struct stat before;
	void *with;
	size_t long_with;
	int status;

	if (stat(output, &before))
		before = (struct stat){0};
	if (take_kicks(output, &before, image, len, &with, &long_with)) {
		snprintf(error, size, "what 'gsstap kick' has put there cannot be kept");
		return -1;
	}
	status = file_replace(output, &before, with ? with : image, with ? long_with : len, NEW_MODE, error,
			      size);
	free(with);
	return status;
}

static int put(const char *output, const void *image, size_t len)
{
	char error[256] = FILE_CHANGES;
	int status = 1, held = file_hold_beside(output);

	for (int i = 0; status > 0 && i < FILE_TRIES; i++)
		status = put_once(output, image, len, error, sizeof(error));
	if (held >= 0)
		close(held);
	if (!status)
		return TOOL_OK;
	tool_error("cannot write %s: %s", output, error);
	return TOOL_FAIL;
}

static int compile(const struct options *options)
{
	char beside[PATH_MAX];
	const char *path, *output = options->output;
	void *image;
	size_t len;
	int status;

	if (options->count != 2)
		return usage("compile needs the name of one policy");
	path = options->words[1];
	if (!output && default_output(path, beside, sizeof(beside)))
		output = beside;
	if (pol_compile(path, &image, &len, &complaints))
		return TOOL_USAGE;
	if (!output)
		status = usage("FILE does not end in .yaml or .yml: say where to with -o OUT");
	else if (same_file(path, output))
		status = usage("OUT is the policy itself: compile to another file");
	else
		status = put(output, image, len);
	free(image);
	return status;
}

static int list(const struct options *options)
{
	(void)options;
	pol_list_keywords(stdout, 1);
	return TOOL_OK;
}

/* A policy in either form, opened; *image is the caller's to free. False after a complaint. */
static bool open_policy(const char *path, struct pol *pol, void **image)
{
	void *bytes;
	size_t len;

	if (pol_read(path, &bytes, &len, &complaints))
		return false;
	*image = bytes;
	if (!pol_is_image(bytes, len)) {
		int failed = pol_compile_text(path, bytes, len, image, &len, &complaints);

		free(bytes);
		if (failed)
			return false;
	}
	if (!pol_open(pol, *image, len))
		return true;
	tool_error("%s: %s", path, pol->broken);
	free(*image);
	return false;
}

/* Reads the traces and prints what the replay makes of them. */
static int replay(struct replay *replay, const struct options *options, char **traces)
{
	struct printout printout;
	int status;

	printout_open(&printout, NULL);
	status = printout_begin(&printout, options->json ? SHOW_REPLAY_JSON : SHOW_REPLAY, false);
	if (!status) {
		show_replay(printout.show, replay);
		status = printout_add(&printout, traces, false) ? printout_print(&printout) : TOOL_USAGE;
	}
	return printout_close(&printout, status);
}

static int test(const struct options *options)
{
	struct replay_test test = {.name = options->count > 1 ? options->words[1] : NULL,
				   .json = options->json};
	struct pol pol;
	void *image;
	int status;

	if (options->count < 3)
		return usage("test needs the name of a policy, and traces");
	if (!open_policy(test.name, &pol, &image))
		return TOOL_USAGE;
	test.pol = &pol;
	status = TOOL_FAIL;
	if (replay_begin(&test.replay, replay_test_print))
		tool_error("no memory");
	else
		status = replay(&test.replay, options, options->words + 2);
	replay_free(&test.replay);
	free(image);
	return status ? status : test.refused ? TOOL_FAIL : TOOL_OK;
}

static int explain_facts(const struct options *options)
{
	static struct out out;
	struct given given;
	char error[500];
	struct pol pol;
	void *image;
	bool refused;

	if (options->count < 3)
		return usage(
			"explain needs the name of a policy, and facts such as role=acceptor peer=alice@R");
	if (!given_take(&given, options->words + 2, options->count - 2, error, sizeof(error)))
		return usage(error);
	if (!open_policy(options->words[1], &pol, &image))
		return TOOL_USAGE;
	out_init(&out, stdout, false, false);
	refused = explain(&pol, &given, &out);
	out_flush(&out);
	free(image);
	return refused || out.failed ? TOOL_FAIL : TOOL_OK;
}

static int suggest(const struct options *options)
{
	struct replay all;
	int status = TOOL_FAIL;

	if (options->count < 2)
		return usage("suggest needs traces");
	if (replay_begin(&all, replay_suggest_print))
		tool_error("no memory");
	else
		status = replay(&all, options, options->words + 1);
	replay_free(&all);
	return status;
}

static int diff(const struct options *options)
{
	struct replay_diff diff = {0};
	struct pol pols[2];
	void *images[2];
	int status = TOOL_FAIL;

	if (options->count < 4)
		return usage(
			"diff needs two policies, and traces on which they are compared: diff A B TRACE...");
	diff.names[0] = options->words[1];
	diff.names[1] = options->words[2];
	if (!open_policy(diff.names[0], &pols[0], &images[0]))
		return TOOL_USAGE;
	if (!open_policy(diff.names[1], &pols[1], &images[1])) {
		free(images[0]);
		return TOOL_USAGE;
	}
	diff.pols[0] = &pols[0];
	diff.pols[1] = &pols[1];
	if (replay_begin(&diff.replay, replay_diff_print))
		tool_error("no memory");
	else
		status = replay(&diff.replay, options, options->words + 3);
	replay_free(&diff.replay);
	free(images[0]);
	free(images[1]);
	return status ? status : diff.differs ? TOOL_FAIL : TOOL_OK;
}

static const struct action {
	const char *name;
	int (*run)(const struct options *options);
	bool writes, formats; /* takes -o, --format */
} actions[] = {
	{"check", check, false, false},	    {"compile", compile, true, false},
	{"test", test, false, true},	    {"explain", explain_facts, false, false},
	{"suggest", suggest, false, false}, {"diff", diff, false, false},
	{"list", list, false, false},
};

static int run(const struct action *action, const struct options *options)
{
	if (options->output && !action->writes) {
		tool_error("%s writes nothing, so it takes no -o; try 'gsstap policy --help'", action->name);
		return TOOL_USAGE;
	}
	if (options->formatted && !action->formats) {
		tool_error("%s takes no --format; try 'gsstap policy --help'", action->name);
		return TOOL_USAGE;
	}
	return action->run(options);
}

int cmd_policy(int argc, char **argv)
{
	struct options options = {0};
	const char *word;
	error_t error = argp_parse(&argp_policy, argc, argv, 0, NULL, &options);

	if (error)
		return TOOL_USAGE;
	word = options.count ? options.words[0] : NULL;
	if (options.list && !word) {
		pol_list_keywords(stdout, 0);
		return TOOL_OK;
	}
	if (options.list)
		return usage("--list takes no action: the action list explains the keywords as well");
	for (size_t i = 0; word && i < sizeof(actions) / sizeof(actions[0]); i++)
		if (!strcmp(word, actions[i].name))
			return run(&actions[i], &options);
	return usage(word ? "policy has the actions check, compile, test, explain, suggest, diff and list"
			  : "policy needs an action: check, compile, test, explain, suggest, diff or list");
}
