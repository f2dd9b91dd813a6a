/* SPDX-License-Identifier: MIT */
/*
 * The gsstap command: finds the subcommand and hands over. Knows nothing of what they do.
 *
 * `gsstap __complete WORD...` is what the bash completion asks: see complete.h.
 */
#include "tools/complete.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef TOOL_LIBDIR
#define TOOL_LIBDIR "/usr/local/lib/gsstap"
#endif

const struct command tool_commands[] = {
#define COMMAND(name, summary) {#name, summary, &argp_##name, cmd_##name},
#include "tools/commands.def"
#undef COMMAND
	{NULL, NULL, NULL, NULL},
};

const char *argp_program_version = "gsstap " TOOL_VERSION;

void tool_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fputs("gsstap: ", stderr);
	vfprintf(stderr, format, arguments);
	fputc('\n', stderr);
	va_end(arguments);
}

bool tool_colour(int fd)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(fd) && term && strcmp(term, "dumb") && !(no && *no);
}

const char *tool_shim_path(void)
{
	static char path[PATH_MAX];
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n > 0) {
		self[n] = 0;
		*strrchr(self, '/') = 0;
		if (snprintf(path, sizeof(path), "%s/libgsstap.so", self) < (int)sizeof(path) &&
		    !access(path, R_OK))
			return path;
		/* Installed as PREFIX/bin/gsstap: the shim is PREFIX/lib/gsstap, wherever PREFIX was moved
		 * to. */
		if (snprintf(path, sizeof(path), "%s/../lib/gsstap/libgsstap.so", self) < (int)sizeof(path)) {
			static char real[PATH_MAX];

			if (realpath(path, real))
				return real;
		}
	}
	snprintf(path, sizeof(path), "%s/libgsstap.so", TOOL_LIBDIR);
	if (!access(path, R_OK))
		return path;
	tool_error("libgsstap.so is neither beside this program nor in %s: run make, or make install",
		   TOOL_LIBDIR);
	return NULL;
}

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

int main(int argc, char **argv)
{
	static char name[64];
	const struct command *c;

	argp_err_exit_status = TOOL_USAGE;
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
	return c->main(argc - 1, argv + 1);
}
