/* SPDX-License-Identifier: MIT */
/* See local.h. A process is of this system when boot and pid namespace are ours. */
#include "tools/diagnose/local.h"

#include "tools/diagnose/trust.h"
#include "tools/model/live.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BOOT 36 /* characters of a boot id */

static const char *const names[MODEL_SETTINGS] = {"KRB5_CONFIG",	"KRB5CCNAME",	  "KRB5_KTNAME",
						  "KRB5_CLIENT_KTNAME", "KRB5RCACHENAME", "GSS_USE_PROXY"};
static char *before[MODEL_SETTINGS];
static bool entered, nowhere;

void local_nowhere(void)
{
	nowhere = true;
}

static bool this_boot(struct model_text boot)
{
	char ours[BOOT + 1] = "";
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ours, BOOT);

	if (fd >= 0)
		close(fd);
	return !nowhere && n == BOOT && boot.length == BOOT && !memcmp(boot.at, ours, BOOT);
}

static bool this_container(uint64_t space)
{
	struct stat status;

	return stat("/proc/self/ns/pid", &status) || status.st_ino == space;
}

struct where {
	const struct model_program *program;
	bool here;
};

bool local_process(const struct model_process *process)
{
	return process->identity && this_boot(process->identity->boot) &&
	       this_container(process->identity->space);
}

/* The start of the process that has this pid now, as a process event has it; 0: there is none. */
static uint64_t started_now(uint64_t pid)
{
	char path[40], stat[1024], *at;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%" PRIu64 "/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, stat, sizeof(stat) - 1);
	if (fd >= 0)
		close(fd);
	stat[n < 0 ? 0 : n] = 0;
	at = strrchr(stat, ')'); /* the name before it may hold anything; then come fields 3 to 22 */
	if (at && at[1] && (at[2] == 'Z' || at[2] == 'X'))
		return 0;
	for (int i = 3; at && i <= 22; i++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at, NULL, 10) : 0;
}

bool local_runs(const struct model_process *process)
{
	return local_process(process) && process->identity->started &&
	       started_now(process->identity->pid) == process->identity->started;
}

static void look(void *at, void *context)
{
	const struct model_process *process = at;
	struct where *where = context;

	where->here |= process->program == where->program && local_process(process);
}

bool local_program(struct model *model, const struct model_program *program)
{
	struct where where = {program, false};

	model_each(&model->processes, look, &where);
	return where.here;
}

const char *local_not(struct diagnose_case *c, const struct model_talk *talk)
{
	const struct model_known *identity = talk->process->identity;
	const char *host = case_text(c, talk->process->program->host);

	if (!identity)
		return case_format(c, "the trace does not say where %s ran", case_program(c, talk));
	if (!this_boot(identity->boot))
		return case_format(c, "%s ran on %s, or before this machine was started",
				   case_program(c, talk), host ? host : "another machine");
	if (!this_container(identity->space))
		return case_format(c, "%s ran in another container", case_program(c, talk));
	return trust_not_config(c, talk);
}

bool local_may_read(const struct probe_file *file, uint32_t uid)
{
	if (!file->exists || !uid)
		return true;
	if (file->owner == uid)
		return file->mode & 0400;
	return file->mode & 0044;
}

bool local_enter(const struct model_talk *talk)
{
	if (probe_left_behind())
		return false;
	entered = talk->settings.known;
	for (size_t i = 0; i < MODEL_SETTINGS && entered; i++) {
		struct model_text value = talk->settings.values[i];
		const char *now = getenv(names[i]);

		before[i] = now ? must_strdup(now) : NULL;
		if (value.at)
			setenv(names[i], value.at, 1);
		else
			unsetenv(names[i]);
	}
	return true;
}

void local_leave(void)
{
	/* It stays for who is left behind. */
	if (probe_left_behind())
		return;
	for (size_t i = 0; i < MODEL_SETTINGS && entered; i++) {
		if (before[i])
			setenv(names[i], before[i], 1);
		else
			unsetenv(names[i]);
		free(before[i]);
		before[i] = NULL;
	}
	entered = false;
}

void local_changed(struct diagnose_case *c, const struct model_talk *talk, const struct probe_file *file)
{
	struct stat status;

	if (!file->path || stat(file->path, &status) ||
	    (uint64_t)status.st_mtim.tv_sec * 1000000000 + (uint64_t)status.st_mtim.tv_nsec <= talk->last)
		return;
	list_take(&c->unseen, must_format("what was in %s then: it was written at %s, after the handshake",
					  file->path, time_text(c, status.st_mtime)));
}
