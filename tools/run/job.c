/* SPDX-License-Identifier: MIT */
/*
 * Starts PROGRAM, watches it to the end of its process tree, and ends as it ended.
 */
#include "tools/run/job.h"

#include "tools/base/tool.h"
#include "tools/run/fds.h"
#include "tools/run/reach.h"
#include "tools/run/report.h"
#include "tools/run/roll.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* It runs already: nobody waits for what is only told. */
static void tell_reach(struct run *run)
{
	if ((run->policy.enforces && !run->settings->strict) || run->loop.told)
		return;
	if (!run->scope.known)
		run_open_scope(run);
	run->unreached = run_reach_tell(&run->scope, run->settings->program[0]);
}

static int start(struct run *run)
{
	struct run_loop *loop = &run->loop;
	struct run_env env = {.shim = run->shim,
			      .trace = run->template,
			      .level = run->settings->level,
			      .calls = run->settings->handshakes ? "failures" : run->settings->calls,
			      .policy = run->policy.source ? run->policy.path : NULL,
			      .hello = run->hello,
			      .krb5_trace = run->settings->krb5_trace ? "1" : NULL,
			      .follow = run->settings->follow ? "1" : NULL};
	bool hold = run->policy.enforces;

	signals_expect_children(&run->signals);
	if (signals_take(&run->signals))
		return TOOL_SELF;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	loop->signals = &run->signals;
	loop->hello_path = run->hello;
	loop->program = run->settings->program[0];
	if (run_start(&loop->child, run->path, run->settings->program, &env, &run->signals, hold))
		return TOOL_SELF;
	signal(SIGPIPE, SIG_IGN);
	run_fds_release();
	if (!hold)
		return 0;
	if (run_proof_hold(&loop->proof, loop->child.pid, run->hello)) {
		tool_error("%s is not started: %s", loop->program, loop->proof.reason);
		kill(loop->child.pid, SIGKILL);
		return TOOL_SELF;
	}
	return write(loop->child.go_fd, "", 1) == 1 ? 0 : TOOL_SELF;
}

/* Nothing more is printed: to whom it should have been is told, and counts. */
static void finish_watch(struct run *run)
{
	const char *text = run->settings->text, *why;
	int error;

	run_watch_poll(run->loop.watch, true);
	error = run_watch_error(run->loop.watch);
	run->lost += run_watch_lost(run->loop.watch, &why);
	if (run->lost && run->settings->doctor)
		run_report_loss("findings may be missing", run->lost, why);
	run_watch_free(run->loop.watch);
	if (run->out && fclose(run->out) && !error)
		error = errno;
	if (!error)
		return;
	tool_error("%s%s: events are missing: %s", text ? "--text " : "standard error", text ? text : "",
		   strerror(error));
	run->lost++;
}

static size_t report_escapes(struct run *run)
{
	struct run_roll_program program = {.pid = run->loop.child.pid,
					   .path = run->path,
					   .found = run_follow_found(run->loop.follow),
					   .problem = run_follow_problem(run->loop.follow)};

	return run_roll_report(&run->dir, &program, &run->lost);
}

/* Prints what is left to print, and removes what nobody needs any more. */
static void finish(struct run *run)
{
	bool keep_policy = run->loop.left_alone && run->policy.compiled_here;

	if (run->loop.watch)
		finish_watch(run);
	run->lost += run_report_problems(run->hello);
	if (run->loop.child.pid > 0 && !run->loop.exec_error)
		run->escaped = report_escapes(run);
	run_follow_free(run->loop.follow);
	if (run->settings->output && run->template)
		run->lost += run_report_after(&run->before, run->template);
	if (run->has_dir)
		run_dir_remove(&run->dir, keep_policy ? RUN_POLICY_NAME : NULL);
	if (keep_policy)
		tool_error("processes of %s go on; their policy stays in %s", run->settings->program[0],
			   run->policy.path);
	free(run->template);
	free(run->policy.image);
	run_scope_close(&run->scope);
	free(run->settings->calls);
}

/* The exit status that says how PROGRAM ended; may not return when that was by a signal. */
static int outcome(const struct run *run)
{
	const struct run_loop *loop = &run->loop;

	if (loop->exec_error) {
		const char *why = loop->exec_error == ENOENT ? "its interpreter does not exist"
							     : strerror(loop->exec_error);

		tool_error("%s: cannot be executed: %s", loop->program, why);
		return TOOL_NOT_EXECUTABLE;
	}
	if (loop->proof.state == RUN_PROOF_MISSING) {
		tool_error(
			"%s was stopped before its first instruction: %s, and the policy is to be enforced",
			loop->program, loop->proof.reason);
		return TOOL_SELF;
	}
	if (run->settings->strict && run->escaped) {
		tool_error("exit status 125: --strict, and %s ran unobserved",
			   run->escaped == 1 ? "a process" : "processes");
		return TOOL_SELF;
	}
	if (run->settings->strict && run->lost) {
		tool_error("exit status 125: --strict, and events could not be recorded");
		return TOOL_SELF;
	}
	if (run->settings->strict && run->unreached) {
		tool_error("exit status 125: --strict, and calls of %s may have been made unobserved",
			   loop->program);
		return TOOL_SELF;
	}
	if (WIFEXITED(loop->status))
		return WEXITSTATUS(loop->status);
	signals_die(WTERMSIG(loop->status));
	return 128 + WTERMSIG(loop->status);
}

int run_job(struct run_settings *settings)
{
	static struct run run;
	int status;

	run.settings = settings;
	status = run_prepare(&run);
	if (!status)
		status = start(&run);
	if (status) {
		finish(&run);
		return status;
	}
	tell_reach(&run);
	run_loop(&run.loop);
	finish(&run);
	return outcome(&run);
}
