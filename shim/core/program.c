/* SPDX-License-Identifier: MIT */
/*
 * See program.h. Paths are the kernel's own, without links, so that one file has one name. What cannot be
 * read stays unknown, and a rule that asks for it is in doubt.
 */
#include "shim/core/program.h"

#include "shim/core/secret.h"
#include "shim/core/snapshot.h"
#include "shim/core/text.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static char program[PATH_MAX], script[PATH_MAX];
static bool program_known, script_known;

/* Where a link leads; "": nowhere, or too far. */
static bool follow(const char *link, char out[PATH_MAX])
{
	ssize_t n = readlink(link, out, PATH_MAX - 1);

	out[n > 0 ? n : 0] = 0;
	return n > 0 && n < PATH_MAX - 1;
}

/* The path of a file that was given by a relative one, perhaps. */
static bool resolve(const char *given, char out[PATH_MAX])
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, given, O_PATH | O_CLOEXEC);
	char link[40] = "/proc/self/fd/";
	bool known;

	if (fd < 0)
		return false;
	tap_append_number(link, sizeof(link), (uint64_t)fd);
	known = follow(link, out);
	syscall(SYS_close, fd);
	return known;
}

void tap_program_read(void)
{
	static char line[PATH_MAX];
	const char *given;
	size_t length;

	program_known = follow("/proc/self/exe", program);
	length = tap_command_line(line, sizeof(line));
	if (!program_known || !length)
		return;
	given = tap_script(program, line, length);
	script_known = !given || (*given != '/' && !strchr(given, '/') && !tap_is_file(given)) ||
		       resolve(given, script);
	/* A module has no path. */
	if (given && script_known && !*script && strlen(given) < sizeof(script))
		strcpy(script, given);
}

struct pol_process tap_program(bool user)
{
	return (struct pol_process){
		.program = program_known ? program : NULL,
		.script = script_known ? script : NULL,
		.user = user ? (uint32_t)geteuid() : 0,
	};
}
