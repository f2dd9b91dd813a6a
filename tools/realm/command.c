/* SPDX-License-Identifier: MIT */
/*
 * Runs COMMAND in the realm and waits for it.
 *
 * From here on no signal ends this process: what is sent to it goes on to COMMAND, whose end is also ours. A
 * signal that the terminal sent has reached COMMAND already and is not sent twice.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static const int handed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};

struct inherited {
	sigset_t mask;
	struct sigaction child;
};

static int take_signals(struct inherited *inherited)
{
	struct sigaction child = {.sa_handler = SIG_DFL};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < sizeof(handed_on) / sizeof(*handed_on); i++)
		sigaddset(&set, handed_on[i]);
	sigprocmask(SIG_BLOCK, &set, &inherited->mask);
	/* A caller that ignores SIGCHLD would take our children's status away. */
	sigaction(SIGCHLD, &child, &inherited->child);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static _Noreturn void become(char **argv, const struct inherited *inherited, pid_t parent)
{
	/* Without its realm COMMAND is lost: it ends when this process is killed. */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(TOOL_SELF);
	sigaction(SIGCHLD, &inherited->child, NULL);
	sigprocmask(SIG_SETMASK, &inherited->mask, NULL);
	execvp(argv[0], argv);
	tool_error("cannot run %s: %m", argv[0]);
	_exit(errno == ENOENT ? TOOL_NOT_FOUND : TOOL_NOT_EXECUTABLE);
}

static void hand_on(const struct signalfd_siginfo *info, pid_t command)
{
	/* A terminal that hangs up tells the leader of its session only. */
	bool sent_to_all =
		info->ssi_code == SI_KERNEL && !(info->ssi_signo == SIGHUP && getsid(0) == getpid());

	if (!sent_to_all)
		kill(command, (int)info->ssi_signo);
}

/* Takes in every child that ended. Returns COMMAND's wait status, or -1 while it runs. */
static int reap(struct realm *realm, pid_t command)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
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

static int wait_for(struct realm *realm, pid_t command, int signals)
{
	struct signalfd_siginfo info;
	int status = -1;

	while (status < 0) {
		if (read(signals, &info, sizeof(info)) != sizeof(info))
			continue;
		if (info.ssi_signo == SIGCHLD)
			status = reap(realm, command);
		else
			hand_on(&info, command);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int realm_command_run(struct realm *realm, char **argv)
{
	struct inherited inherited;
	int signals = take_signals(&inherited), result = TOOL_SELF;
	pid_t parent = getpid(), command = -1;

	if (signals >= 0)
		command = fork();
	if (!command)
		become(argv, &inherited, parent);
	if (command < 0)
		tool_error("cannot start %s: %m", argv[0]);
	else
		result = wait_for(realm, command, signals);
	if (signals >= 0)
		close(signals);
	return result;
}
