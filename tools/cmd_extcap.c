/* SPDX-License-Identifier: MIT */
/*
 * gsstap extcap: running traces among Wireshark's interfaces. Reads the command line that Wireshark makes
 * (extcap(4)), and lets tools/extcap/ answer and capture.
 */
#include "tools/base/safe.h"
#include "tools/base/tool.h"
#include "tools/extcap/answer.h"
#include "tools/extcap/capture.h"
#include "tools/names/calls.h"

#include <stdio.h>
#include <string.h>

enum question { ASKED_NOTHING, ASKED_INTERFACES, ASKED_DLTS, ASKED_CONFIG, ASKED_FILTER, ASKED_CAPTURE };

struct extcap {
	enum question question;
	struct extcap_capture capture;
};

enum key {
	KEY_INTERFACES = 0x100,
	KEY_VERSION,
	KEY_INTERFACE,
	KEY_DLTS,
	KEY_CONFIG,
	KEY_CAPTURE,
	KEY_FIFO,
	KEY_FILTER,
	KEY_TRACE
};

static const struct argp_option options[] = {
	{"extcap-interfaces", KEY_INTERFACES, NULL, 0, "List the interfaces", 0},
	{"extcap-version", KEY_VERSION, "VERSION", OPTION_ARG_OPTIONAL, "Of Wireshark; not needed", 0},
	{"extcap-interface", KEY_INTERFACE, "NAME", 0,
	 "The interface that the rest is about: gsstap, or gsstap-PID", 0},
	{"extcap-dlts", KEY_DLTS, NULL, 0, "List its link types", 0},
	{"extcap-config", KEY_CONFIG, NULL, 0, "List the options that it takes", 0},
	{"capture", KEY_CAPTURE, NULL, 0, "Write packets to the fifo until nobody reads it", 0},
	{"fifo", KEY_FIFO, "FILE", 0, "The pipe, or an existing file, that packets are written to", 0},
	{"extcap-capture-filter", KEY_FILTER, "PATTERN", 0,
	 "Only calls and events of such names ('gss_*_sec_context'); alone: say what is wrong with it", 0},
	{"trace", KEY_TRACE, "PATH", 0,
	 "A trace, or a directory of traces, instead of those of all programs that are traced now", 0},
	{0},
};

static void parse_interface(struct extcap *extcap, const char *text, struct argp_state *state)
{
	extcap->capture.interface = text;
	if (!extcap_interface(text, &extcap->capture.pid))
		argp_error(state,
			   "--extcap-interface: '%s' is none of gsstap's; --extcap-interfaces lists them",
			   text);
}

static void check(const struct extcap *extcap, struct argp_state *state)
{
	bool about_one = extcap->question != ASKED_INTERFACES;

	if (!extcap->question)
		argp_error(state, "this is for Wireshark to call, see gsstap-extcap(1); --extcap-interfaces "
				  "shows what there is");
	if (about_one && !extcap->capture.interface)
		argp_error(state, "--extcap-interface is missing: say which one, such as gsstap");
	if (extcap->question == ASKED_CAPTURE && !extcap->capture.fifo)
		argp_error(state, "--capture: --fifo is missing: say which pipe the packets go to");
	if (extcap->capture.trace && extcap->capture.pid)
		argp_error(state, "--trace goes with the interface gsstap, not with that of a process");
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct extcap *extcap = state->input;

	switch (key) {
	case KEY_INTERFACES:
		extcap->question = ASKED_INTERFACES;
		return 0;
	case KEY_DLTS:
		extcap->question = ASKED_DLTS;
		return 0;
	case KEY_CONFIG:
		extcap->question = ASKED_CONFIG;
		return 0;
	case KEY_CAPTURE:
		extcap->question = ASKED_CAPTURE;
		return 0;
	case KEY_INTERFACE:
		parse_interface(extcap, text, state);
		return 0;
	case KEY_FIFO:
		extcap->capture.fifo = text;
		return 0;
	case KEY_FILTER:
		extcap->capture.filter = *text ? text : NULL;
		if (!extcap->question) /* the others come before or after it */
			extcap->question = ASKED_FILTER;
		return 0;
	case KEY_TRACE:
		extcap->capture.trace = *text ? text : NULL;
		return 0;
	case KEY_VERSION:
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is none of Wireshark's options", text);
		return 0;
	case ARGP_KEY_END:
		check(extcap, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp argp_extcap = {
	.options = options,
	.parser = parse,
	.doc = "Let Wireshark and tshark capture from programs that are traced, while they run.\v"
	       "Wireshark calls it when it is linked into its extcap directory as gsstap-extcap.",
};

/* Returns 0, or the exit status after saying what is wrong. Where it is asked for that, Wireshark shows what
 * is printed, and takes a filter of which nothing is said for a good one. */
static int judge_filter(const struct extcap *extcap)
{
	char error[320];

	if (!extcap->capture.filter || names_calls_match(extcap->capture.filter, true, error, sizeof(error)))
		return TOOL_OK;
	if (extcap->question == ASKED_CAPTURE) {
		tool_error("--extcap-capture-filter: %s", error);
		return TOOL_USAGE;
	}
	if (extcap->question == ASKED_FILTER) {
		safe_put(error, strlen(error), stdout);
		putchar('\n');
	}
	return TOOL_OK;
}

int cmd_extcap(int argc, char **argv)
{
	struct extcap extcap = {0};
	int status;

	argp_parse(&argp_extcap, argc, argv, 0, NULL, &extcap);
	status = judge_filter(&extcap);
	if (status != TOOL_OK)
		return status;
	switch (extcap.question) {
	case ASKED_INTERFACES:
		extcap_list();
		return TOOL_OK;
	case ASKED_DLTS:
		extcap_dlts();
		return TOOL_OK;
	case ASKED_CONFIG:
		extcap_config(extcap.capture.pid);
		return TOOL_OK;
	case ASKED_CAPTURE:
		return extcap_capture(&extcap.capture);
	case ASKED_FILTER:
	case ASKED_NOTHING:
		break;
	}
	return TOOL_OK;
}
