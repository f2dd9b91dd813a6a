/* SPDX-License-Identifier: MIT */
/*
 * gsstap doctor: says what is wrong, and what to do about it. Of traces it says why handshakes failed; with
 * --service the system is asked, without a trace.
 */
#include "tools/base/tool.h"

#include "tools/diagnose/diagnoses.h"
#include "tools/doctor/report.h"
#include "tools/view/explain.h"
#include "tools/view/printout.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { KEY_SERVICE = 0x100, KEY_KEYTAB, KEY_CLIENT, KEY_AS_SERVER, KEY_FORMAT, KEY_EXPLAIN };

static const struct argp_option options[] = {
	{"service", KEY_SERVICE, "SERVICE@HOST", 0, "Check what a handshake with this service needs", 0},
	{"keytab", KEY_KEYTAB, "FILE", 0, "The service's keytab, when it is on this machine", 0},
	{"client", KEY_CLIENT, "PRINCIPAL", 0, "Who the client is; default: the ticket cache's", 0},
	{"as-server", KEY_AS_SERVER, NULL, 0, "Check the service's side alone: its keytab, no ticket", 0},
	{"explain", KEY_EXPLAIN, "ID", 0, "Explain a finding, such as GT0009; 'all' lists them", 0},
	{"format", KEY_FORMAT, "text|json", 0, "How to print what was found; default: text", 0},
	{0},
};

struct arguments {
	struct evidence_question question;
	bool json;
	const char *explain;
	char **traces; /* ends with NULL; or NULL */
};

static void check_together(struct argp_state *state, const struct arguments *arguments)
{
	const struct evidence_question *question = &arguments->question;

	if (!question->target.service && !arguments->traces && !arguments->explain)
		argp_error(state, "give traces, or say which service to check, such as --service "
				  "zmq@host.example.org");
	if (question->target.service && arguments->traces)
		argp_error(state, "--service looks at no traces: ask twice");
	if (arguments->traces && (question->keytab || question->client || question->as_server))
		argp_error(state, "--keytab, --client and --as-server go with --service");
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
	case KEY_EXPLAIN:
		arguments->explain = value;
		return 0;
	case ARGP_KEY_ARGS:
		arguments->traces = state->argv + state->next;
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
	.args_doc = "TRACE...\n--service SERVICE@HOST",
	.doc = "Says why handshakes failed, or what stands in the way of one with a service, and what to do "
	       "about it.\vTRACE is a file that gsstap has written; a directory stands for all *.pcapng in "
	       "it. "
	       "Give those of both ends. Changes nothing and asks for no password. The exit status is 0 when "
	       "nothing is wrong, 1 when something is.",
};

static int diagnose_traces(const struct arguments *arguments)
{
	struct printout printout;
	int status;

	printout_open(&printout, NULL);
	status = printout_begin(&printout, arguments->json ? SHOW_DOCTOR_JSON : SHOW_DOCTOR_TEXT,
				tool_colour(STDOUT_FILENO));
	if (!status && !printout_add(&printout, arguments->traces, false)) {
		if (strchr(arguments->traces[0], '@'))
			tool_error("a service is named by --service, such as --service zmq@host.example.org");
		status = TOOL_USAGE;
	} else if (!status) {
		status = printout_print(&printout);
		if (!status && show_found(printout.show))
			status = TOOL_FAIL;
	}
	return printout_close(&printout, status);
}

static int explain(const char *id)
{
	const struct diagnosis *diagnosis = diagnosis_of(id);

	if (!strcmp(id, "all")) {
		for (diagnosis = diagnoses; diagnosis->name; diagnosis++)
			printf("GT%04u %s\n", diagnosis->id, diagnosis->title);
		return TOOL_OK;
	}
	if (!diagnosis) {
		tool_error("'%s' is no finding; --explain all lists them", id);
		return TOOL_USAGE;
	}
	return findings_explain(diagnosis->id, stdout) ? TOOL_FAIL : TOOL_OK;
}

int cmd_doctor(int argc, char **argv)
{
	struct arguments arguments = {0};
	int status;

	argp_parse(&argp_doctor, argc, argv, 0, NULL, &arguments);
	if (arguments.explain)
		return explain(arguments.explain);
	if (arguments.traces)
		return diagnose_traces(&arguments);
	status = doctor_report(&arguments.question, stdout, tool_colour(STDOUT_FILENO), arguments.json);
	if (status < 0)
		tool_error("writing the report: %s", strerror(errno));
	probe_target_free(&arguments.question.target);
	return status ? TOOL_FAIL : TOOL_OK;
}
