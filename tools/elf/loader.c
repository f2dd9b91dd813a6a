/* SPDX-License-Identifier: MIT */
/* Asks the dynamic loader about itself; see loader.h. */
#include "tools/elf/loader.h"

#include "tools/elf/file.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* No environment, since LD_* must not change the answer; but LD_PRELOAD does not, and within another run
 * nothing of that one's may get lost. */
static void keep_run(char **out, size_t most)
{
	size_t n = 0;

	for (char **at = environ; *at && n < most; at++)
		if (!strncmp(*at, "LD_PRELOAD=", 11) || !strncmp(*at, "GSSTAP_", 7))
			out[n++] = *at;
	out[n] = NULL;
}

/* Starts the loader with its output in a pipe; the reading end, or -1. */
static int start(const char *path, pid_t *pid)
{
	char *argv[] = {(char *)(uintptr_t)path, "--list-diagnostics", NULL}, *kept[32];
	posix_spawn_file_actions_t actions;
	int ends[2], failed;

	if (!*path || pipe2(ends, O_CLOEXEC))
		return -1;
	keep_run(kept, 31);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	failed = posix_spawn(pid, path, &actions, NULL, argv, kept);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (!failed)
		return ends[0];
	close(ends[0]);
	return -1;
}

/* The value of a line NAME="VALUE", or NULL: a new string. */
static char *quoted(const char *line, const char *name)
{
	size_t len = strlen(name);
	const char *end;

	if (strncmp(line, name, len) || !(line = strchr(line + len, '"')) || !(end = strchr(++line, '"')))
		return NULL;
	while (end > line + 1 && end[-1] == '/')
		end--;
	return must_format("%.*s", (int)(end - line), line);
}

/* Bit i of active belongs to the i-th of the names, which are separated by colons. */
static void take_levels(struct elf_loader *loader, const char *names, unsigned long active)
{
	for (; *names && active; active >>= 1) {
		size_t len = strcspn(names, ":");

		if (active & 1)
			list_take(&loader->levels, must_format("%.*s", (int)len, names));
		names += len + (names[len] == ':');
	}
}

static void replace(char **old, char *new)
{
	if (!new)
		return;
	free(*old);
	*old = new;
}

static void read_answer(struct elf_loader *loader, FILE *answer)
{
	const char *active = "dl_hwcaps_subdirs_active=";
	char *line = NULL, *names = NULL, *directory;
	unsigned long mask = 0;
	size_t room = 0;

	while (getline(&line, &room, answer) > 0) {
		replace(&loader->lib, quoted(line, "dl_dst_lib="));
		replace(&loader->platform, quoted(line, "dl_platform="));
		replace(&names, quoted(line, "dl_hwcaps_subdirs="));
		if (!strncmp(line, active, strlen(active)))
			mask = strtoul(line + strlen(active), NULL, 0);
		directory = quoted(line, "path.system_dirs[");
		if (directory)
			list_take(&loader->directories, directory);
	}
	take_levels(loader, names ? names : "", mask);
	free(names);
	free(line);
}

void elf_loader_ask(struct elf_loader *loader)
{
	static const char *const customary[] = {"/lib64", "/usr/lib64", "/lib", "/usr/lib"};
	pid_t pid;
	int fd = start(elf_native()->interpreter, &pid);
	FILE *answer = fd < 0 ? NULL : fdopen(fd, "r");

	*loader = (struct elf_loader){.lib = must_strdup("lib64"), .platform = must_strdup("")};
	if (answer) {
		read_answer(loader, answer);
		fclose(answer);
	}
	if (fd >= 0)
		waitpid(pid, NULL, 0);
	if (loader->directories.count)
		return;
	for (size_t i = 0; i < sizeof(customary) / sizeof(*customary); i++)
		list_add(&loader->directories, customary[i]);
}

void elf_loader_free(struct elf_loader *loader)
{
	list_free(&loader->directories);
	list_free(&loader->levels);
	free(loader->lib);
	free(loader->platform);
}
