/* SPDX-License-Identifier: MIT */
/*
 * See program.h. Paths are the kernel's own, without links, so that one file has one name. What cannot be
 * read stays unknown, and a rule that asks for it is in doubt.
 */
#include "shim/core/program.h"

#include "shim/core/interpreter.h"
#include "shim/core/secret.h"
#include "shim/core/snapshot.h"
#include "shim/core/text.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
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

/* Which file it is, whatever its name. */
static bool identify(const char *path, struct stat *status)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_PATH | O_CLOEXEC);
	bool known = fd >= 0 && !syscall(SYS_fstat, fd, status);

	if (fd >= 0)
		syscall(SYS_close, fd);
	return known;
}

/*
 * The kernel was asked to execute another file than it did: that is a script of #!, whichever its
 * interpreter. The name is gone when a descriptor was executed that is closed by that, which no script can
 * be.
 */
static enum tap_given given_by_kernel(const char **name)
{
	static const char descriptor[] = "/dev/fd/";
	struct stat asked, executed;

	*name = (const char *)getauxval(AT_EXECFN);
	/* The loader itself was executed, and wrote over what the kernel says. */
	if (!*name || !getauxval(AT_BASE) || !identify("/proc/self/exe", &executed))
		return TAP_GIVEN_UNKNOWN;
	if (!identify(*name, &asked))
		return strncmp(*name, descriptor, sizeof(descriptor) - 1) ? TAP_GIVEN_UNKNOWN
									  : TAP_GIVEN_NOTHING;
	return asked.st_dev == executed.st_dev && asked.st_ino == executed.st_ino ? TAP_GIVEN_NOTHING
										  : TAP_GIVEN_FILE;
}

static enum tap_given given_by_arguments(const char **name)
{
	static char line[PATH_MAX];
	const struct tap_interpreter *by = tap_interpreter_of(program);
	enum tap_given given;
	size_t length;
	bool whole;

	if (!by)
		return TAP_GIVEN_NOTHING;
	length = tap_command_line(line, sizeof(line), &whole);
	if (!length)
		return TAP_GIVEN_UNKNOWN;
	given = tap_given(by, line, length, name);
	return given == TAP_GIVEN_NOTHING && !whole ? TAP_GIVEN_UNKNOWN : given;
}

static bool read_script(void)
{
	const char *name;
	enum tap_given given = given_by_kernel(&name);

	if (given == TAP_GIVEN_NOTHING)
		given = given_by_arguments(&name);
	if (given == TAP_GIVEN_MODULE && strlen(name) < sizeof(script)) {
		strcpy(script, name);
		return true;
	}
	/* Of a directory an interpreter runs a file that it chooses. */
	return given == TAP_GIVEN_NOTHING ||
	       (given == TAP_GIVEN_FILE && tap_is_file(name) && resolve(name, script));
}

void tap_program_read(void)
{
	program_known = follow("/proc/self/exe", program);
	script_known = program_known && read_script();
}

struct pol_process tap_program(bool user)
{
	return (struct pol_process){
		.program = program_known ? program : NULL,
		.script = script_known ? script : NULL,
		.user = user ? (uint32_t)geteuid() : 0,
	};
}
