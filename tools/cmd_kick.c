/* SPDX-License-Identifier: MIT */
/*
 * gsstap kick: cuts off who is connected under a principal. The compiled policy of a process is the one way
 * by which it can be told: a kick is put into that, and everything else in it stays.
 */
#include "tools/base/safe.h"
#include "tools/base/tool.h"
#include "tools/kick/process.h"
#include "tools/kick/put.h"

#include "policy/compile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct options {
	const char *principal;
	char **targets; /* ends with NULL */
};

static error_t take_option(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	(void)argument;
	if (key != ARGP_KEY_ARGS)
		return ARGP_ERR_UNKNOWN;
	options->principal = state->argv[state->next];
	options->targets = state->argv + state->next + 1;
	return 0;
}

const struct argp argp_kick = {
	.parser = take_option,
	.args_doc = "PRINCIPAL PID|POLICY|DIRECTORY...",
	.doc = "Cut off who is connected under PRINCIPAL: in all processes that have the policy of process "
	       "PID, "
	       "the compiled POLICY, or one of those in DIRECTORY. Who may come in stays as it is.\v"
	       "PRINCIPAL is a pattern, as gsstap-policy(5) has them for gss.peers.",
};

static int fail(const char *target, const char *path, const char *error)
{
	tool_error("%s%s%s: %s", target, *path ? ": " : "", path, error);
	return TOOL_FAIL;
}

/* Closes the place. */
static int kick(const struct options *options, const char *target, const char *path, struct kick_place *place)
{
	char error[512];
	unsigned count;

	if (kick_put(place, options->principal, error, sizeof(error))) {
		close(place->directory);
		return fail(target, path, error);
	}
	count = kick_process_count(&place->status);
	close(place->directory);
	path = *path ? path : target;
	safe_put(path, strlen(path), stdout);
	printf(": put in place for %u process%s\n", count, count == 1 ? "" : "es");
	return TOOL_OK;
}

static int kick_process(const struct options *options, const char *target)
{
	char path[PATH_MAX], error[512], *end;
	struct kick_place place;
	long pid;

	errno = 0;
	pid = strtol(target, &end, 10);
	if (errno || pid <= 0 || pid != (pid_t)pid)
		return fail(target, "", "no process can have that id");
	if (kick_process_policy((pid_t)pid, path, &place, error, sizeof(error)))
		return fail(target, path, error);
	return kick(options, target, path, &place);
}

/* Where it is, as an absolute path. */
static int find(const char *target, struct kick_place *place, char *error, size_t size)
{
	char here[PATH_MAX] = "", path[2 * PATH_MAX];
	int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), failed;

	if (root < 0 || (*target != '/' && !getcwd(here, sizeof(here)))) {
		snprintf(error, size, "%s", strerror(errno));
		failed = -1;
	} else {
		snprintf(path, sizeof(path), "%s%s%s", here, *here ? "/" : "", target);
		failed = kick_place_find(root, path, place, error, size);
	}
	if (root >= 0)
		close(root);
	return failed;
}

static int kick_file(const struct options *options, const char *target)
{
	struct kick_place place;
	char error[512];

	if (find(target, &place, error, sizeof(error)))
		return fail(target, "", error);
	return kick(options, target, "", &place);
}

/* Of what lies there besides policies nothing is said. */
static int kick_directory(const struct options *options, const char *target, DIR *directory)
{
	char path[PATH_MAX + NAME_MAX + 2], error[512];
	int status = TOOL_OK, found = 0;
	struct kick_place place;
	struct dirent *entry;

	while ((entry = readdir(directory))) {
		snprintf(path, sizeof(path), "%s/%s", target, entry->d_name);
		if (find(path, &place, error, sizeof(error)))
			continue;
		if (!kick_is_policy(&place)) {
			close(place.directory);
			continue;
		}
		found++;
		if (kick(options, path, "", &place))
			status = TOOL_FAIL;
	}
	return found ? status : fail(target, "", "no compiled policy is in it");
}

static int kick_all(const struct options *options, const char *target)
{
	DIR *directory;
	int status;

	if (!target[strspn(target, "0123456789")])
		return kick_process(options, target);
	directory = opendir(target);
	if (!directory)
		return kick_file(options, target);
	status = kick_directory(options, target, directory);
	closedir(directory);
	return status;
}

static int usage(const char *problem)
{
	tool_error("%s; try 'gsstap kick --help'", problem);
	return TOOL_USAGE;
}

static void say(struct pol_complaints *complaints, const char *line)
{
	(void)complaints;
	tool_say(line);
}

int cmd_kick(int argc, char **argv)
{
	struct pol_complaints complaints = {say};
	struct options options = {0};
	int status = TOOL_OK;

	if (argp_parse(&argp_kick, argc, argv, 0, NULL, &options))
		return TOOL_USAGE;
	if (!options.principal || !*options.principal)
		return usage(
			"kick needs a principal, and a process, a compiled policy or a directory of them");
	if (!*options.targets)
		return usage("kick needs a process, a compiled policy or a directory of them");
	if (!pol_may_kick(options.principal, &complaints))
		return TOOL_USAGE;
	for (char **target = options.targets; *target; target++)
		if (kick_all(&options, *target))
			status = TOOL_FAIL;
	return status;
}
