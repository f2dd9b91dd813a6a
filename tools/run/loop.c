/* SPDX-License-Identifier: MIT */
/*
 * The loop that waits. It is the tree's reaper (PR_SET_CHILD_SUBREAPER), so that a daemon's calls are seen to
 * their end, as strace -f does. It kills nobody but a held PROGRAM without its proof.
 */
#include "tools/run/loop.h"

#include "tools/base/tool.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TICK 40		    /* ms between looks at growing traces */
#define HELLO_DEADLINE 5000 /* ms; ld.so takes about one */
#define GRACE 2000	    /* ms the rest of the tree has, when PROGRAM ended by our being told to end */

struct state {
	struct run_loop *loop;
	int64_t hello_at, leave_at; /* ms; 0: not set */
	int64_t watch_at;	    /* ms; traces are not looked at before, unless something else is new */
	bool program_ended, ending, tree_ended;
};

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* Without an enforcing policy a program that is not observed runs all the same, but not silently. */
static void look_for_hello(struct state *state)
{
	struct run_loop *loop = state->loop;

	state->hello_at = 0;
	if (loop->told || loop->exec_error || loop->proof.state != RUN_PROOF_NONE)
		return;
	loop->told = true;
	if (run_proof_hello(loop->hello_path, loop->child.pid))
		return;
	tool_error("%s runs unobserved: %s", loop->program, RUN_PROOF_WHY_MISSING);
}

static void take_exec_result(struct state *state)
{
	struct run_loop *loop = state->loop;

	if (loop->child.exec_fd < 0)
		return;
	if (read(loop->child.exec_fd, &loop->exec_error, sizeof(loop->exec_error)) !=
	    sizeof(loop->exec_error))
		loop->exec_error = 0;
	close(loop->child.exec_fd);
	loop->child.exec_fd = -1;
	state->hello_at = now_ms() + HELLO_DEADLINE;
}

static void program_changed(struct state *state, int status)
{
	struct run_loop *loop = state->loop;

	if (WIFSTOPPED(status)) {
		if (loop->proof.state == RUN_PROOF_HELD)
			run_proof_stop(&loop->proof, status);
		else
			signals_follow_stop(loop->child.pid, WSTOPSIG(status));
		return;
	}
	take_exec_result(state);
	state->program_ended = true;
	loop->status = status;
	look_for_hello(state);
	if (state->ending)
		state->leave_at = now_ms() + GRACE;
}

static void reap(struct state *state)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) > 0)
		if (pid == state->loop->child.pid)
			program_changed(state, status);
		else if (WIFSTOPPED(status))
			run_proof_child(&state->loop->proof, pid, status);
	state->tree_ended = pid < 0 && errno == ECHILD;
}

/* Milliseconds until something is due, or -1. */
static int patience(const struct state *state)
{
	bool busy = state->loop->watch && run_watch_is_busy(state->loop->watch);
	int64_t now = now_ms(), wait = run_follow_patience(state->loop->follow),
		due[] = {state->hello_at, state->leave_at, busy ? state->watch_at : 0};

	for (size_t i = 0; i < 3; i++)
		if (due[i] && (wait < 0 || due[i] - now < wait))
			wait = due[i] > now ? due[i] - now : 0;
	return wait;
}

static void wait_for_news(struct state *state)
{
	struct run_loop *loop = state->loop;
	struct pollfd fds[] = {{loop->signals->fd, POLLIN, 0},
			       {loop->child.exec_fd, POLLIN, 0},
			       {loop->watch ? run_watch_fd(loop->watch) : -1, POLLIN, 0},
			       {run_follow_fd(loop->follow), POLLIN, 0}};

	poll(fds, 4, patience(state));
	run_follow_poll(loop->follow); /* first: what began may end at once */
	if (fds[0].revents || fds[2].revents)
		state->watch_at = 0;
	if (fds[1].revents)
		take_exec_result(state);
}

static bool is_to_leave(struct state *state)
{
	state->loop->left_alone = state->leave_at && now_ms() >= state->leave_at;
	return state->loop->left_alone;
}

void run_loop(struct run_loop *loop)
{
	struct state state = {.loop = loop};

	run_follow_begin(loop->follow, loop->told);
	while (!state.tree_ended && !is_to_leave(&state)) {
		struct signal_news news;

		wait_for_news(&state);
		news = signals_handle(loop->signals, state.program_ended ? 0 : loop->child.pid);
		if (news.ending && state.program_ended)
			state.leave_at = now_ms();
		state.ending |= news.ending;
		reap(&state);
		if (state.hello_at && now_ms() >= state.hello_at)
			look_for_hello(&state);
		if (loop->watch && now_ms() >= state.watch_at) {
			run_watch_poll(loop->watch, false);
			state.watch_at = now_ms() + TICK;
		}
	}
}
