/* SPDX-License-Identifier: MIT */
/*
 * gsstap realm: runs a command inside a throwaway Kerberos realm, as dbus-run-session does for a bus.
 *
 * Reads the options and brings the parts of realm.h into their order; whatever fails, what was made is taken
 * down.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { KEY_LIFETIME = 256, KEY_ENCTYPES, KEY_PORT, KEY_KEEP };

static const struct argp_option options[] = {
	{"realm", 'r', "NAME", 0, "Name of the realm (GSSTAP.TEST)", 0},
	{"user", 'u', "USER", 0,
	 "A principal with a password, keytab and ticket; repeatable, the first is the default", 0},
	{"service", 's', "SERVICE@HOST", 0,
	 "A principal with its key in KRB5_KTNAME; repeatable; %h: this machine", 0},
	{"lifetime", KEY_LIFETIME, "TIME", 0, "Lifetime of tickets, such as 30s or 8h (10h)", 0},
	{"enctypes", KEY_ENCTYPES, "LIST", 0, "The only encryption types, separated by commas", 0},
	{"port", KEY_PORT, "PORT", 0, "Port of the KDC on 127.0.0.1 (a free one)", 0},
	{"keep", KEY_KEEP, "DIR", 0, "Make the realm's files in DIR and keep them", 0},
	{"verbose", 'v', NULL, 0, "Say what was made", 0},
	{0},
};

struct arguments {
	struct realm realm;
	char **command;
};

static void parse_lifetime(struct argp_state *state, struct realm *realm, char *text)
{
	krb5_deltat seconds;

	/* libkrb5 reads the time and leaves what follows it: "5x" would be 5 s. */
	if (text[strspn(text, "0123456789:dhms")] || krb5_string_to_deltat(text, &seconds) || seconds <= 0)
		argp_error(state, "--lifetime: '%s' is no time: such as 30s, 5m, 8h or 1d", text);
	realm->lifetime = seconds;
}

static void parse_port(struct argp_state *state, struct realm *realm, const char *text)
{
	char *end;
	long port = strtol(text, &end, 10);

	if (*end || end == text || port < 1 || port > 65535)
		argp_error(state, "--port: '%s' is no port: 1 to 65535", text);
	realm->port = (int)port;
}

static void parse_enctypes(struct argp_state *state, struct realm *realm, const char *text)
{
	char *copy = strdup(text), *rest = copy, *one;
	krb5_enctype enctype;
	int count = 0;

	while (copy && (one = strtok_r(rest, ", ", &rest))) {
		count++;
		if (krb5_string_to_enctype(one, &enctype))
			argp_error(state,
				   "--enctypes: '%s' is no encryption type: such as aes256-cts-hmac-sha1-96",
				   one);
	}
	if (!count)
		argp_error(state, "--enctypes: names no encryption type");
	free(copy);
	realm->enctypes = text;
}

static error_t parse(int key, char *text, struct argp_state *state)
{
	struct arguments *arguments = state->input;
	struct realm *realm = &arguments->realm;
	int failed = 0;

	switch (key) {
	case 'r':
		realm->name = text;
		failed = realm_check_name(text);
		break;
	case 'u':
		failed = realm_add_user(realm, text);
		break;
	case 's':
		failed = realm_add_service(realm, text);
		break;
	case 'v':
		realm->verbose = true;
		break;
	case KEY_LIFETIME:
		parse_lifetime(state, realm, text);
		break;
	case KEY_ENCTYPES:
		parse_enctypes(state, realm, text);
		break;
	case KEY_PORT:
		parse_port(state, realm, text);
		break;
	case KEY_KEEP:
		realm->keep = text;
		break;
	case ARGP_KEY_ARG:
		/* COMMAND's own options are none of ours. */
		arguments->command = &state->argv[state->next - 1];
		state->next = state->argc;
		break;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "no COMMAND to run, such as: gsstap realm -- bash");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	if (failed)
		exit(TOOL_USAGE);
	return 0;
}

const struct argp argp_realm = {
	.options = options,
	.parser = parse,
	.args_doc = "[--] COMMAND [ARG...]",
	.doc = "Runs COMMAND inside a throwaway MIT Kerberos realm on 127.0.0.1, and removes it afterwards.\v"
	       "Without -u and -s: your login name, host@localhost and host@%h. COMMAND finds KRB5_CONFIG, "
	       "KRB5_KTNAME, "
	       "KRB5CCNAME and the directory GSSTAP_REALM in its environment. Exits as COMMAND does; 125: "
	       "the realm "
	       "could not be made.",
};

static void print_names(const char *what, const struct realm_principals *principals)
{
	fprintf(stderr, "gsstap: %s:", what);
	for (size_t i = 0; i < principals->count; i++)
		fprintf(stderr, " %s", principals->list[i].name);
	fputc('\n', stderr);
}

static void say(const struct realm *realm, const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	fprintf(stderr, "gsstap: realm %s: KDC %d on 127.0.0.1:%d, ready after %ld ms\n", realm->name,
		(int)realm->kdc, realm->port,
		(now.tv_sec - start->tv_sec) * 1000 + (now.tv_nsec - start->tv_nsec) / 1000000);
	print_names("users", &realm->users);
	print_names("services", &realm->services);
	fprintf(stderr, "gsstap: files: %s; another shell joins with: . %s/env\n", realm->dir, realm->dir);
}

static int make_parts(struct realm *realm)
{
	if (realm_tools_check() || realm_add_defaults(realm) || realm_dir_make(realm) ||
	    realm_write_env(realm) || realm_write_conf(realm) || realm_db_make(realm) ||
	    realm_kdc_start(realm))
		return -1;
	for (size_t i = 1; i < realm->users.count; i++)
		if (realm_ticket_get(realm, &realm->users.list[i]) != REALM_TICKET_OK)
			return -1;
	return 0;
}

/* KRB5_TRACE is COMMAND's: what libkrb5 does in here is not to be in it. */
static int make(struct realm *realm)
{
	const char *set = getenv("KRB5_TRACE");
	char *trace = set ? strdup(set) : NULL;
	int result;

	unsetenv("KRB5_TRACE");
	result = make_parts(realm);
	if (trace)
		setenv("KRB5_TRACE", trace, 1);
	free(trace);
	return result;
}

int cmd_realm(int argc, char **argv)
{
	struct arguments arguments = {
		.realm = {.name = "GSSTAP.TEST", .lifetime = 10 * 3600, .port_hold = -1, .guard_pipe = -1}};
	struct realm *realm = &arguments.realm;
	int result = TOOL_SELF;
	struct timespec start;

	clock_gettime(CLOCK_MONOTONIC, &start);
	argp_parse(&argp_realm, argc, argv, ARGP_IN_ORDER, NULL, &arguments);
	signals_expect_children(&realm->signals);
	if (!make(realm)) {
		if (realm->verbose)
			say(realm, &start);
		result = realm_command_run(realm, arguments.command);
	}
	realm_kdc_stop(realm);
	realm_dir_remove(realm);
	realm_free_names(realm);
	return result;
}
