/* SPDX-License-Identifier: MIT */
/*
 * gsstap doctor: says what is wrong, and what to do about it. With --service the system is asked, without a
 * trace.
 */
#include "tools/base/tool.h"

#include "tools/doctor/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SERVICE = 0x100, KEY_KEYTAB, KEY_CLIENT, KEY_AS_SERVER, KEY_FORMAT };

static const struct argp_option options[] = {
	{"service", KEY_SERVICE, "SERVICE@HOST", 0, "Check what a handshake with this service needs", 0},
	{"keytab", KEY_KEYTAB, "FILE", 0, "The service's keytab, when it is on this machine", 0},
	{"client", KEY_CLIENT, "PRINCIPAL", 0, "Who the client is; default: the ticket cache's", 0},
	{"as-server", KEY_AS_SERVER, NULL, 0, "Check the service's side alone: its keytab, no ticket", 0},
	{"format", KEY_FORMAT, "text|json", 0, "How to print what was found; default: text", 0},
	{0},
};

struct arguments {
	struct evidence_question question;
	bool json;
};

static void check_together(struct argp_state *state, const struct arguments *arguments)
{
	const struct evidence_question *question = &arguments->question;

	if (!question->target.service)
		argp_error(state, "say which service to check, such as --service zmq@host.example.org");
	if (question->as_server && question->client)
		argp_error(state, "--client is about the client's side, which --as-server leaves out");
}

static error_t parse(int key, char *value, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct evidence_question *question = &arguments->question;

	switch (key) {
	case KEY_SERVICE:
		probe_target_free(&question->target);
		if (probe_target_parse(&question->target, value))
			argp_error(state,
				   "--service: '%s' is no service: SERVICE@HOST, or SERVICE/HOST@REALM",
				   value);
		return 0;
	case KEY_KEYTAB:
		if (!*value)
			argp_error(state, "--keytab names no file");
		question->keytab = value;
		return 0;
	case KEY_CLIENT:
		if (!probe_target_is_principal(value))
			argp_error(state,
				   "--client: '%s' is no principal, such as alice or alice@EXAMPLE.ORG",
				   value);
		question->client = value;
		return 0;
	case KEY_AS_SERVER:
		question->as_server = true;
		return 0;
	case KEY_FORMAT:
		if (strcmp(value, "text") && strcmp(value, "json"))
			argp_error(state, "--format is text or json, not '%s'", value);
		arguments->json = !strcmp(value, "json");
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is no option: the service is named by --service", value);
		return 0;
	case ARGP_KEY_END:
		check_together(state, arguments);
		return 0;
	}
	return ARGP_ERR_UNKNOWN;
}

const struct argp argp_doctor = {
	.options = options,
	.parser = parse,
	.args_doc = "--service SERVICE@HOST",
	.doc = "Says what stands in the way of a Kerberos handshake with a service, and what to do about it: "
	       "configuration, names, KDCs, clock, tickets, keytab, encryption types, libzmq.\vChanges "
	       "nothing and "
	       "asks for no password. The exit status is 0 when nothing is wrong, 1 when something is.",
};

int cmd_doctor(int argc, char **argv)
{
	struct arguments arguments = {0};
	int status;

	argp_parse(&argp_doctor, argc, argv, 0, NULL, &arguments);
	status = doctor_report(&arguments.question, stdout, tool_colour(STDOUT_FILENO), arguments.json);
	if (status < 0)
		tool_error("writing the report: %s", strerror(errno));
	probe_target_free(&arguments.question.target);
	status = status ? TOOL_FAIL : TOOL_OK;
	if (probe_left_behind()) {
		fflush(NULL);
		_exit(status);
	}
	return status;
}
