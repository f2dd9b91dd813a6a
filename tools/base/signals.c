/* SPDX-License-Identifier: MIT */
/*
 * Hands signals on. The hazards: ^C reaches the program from the terminal, so handing it on would interrupt
 * twice; `kill 0` in a script reaches us from below and everybody else by itself; and stopping ourselves
 * where no shell would ever continue us would hang the run.
 */
#include "tools/base/signals.h"

#include "tools/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int ending[] = {SIGTERM, SIGINT, SIGHUP, SIGQUIT};
static const int passing[] = {SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP, SIGALRM};
#define COUNT(array) (sizeof(array) / sizeof(*(array)))

void signals_expect_children(struct signals *signals)
{
	struct sigaction standard = {.sa_handler = SIG_DFL};

	sigaction(SIGCHLD, &standard, &signals->child);
}

int signals_take(struct signals *signals)
{
	sigset_t set;

	sigemptyset(&set);
	sigemptyset(&signals->ignored);
	sigaddset(&set, SIGCHLD);
	for (size_t i = 0; i < COUNT(passing); i++)
		sigaddset(&set, passing[i]);
	for (size_t i = 0; i < COUNT(ending); i++) {
		struct sigaction action;

		sigaddset(&set, ending[i]);
		if (!sigaction(ending[i], NULL, &action) && action.sa_handler == SIG_IGN)
			sigaddset(&signals->ignored, ending[i]);
	}
	sigprocmask(SIG_BLOCK, &set, &signals->original);
	signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals->fd < 0)
		tool_error("no signalfd: %s", strerror(errno));
	return signals->fd < 0 ? -1 : 0;
}

int signals_give_back(const struct signals *signals)
{
	return sigaction(SIGCHLD, &signals->child, NULL) || sigprocmask(SIG_SETMASK, &signals->original, NULL)
		       ? -1
		       : 0;
}

/* What /proc says of a process: its state, and its parent or 0. */
static char look_up(pid_t pid, pid_t *parent)
{
	char path[64], text[512], *after_name, state = 0;
	ssize_t n;
	int fd;

	*parent = 0;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n <= 0)
		return 0;
	text[n] = 0;
	after_name = strrchr(text, ')'); /* a name may hold anything, ") R 1" included */
	if (!after_name || sscanf(after_name, ") %c %d", &state, parent) != 2)
		return 0;
	return state;
}

static bool below_us(pid_t pid)
{
	for (int depth = 0; pid > 1 && depth < 1000; depth++) {
		if (pid == getpid())
			return true;
		look_up(pid, &pid);
	}
	return false;
}

static bool is_new_to_program(const struct signalfd_siginfo *info)
{
	/*
	 * From the terminal: the whole foreground group has it. Only a hangup is sent to the session's leader
	 * alone; and an alarm set before the exec of gsstap was meant for what gsstap runs.
	 */
	if (info->ssi_code == SI_KERNEL)
		return (info->ssi_signo == SIGHUP && getsid(0) == getpid()) || info->ssi_signo == SIGALRM;
	return !below_us(info->ssi_pid);
}

/*
 * Raised with its default action, so that the kernel keeps its rule that an orphaned process group cannot be
 * stopped from the terminal. Returns when we have been continued, or at once.
 */
static void suspend(int sig)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	sigprocmask(SIG_BLOCK, &one, NULL);
}

struct signal_news signals_handle(struct signals *signals, pid_t program)
{
	struct signal_news news = {false, false};
	struct signalfd_siginfo info;

	while (read(signals->fd, &info, sizeof(info)) == sizeof(info)) {
		int sig = info.ssi_signo;

		if (sig == SIGCHLD) {
			news.children = true;
			continue;
		}
		for (size_t i = 0; i < COUNT(ending); i++)
			if (ending[i] == sig && !sigismember(&signals->ignored, sig))
				news.ending = true;
		if (program && is_new_to_program(&info))
			kill(program, sig);
		/* While the program lives, we stop when it does: it may have its own idea of SIGTSTP. */
		if (sig == SIGTSTP && !program)
			suspend(SIGTSTP);
	}
	return news;
}

/* Are we in the terminal's foreground: is a shell waiting for this job? */
static bool in_foreground(void)
{
	int tty = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bool yes = tty >= 0 && tcgetpgrp(tty) == getpgrp();

	if (tty >= 0)
		close(tty);
	return yes;
}

void signals_follow_stop(pid_t program, int sig)
{
	struct timespec at_once = {0, 0};
	sigset_t one;
	pid_t parent;

	if (getpgid(program) != getpgrp() || !in_foreground())
		return;
	suspend(sig == SIGSTOP ? SIGTSTP : sig);
	/* A shell continues the whole group; whoever continued us alone means the program too. */
	sigemptyset(&one);
	sigaddset(&one, SIGCONT);
	sigtimedwait(&one, NULL, &at_once);
	if (look_up(program, &parent) == 'T')
		kill(program, SIGCONT);
}

void signals_die(int sig)
{
	struct rlimit none = {0, 0};
	struct sigaction standard = {.sa_handler = SIG_DFL};
	sigset_t one;

	setrlimit(RLIMIT_CORE, &none);
	sigaction(sig, &standard, NULL);
	sigemptyset(&one);
	sigaddset(&one, sig);
	raise(sig);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
}
