/* SPDX-License-Identifier: MIT */
/*
 * Runs COMMAND in the realm and waits for it.
 *
 * From here on no signal ends this process: what is sent to it goes on to COMMAND, whose end is also ours
 * (tools/base/signals.h).
 */
#include "tools/realm/realm.h"
#include "tools/base/signals.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static _Noreturn void become(char **argv, const struct signals *signals, pid_t parent)
{
	/* Without its realm COMMAND is lost: it ends when this process is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(TOOL_SELF);
	signals_give_back(signals);
	execvp(argv[0], argv);
	tool_error("cannot run %s: %m", argv[0]);
	_exit(errno == ENOENT ? TOOL_NOT_FOUND : TOOL_NOT_EXECUTABLE);
}

/* Takes in every child that ended. Returns COMMAND's wait status, or -1 while it runs. */
static int reap(struct realm *realm, pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0) {
		if (WIFSTOPPED(status)) {
			if (pid == command)
				signals_follow_stop(command, WSTOPSIG(status));
			continue;
		}
		if (pid == command)
			return status;
		if (pid == realm->guard)
			realm->guard = 0;
		if (pid != realm->kdc)
			continue;
		realm->kdc = 0;
		tool_error("this realm's KDC has ended (%s %d): tickets there are remain, new ones cannot be "
			   "had",
			   WIFSIGNALED(status) ? "signal" : "exit status",
			   WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	return -1;
}

static int wait_for(struct realm *realm, pid_t command, struct signals *signals)
{
	struct pollfd news = {signals->fd, POLLIN, 0};
	int status = -1;

	while (status < 0) {
		poll(&news, 1, -1);
		if (signals_handle(signals, command).children)
			status = reap(realm, command);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int realm_command_run(struct realm *realm, char **argv)
{
	struct signals *signals = &realm->signals;
	pid_t parent = getpid(), command;
	int result = TOOL_SELF;

	if (signals_take(signals))
		return result;
	command = fork();
	if (!command)
		become(argv, signals, parent);
	if (command < 0)
		tool_error("cannot start %s: %m", argv[0]);
	else
		result = wait_for(realm, command, signals);
	close(signals->fd);
	return result;
}
