/* SPDX-License-Identifier: MIT */
/*
 * The gsstap command: finds the subcommand and hands over. Knows nothing of what they do.
 *
 * `gsstap __complete WORD...` is what the bash completion asks: see complete.h. A link gsstap-NAME to it is
 * the command NAME, for programs that call others by their names alone, as Wireshark does.
 */
#include "tools/complete.h"
#include "tools/base/path.h"
#include "tools/base/tool.h"
#include "tools/doctor/probe.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *argp_program_version = "gsstap " TOOL_VERSION;

static const struct command *find(const char *name)
{
	for (const struct command *c = tool_commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static void usage(FILE *out)
{
	fputs("Usage: gsstap COMMAND [OPTION...]\n"
	      "Watch, judge and secure the GSSAPI and ZeroMQ calls of unmodified programs.\n\n",
	      out);
	for (const struct command *c = tool_commands; c->name; c++)
		fprintf(out, "  %-10s %s\n", c->name, c->summary);
	fputs("\n'gsstap COMMAND --help' lists a command's options, 'man gsstap-COMMAND' has examples.\n",
	      out);
}

static int called_as_command(int argc, char **argv)
{
	const char *name = argc ? path_base(argv[0]) : "";
	const struct command *c = strncmp(name, "gsstap-", 7) ? NULL : find(name + 7);

	return c ? c->main(argc, argv) : -1;
}

/* What asks name services or KDCs that do not answer may still be inside a library. */
static int finish(int status)
{
	if (!probe_left_behind())
		return status;
	fflush(NULL);
	_exit(status);
}

int main(int argc, char **argv)
{
	static char name[64];
	const struct command *c;
	int status;

	tool_errors_harmless();
	argp_err_exit_status = TOOL_USAGE;
	status = called_as_command(argc, argv);
	if (status >= 0)
		return status;
	if (argc < 2) {
		usage(stderr);
		return TOOL_USAGE;
	}
	if (!strcmp(argv[1], "__complete"))
		return tool_complete(argc - 2, argv + 2);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts(argp_program_version);
		return TOOL_OK;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || (!strcmp(argv[1], "help") && argc == 2)) {
		usage(stdout);
		return TOOL_OK;
	}
	if (!strcmp(argv[1], "help")) {
		char *help[] = {name, "--help", NULL};

		c = find(argv[2]);
		if (c) {
			snprintf(name, sizeof(name), "gsstap %s", c->name);
			return c->main(2, help);
		}
		argv++;
	}
	c = find(argv[1]);
	if (!c) {
		tool_error("'%s' is not a command; 'gsstap help' lists them", argv[1]);
		return TOOL_USAGE;
	}
	snprintf(name, sizeof(name), "gsstap %s", c->name);
	argv[1] = name;
	return finish(c->main(argc - 1, argv + 1));
}
