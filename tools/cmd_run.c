/* SPDX-License-Identifier: MIT */
/*
 * gsstap run: runs a program under the shim. Everything that can be wrong is found before PROGRAM starts;
 * afterwards gsstap only watches, and ends as PROGRAM ended.
 */
#include "tools/elf/cover.h"
#include "tools/names/calls.h"
#include "tools/run/dir.h"
#include "tools/run/report.h"
#include "tools/run/fds.h"
#include "tools/run/loop.h"
#include "tools/run/policy.h"
#include "tools/run/preload.h"
#include "tools/run/reach.h"
#include "tools/run/scope.h"
#include "tools/run/roll.h"
#include "tools/run/template.h"
#include "tools/run/zmq.h"
#include "tools/base/path.h"
#include "tools/base/tool.h"
#include "trace/format.h"
#include "trace/limit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct settings {
	const char *output, *text, *policy, *level;
	char *calls; /* patterns of -e, separated by commas */
	enum show_format format;
	bool format_given, handshakes, max_size;
	struct run_zmq zmq;
	bool follow, strict;
	char **program; /* ends with NULL */
};

enum {
	KEY_LIBZMQ = 256,
	KEY_FORMAT,
	KEY_TEXT,
	KEY_ALL,
	KEY_HANDSHAKES,
	KEY_FOLLOW,
	KEY_STRICT,
	KEY_MAX_SIZE
};

static const struct argp_option options[] = {
	{"output", 'o', "TEMPLATE", 0,
	 "Keep the traces, one file a process, and print nothing: %p pid, %n program, %h host; a directory: "
	 "%n-%p.pcapng in it",
	 0},
	{"text", KEY_TEXT, "FILE", 0, "Print to FILE, mode 0600, instead of standard error", 0},
	{"policy", 'p', "POLICY", 0, "Judge and secure the calls by this policy (YAML, or compiled)", 0},
	{"level", 'l', "LEVEL", 0, "Record off, audit, calls, tokens (default), messages or payload", 0},
	{"call", 'e', "PATTERN", 0,
	 "Record only calls whose name matches, such as 'gss_*_sec_context'; may be given again", 0},
	{"all", KEY_ALL, NULL, 0, "Record also calls that only free memory or ask for a constant", 0},
	{"handshakes", KEY_HANDSHAKES, NULL, 0, "Record only handshakes, refusals and failures", 0},
	{"max-size", KEY_MAX_SIZE, "SIZE[,FILES]", 0,
	 "With -o: go on in a new file at this size (64K or more; K, M, G), and keep so many files (256)", 0},
	{"format", KEY_FORMAT, "FORMAT", 0, "Print text (default) or json; not with -o", 0},
	{"replace-libzmq", KEY_LIBZMQ, "OBJECT", 0,
	 "Load this system's libzmq in place of the one that OBJECT, an addon, extension or library, calls; "
	 "no: never. Default: where the policy injects GSSAPI and a libzmq without it is found",
	 0},
	{"follow-exec", KEY_FOLLOW, NULL, 0,
	 "Put the shim back where a program executes another without it in the environment; a policy that is "
	 "enforced asks for it, too",
	 0},
	{"strict", KEY_STRICT, NULL, 0, "Exit with 125 when a process of the tree ran unobserved", 0},
	{0},
};

static bool is_level(const char *text)
{
	static const char *const names[] = TR_LEVEL_NAMES;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], text))
			return true;
	return false;
}

static void set_format(struct settings *settings, const char *text, struct argp_state *state)
{
	settings->format_given = true;
	if (!strcmp(text, "json"))
		settings->format = SHOW_JSON;
	else if (strcmp(text, "text"))
		argp_error(state, "--format %s: must be text or json", text);
}

/* The shim takes it from the environment: a service that systemd starts has nothing else. */
static void set_max_size(const char *text, struct argp_state *state)
{
	uint64_t bytes;
	uint32_t files;

	if (!tr_limit_read(text, &bytes, &files))
		argp_error(state,
			   "--max-size %s: must be a size of 64K or more, then perhaps a comma and how many "
			   "files to keep, 1 to 256, such as 10M,5",
			   text);
	if (setenv("GSSTAP_MAX_SIZE", text, 1))
		argp_failure(state, TOOL_SELF, errno, "GSSTAP_MAX_SIZE");
}

static void add_libzmq(struct settings *settings, const char *text, struct argp_state *state)
{
	char error[160];

	if (run_zmq_option(&settings->zmq, text, error, sizeof(error)))
		argp_error(state, "--replace-libzmq=%s: %s", text, error);
}

static void add_calls(struct settings *settings, const char *pattern, struct argp_state *state)
{
	char error[320], *before = settings->calls;

	if (strchr(pattern, ',') || !names_calls_match(pattern, false, error, sizeof(error)))
		argp_error(state, "--call: %s", strchr(pattern, ',') ? "one pattern at a time" : error);
	if (asprintf(&settings->calls, "%s%s%s", before ? before : "", before ? "," : "", pattern) < 0)
		argp_failure(state, TOOL_SELF, 0, "out of memory");
	free(before);
}

/* A filter that nothing passes is a mistake. */
static void check_filter(const struct settings *settings, struct argp_state *state)
{
	if (settings->calls && settings->handshakes)
		argp_error(state,
			   "--handshakes records no calls but those that fail: -e does not go with it");
	if (settings->calls && settings->level &&
	    (!strcmp(settings->level, "off") || !strcmp(settings->level, "audit")))
		argp_error(state, "-e: at level %s no call is recorded; use calls or more", settings->level);
	if (settings->handshakes && settings->level && !strcmp(settings->level, "off"))
		argp_error(state, "--handshakes: at level off nothing is recorded");
}

static void check_together(const struct settings *settings, struct argp_state *state)
{
	const char *level = getenv("GSSTAP_LEVEL");

	if (!settings->program)
		argp_error(state, "a PROGRAM to run is missing");
	check_filter(settings, state);
	if (settings->output && settings->text)
		argp_error(state, "--text prints what -o keeps: use 'gsstap decode -o FILE' on the traces");
	if (settings->output && settings->format_given)
		argp_error(
			state,
			"--format is for printing, and -o prints nothing: use 'gsstap decode' on the traces");
	if (settings->max_size && !settings->output)
		argp_error(state, "--max-size is for the files of -o, which is missing");
	if (!settings->level && level && *level && !is_level(level))
		argp_error(state,
			   "GSSTAP_LEVEL=%s in the environment: must be off, audit, calls, tokens, messages "
			   "or payload",
			   level);
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct settings *settings = state->input;

	switch (key) {
	case 'o':
		settings->output = text;
		break;
	case 'p':
		settings->policy = text;
		break;
	case 'l':
		settings->level = text;
		if (!is_level(text))
			argp_error(state,
				   "--level %s: must be off, audit, calls, tokens, messages or payload",
				   text);
		break;
	case 'e':
		add_calls(settings, text, state);
		break;
	case KEY_ALL:
		add_calls(settings, "*", state);
		break;
	case KEY_TEXT:
		settings->text = text;
		break;
	case KEY_HANDSHAKES:
		settings->handshakes = true;
		break;
	case KEY_FORMAT:
		set_format(settings, text, state);
		break;
	case KEY_MAX_SIZE:
		settings->max_size = true;
		set_max_size(text, state);
		break;
	case KEY_LIBZMQ:
		add_libzmq(settings, text, state);
		break;
	case KEY_FOLLOW:
		settings->follow = true;
		break;
	case KEY_STRICT:
		settings->strict = true;
		break;
	case ARGP_KEY_ARGS:
		settings->program = state->argv + state->next;
		state->next = state->argc;
		break;
	case ARGP_KEY_END:
		check_together(settings, state);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

const struct argp argp_run = {options,
			      parse,
			      "PROGRAM [ARG...]",
			      "Runs PROGRAM under gsstap and prints the GSSAPI and ZeroMQ calls of its "
			      "process tree to stderr, or with -o keeps "
			      "them as traces. The exit status is PROGRAM's; 125 when gsstap failed, 126 "
			      "when PROGRAM cannot be executed, 127 when "
			      "it is not found.",
			      NULL,
			      NULL,
			      NULL};

/* One run; what is not NULL has to be given back. */
struct run {
	struct settings settings;
	char *template;
	char path[PATH_MAX]; /* PROGRAM's */
	char shim[PATH_MAX];
	char libzmq[PATH_MAX]; /* "" for none */
	char hello[PATH_MAX];
	struct run_policy policy;
	FILE *out; /* of --text */
	struct run_scope scope;
	struct run_dir dir;
	bool has_dir;
	glob_t before;
	struct signals signals;
	struct run_loop loop;
	size_t escaped; /* processes that ran without the shim */
};

static int find_program(struct run *run)
{
	const char *name = run->settings.program[0];
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
	const char *name = run->settings.program[0];
	char reason[256] = "";

	if (cover_check(run_judged_file(run->path), reason, sizeof(reason)) == COVER_YES)
		return 0;
	if (run->policy.enforces) {
		tool_error("%s is not started: it cannot be covered, and the policy is to be enforced: %s",
			   name, reason);
		return TOOL_SELF;
	}
	tool_error("%s runs unobserved: %s", name, reason);
	run->loop.told = true;
	return 0;
}

static void open_scope(struct run *run)
{
	run_scope_open(&run->scope, run_judged_file(run->path), run->settings.program,
		       &run->settings.zmq.named);
}

/* What can be covered may still have calls that are not reached, or a libzmq that cannot do what is asked. */
static int check_scope(struct run *run)
{
	const char *name = run->settings.program[0];
	int status = run_zmq_check_named(&run->settings.zmq);

	if (status || !(run->policy.families || run->policy.injects || run->settings.zmq.named.count))
		return status;
	open_scope(run);
	if (run->policy.enforces)
		status = run_reach_check(&run->scope, name, &run->policy);
	if (!status)
		status = run_zmq_decide(&run->settings.zmq, &run->scope, name, run->policy.injects);
	return status;
}

/* It runs already: nobody waits for what is only told. */
static void tell_reach(struct run *run)
{
	if (run->policy.enforces || run->loop.told)
		return;
	if (!run->scope.known)
		open_scope(run);
	run_reach_tell(&run->scope, run->settings.program[0]);
}

/* ld.so splits LD_PRELOAD at spaces and colons: an object in such a place is reached through a link. */
static int place_preload(const struct run *run, const char *object, const char *name, char path[PATH_MAX])
{
	snprintf(path, PATH_MAX, "%s", object);
	if (run_dir_preloadable(object)) {
		run_preload_spell(path);
		return 0;
	}
	snprintf(path, PATH_MAX, "%s/%s", run->dir.path, name);
	if (!symlink(object, path))
		return 0;
	tool_error("%s: %s", path, strerror(errno));
	return TOOL_SELF;
}

static int place_preloads(struct run *run)
{
	const char *shim = tool_shim_path(), *libzmq = run->settings.zmq.path;
	int status = shim ? place_preload(run, shim, "libgsstap.so", run->shim) : TOOL_SELF;

	if (!status && *libzmq)
		status = place_preload(run, libzmq, "libzmq.so", run->libzmq);
	return status;
}

/* Where the calls are printed. NULL after saying why not. */
static FILE *open_text(struct run *run)
{
	const char *path = run->settings.text;
	struct stat status;
	int fd;

	if (!path)
		return stderr;
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
	struct run_watch_what what = {.format = run->settings.format,
				      .handshakes = run->settings.handshakes,
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

static int prepare_files(struct run *run)
{
	char quoted[PATH_MAX];
	int status;

	if (run_dir_make(&run->dir))
		return TOOL_SELF;
	run->has_dir = true;
	/* Programs that gave up root can still say that their trace could not be made. */
	if (run_dir_put(&run->dir, "hello", "", 0, geteuid() ? 0600 : 0622, run->hello))
		return TOOL_SELF;
	if (run_roll_make(&run->dir))
		return TOOL_SELF;
	status = place_preloads(run);
	if (!status)
		status = run_policy_place(&run->policy, &run->dir);
	if (status || run->template)
		return status;
	if (run_template_quote(run->dir.path, quoted, sizeof(quoted)) ||
	    asprintf(&run->template, "%s/%%n-%%p.pcapng", quoted) < 0)
		return TOOL_SELF;
	return prepare_watch(run);
}

/* Everything that is wrong is found here. Returns 0 or the exit status. */
static int prepare(struct run *run)
{
	const char *policy = run->settings.policy ? run->settings.policy : getenv("GSSTAP_POLICY");
	int status;

	if (run->settings.output) {
		run->template = run_template(run->settings.output);
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

static int start(struct run *run)
{
	struct run_loop *loop = &run->loop;
	struct run_env env = {.shim = run->shim,
			      .libzmq = *run->libzmq ? run->libzmq : NULL,
			      .trace = run->template,
			      .level = run->settings.level,
			      .calls = run->settings.handshakes ? "failures" : run->settings.calls,
			      .policy = run->policy.source ? run->policy.path : NULL,
			      .hello = run->hello,
			      .follow = run->settings.follow ? "1" : NULL};
	bool hold = run->policy.enforces;

	signals_expect_children(&run->signals);
	if (signals_take(&run->signals))
		return TOOL_SELF;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	loop->signals = &run->signals;
	loop->hello_path = run->hello;
	loop->program = run->settings.program[0];
	if (run_start(&loop->child, run->path, run->settings.program, &env, &run->signals, hold))
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

/* Prints what is left to print, and removes what nobody needs any more. */
static void finish(struct run *run)
{
	bool keep_policy = run->loop.left_alone && run->policy.compiled_here;

	if (run->loop.watch)
		run_watch_poll(run->loop.watch, true);
	run_watch_free(run->loop.watch);
	if (run->out && fclose(run->out))
		tool_error("--text %s: %s", run->settings.text, strerror(errno));
	run_report_problems(run->hello);
	if (run->loop.child.pid > 0 && !run->loop.exec_error)
		run->escaped = run_roll_report(&run->dir, run->loop.child.pid);
	if (run->settings.output && run->template)
		run_report_after(&run->before, run->template);
	if (run->has_dir)
		run_dir_remove(&run->dir, keep_policy ? RUN_POLICY_NAME : NULL);
	if (keep_policy)
		tool_error("processes of %s go on; their policy stays in %s", run->settings.program[0],
			   run->policy.path);
	free(run->template);
	free(run->policy.image);
	run_scope_close(&run->scope);
	free(run->settings.calls);
	run_zmq_free(&run->settings.zmq);
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
	if (run->settings.strict && run->escaped) {
		tool_error("exit status 125: --strict, and %s ran unobserved",
			   run->escaped == 1 ? "a process" : "processes");
		return TOOL_SELF;
	}
	if (WIFEXITED(loop->status))
		return WEXITSTATUS(loop->status);
	signals_die(WTERMSIG(loop->status));
	return 128 + WTERMSIG(loop->status);
}

int cmd_run(int argc, char **argv)
{
	static struct run run;
	int status;

	run_fds_note();
	argp_parse(&argp_run, argc, argv, ARGP_IN_ORDER, NULL, &run.settings);
	status = prepare(&run);
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
