/* SPDX-License-Identifier: MIT */
/*
 * What every subcommand shares: how it is found, how it reports errors, how it ends.
 */
#ifndef TOOLS_TOOL_H
#define TOOLS_TOOL_H

#include <argp.h>
#include <stdbool.h>

#define TOOL_VERSION "0.1.0"

enum tool_exit {
	TOOL_OK = 0,
	TOOL_FAIL = 1,	 /* the answer is no, or the work failed */
	TOOL_USAGE = 2,	 /* the command line or an input file is wrong */
	TOOL_SELF = 125, /* run, realm: gsstap itself failed */
	TOOL_NOT_EXECUTABLE = 126,
	TOOL_NOT_FOUND = 127,
};

struct command {
	const char *name;
	const char *summary;
	const struct argp *argp;	    /* its options, also for completion */
	int (*main)(int argc, char **argv); /* argv[0] is "gsstap NAME"; returns an exit status */
};

/* Ends with a row whose name is NULL. */
extern const struct command tool_commands[];

#define COMMAND(name, summary)                                                                               \
	extern const struct argp argp_##name;                                                                \
	int cmd_##name(int argc, char **argv);
#include "tools/commands.def"
#undef COMMAND

/* Prints "gsstap: " and the message to stderr, with a newline. */
void tool_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Prints a message about files or their contents, which is a line without its end, as it is but harmless. */
void tool_say(const char *line);

/* From here on nothing that is written to stderr acts on a terminal. What is meant to writes to the
 * descriptor. */
void tool_errors_harmless(void);

/* argp echoes what it is given as it is: what is wrong with it is told through this. */
void tool_usage_error(const struct argp_state *state, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
#define argp_error(...) tool_usage_error(__VA_ARGS__)

/* Should what goes to this descriptor be coloured: a terminal, TERM not "dumb", NO_COLOR not set. */
bool tool_colour(int fd);

/* The path of libgsstap.so that belongs to this binary (beside it in the build tree, else where it was
 * installed), or NULL after saying what is missing. Static storage. */
const char *tool_shim_path(void);

#endif
