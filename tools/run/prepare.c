/* SPDX-License-Identifier: MIT */
/*
 * Before PROGRAM starts: is it there, can it be covered, can the policy be carried out in it; then the run's
 * files. What is wrong is said here, and nothing has happened yet.
 */
#include "tools/run/prepare.h"

#include "tools/base/path.h"
#include "tools/base/tool.h"
#include "tools/elf/cover.h"
#include "tools/run/preload.h"
#include "tools/run/reach.h"
#include "tools/run/report.h"
#include "tools/run/roll.h"
#include "tools/run/room.h"
#include "tools/run/template.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int find_program(struct run *run)
{
	const char *name = run->settings->program[0];
	int error = path_program(name, NULL, run->path, sizeof(run->path));

	if (!error)
		return 0;
	if (error == ENOENT && !strchr(name, '/'))
		tool_error("%s: not found in PATH", name);
	else
		tool_error("%s: %s", name, strerror(error));
	return error == ENOENT || error == ENOTDIR ? TOOL_NOT_FOUND : TOOL_NOT_EXECUTABLE;
}

/* What cannot be covered is refused under an enforcing policy, and pointed out otherwise. */
static int check_cover(struct run *run)
{
	const char *name = run->settings->program[0];
	char reason[256] = "";
	enum cover cover = cover_check(run_judged_file(run->path), reason, sizeof(reason));

	if (cover == COVER_YES)
		return 0;
	if (run->policy.enforces) {
		tool_error("%s is not started: it %s be covered, and the policy is to be enforced: %s", name,
			   cover == COVER_NO ? "cannot" : "might not", reason);
		return TOOL_SELF;
	}
	/* It shows when it runs. */
	if (cover == COVER_UNSURE)
		return 0;
	tool_error("%s runs unobserved: %s", name, reason);
	run->loop.told = true;
	return 0;
}

void run_open_scope(struct run *run)
{
	run_scope_open(&run->scope, run_judged_file(run->path), run->settings->program);
}

/* What can be covered may still have calls that are not reached. */
static int check_scope(struct run *run)
{
	if (!run->policy.enforces || !run->policy.families)
		return 0;
	run_open_scope(run);
	return run_reach_check(&run->scope, run->settings->program[0], &run->policy);
}

/* ld.so splits LD_PRELOAD at spaces and colons: a shim in such a place is reached through a link. */
static int place_shim(struct run *run)
{
	const char *shim = tool_shim_path();

	if (!shim)
		return TOOL_SELF;
	snprintf(run->shim, sizeof(run->shim), "%s", shim);
	if (run_dir_preloadable(shim)) {
		run_preload_spell(run->shim);
		return 0;
	}
	snprintf(run->shim, sizeof(run->shim), "%s/libgsstap.so", run->dir.path);
	if (!symlink(shim, run->shim))
		return 0;
	tool_error("%s: %s", run->shim, strerror(errno));
	return TOOL_SELF;
}

/* Standard error as it is: the stream of this name takes every colour for an attack on the terminal. */
static FILE *bare_stderr(void)
{
	static FILE *bare;

	bare = fdopen(STDERR_FILENO, "w");
	return bare ? bare : stderr;
}

/* Where the calls are printed. NULL after saying why not. */
static FILE *open_text(struct run *run)
{
	const char *path = run->settings->text;
	struct stat status;
	int fd;

	if (!path)
		return bare_stderr();
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	/* What was there may have been for all to read. */
	if (fd >= 0 && !fstat(fd, &status) && S_ISREG(status.st_mode) && fchmod(fd, 0600)) {
		close(fd);
		fd = -1;
	}
	run->out = fd < 0 ? NULL : fdopen(fd, "w");
	if (!run->out)
		tool_error("--text %s: %s", path, strerror(errno));
	return run->out;
}

static int prepare_watch(struct run *run)
{
	struct run_watch_what what = {.format = run->settings->format,
				      .handshakes = run->settings->handshakes,
				      .doctor = run->settings->doctor,
				      .full = run->settings->full,
				      .out = open_text(run)};

	if (!what.out)
		return TOOL_USAGE;
	run->loop.watch = run_watch_new(run->dir.path, &what);
	return run->loop.watch ? 0 : TOOL_SELF;
}

/* No trace is ever overwritten; but who reads the old one for the new one is misled. */
static void tell_taken(const char *template)
{
	char *taken = run_template_taken(template), *instead = taken ? run_template_instead(taken) : NULL;

	if (instead)
		tool_error("%s is there already and is kept: the trace goes to %s", taken, instead);
	free(taken);
	free(instead);
}

/* What the shim and run need, whatever sizes of files the program is limited to. */
static int place(struct run *run)
{
	struct rlimit before;
	int status;

	run_room_enter(&before);
	/* Programs that gave up root can still say that their trace could not be made. */
	if (run_dir_put(&run->dir, "hello", "", 0, geteuid() ? 0600 : 0622, run->hello) ||
	    run_roll_make(&run->dir))
		status = TOOL_SELF;
	else
		status = place_shim(run);
	if (!status)
		status = run_policy_place(&run->policy, &run->dir);
	run_room_leave(&before);
	if (!status)
		run->loop.follow = run_follow_new(&run->dir, run->hello);
	if (status || run->loop.follow)
		return status;
	tool_error("%s", strerror(ENOMEM));
	return TOOL_SELF;
}

static int prepare_files(struct run *run)
{
	char quoted[PATH_MAX];
	int status;

	if (run_dir_make(&run->dir))
		return TOOL_SELF;
	run->has_dir = true;
	status = place(run);
	if (status || run->template)
		return status;
	if (run_template_quote(run->dir.path, quoted, sizeof(quoted)) ||
	    asprintf(&run->template, "%s/%%n-%%p.pcapng", quoted) < 0)
		return TOOL_SELF;
	return prepare_watch(run);
}

int run_prepare(struct run *run)
{
	const char *policy = run->settings->policy ? run->settings->policy : getenv("GSSTAP_POLICY");
	int status;

	if (run->settings->output) {
		run->template = run_template(run->settings->output);
		if (!run->template)
			return TOOL_USAGE;
		run_report_before(&run->before, run->template);
		tell_taken(run->template);
	}
	status = run_policy_load(&run->policy, policy);
	if (!status)
		status = find_program(run);
	if (!status)
		status = check_cover(run);
	if (!status)
		status = check_scope(run);
	if (!status)
		status = prepare_files(run);
	return status;
}
