/* SPDX-License-Identifier: MIT */
/* See words.h. */
#include "tools/replay/words.h"

#include "policy/decide.h"
#include "tools/names/zmq.h"

#include <string.h>

void words_count(struct out *out, uint64_t count, const char *one, const char *many)
{
	out_unsigned(out, count);
	out_char(out, ' ');
	out_str(out, count == 1 ? one : many);
}

static void words(struct out *out, struct model_text text)
{
	out_words(out, (const uint8_t *)text.at, text.length);
}

static struct model_text base(struct model_text path)
{
	const char *slash = path.at ? memrchr(path.at, '/', path.length) : NULL;

	if (!slash)
		return path;
	return (struct model_text){slash + 1, path.length - (size_t)(slash + 1 - path.at)};
}

static void program(struct out *out, const struct replay_case *c)
{
	struct model_text name = base(c->texts[CASE_PROGRAM]);

	if (name.at)
		words(out, name);
	else
		out_str(out, "a program");
	if (c->texts[CASE_SCRIPT].at) {
		out_char(out, ' ');
		words(out, base(c->texts[CASE_SCRIPT]));
	}
}

static void names(struct out *out, const struct replay_case *c)
{
	struct model_text initiator = c->texts[CASE_INITIATOR], acceptor = c->texts[CASE_ACCEPTOR];

	if (initiator.at)
		words(out, initiator);
	else
		out_str(out, "an unknown initiator");
	out_str(out, " to ");
	if (acceptor.at)
		words(out, acceptor);
	else if (c->texts[CASE_ASKED].at)
		words(out, c->texts[CASE_ASKED]);
	else
		out_str(out, "an unknown acceptor");
	if (!acceptor.at && c->texts[CASE_ASKED].at)
		out_str(out, " (asked for, not proved)");
}

static const char *mechanism(const struct replay_case *c)
{
	static const char *const known[] = {NULL, "NULL", "PLAIN", "CURVE", "GSSAPI"};

	return c->is.mechanism < sizeof(known) / sizeof(known[0]) ? known[c->is.mechanism] : NULL;
}

static const char *role(const struct replay_case *c)
{
	return c->is.role == POL_ACCEPTOR ? "acceptor" : "initiator";
}

static void rest(struct out *out, const struct replay_case *c)
{
	if (c->is.kind == CASE_CONTEXT) {
		out_str(out, ", ");
		out_str(out, role(c));
		out_str(out, ": ");
		names(out, c);
		return;
	}
	out_str(out, c->is.kind == CASE_BIND ? " binds " : " connects ");
	words(out, c->texts[CASE_ENDPOINT]);
	out_str(out, ", mechanism ");
	out_str(out, mechanism(c) ? mechanism(c) : "not known");
	if (c->is.plaintext > 1)
		out_str(out, " that does not encrypt");
}

void words_case(struct out *out, const struct replay_case *c)
{
	program(out, c);
	rest(out, c);
}

void words_example(struct out *out, const struct replay_case *c, unsigned example)
{
	out_str(out, out_stamp(out, c->examples[example].time));
	out_char(out, ' ');
	program(out, c);
	out_str(out, " (");
	out_unsigned(out, c->examples[example].pid);
	out_char(out, ')');
	rest(out, c);
}

static void set_text(struct js *js, const char *key, struct model_text text)
{
	if (!text.at)
		return;
	js_key(js, key);
	js_text(js, text.at, text.length);
}

void words_case_json(struct js *js, const struct replay_case *c, unsigned example)
{
	js_set_time(js, "time", c->examples[example].time);
	js_set_unsigned(js, "pid", c->examples[example].pid);
	set_text(js, "program", c->texts[CASE_PROGRAM]);
	set_text(js, "script", c->texts[CASE_SCRIPT]);
	js_set_string(js, "kind",
		      c->is.kind == CASE_CONTEXT ? "context"
		      : c->is.kind == CASE_BIND	 ? "bind"
						 : "connect");
	if (c->is.kind == CASE_CONTEXT)
		js_set_string(js, "role", role(c));
	set_text(js, "initiator", c->texts[CASE_INITIATOR]);
	set_text(js, "acceptor", c->texts[CASE_ACCEPTOR]);
	set_text(js, "asked", c->texts[CASE_ASKED]);
	set_text(js, "endpoint", c->texts[CASE_ENDPOINT]);
	js_set_string(js, "mechanism", c->is.kind == CASE_CONTEXT ? NULL : mechanism(c));
	js_set_unsigned(js, "times", c->count);
}

/* What is not known of a case, and matters by these keywords. */
static bool no_peer(const struct replay_case *c)
{
	return c->is.established && !c->texts[c->is.role == POL_ACCEPTOR ? CASE_INITIATOR : CASE_ACCEPTOR].at;
}

/* Traces hold none, and they are those of who comes in. */
static bool no_groups(const struct replay_case *c)
{
	return c->is.established && c->is.role == POL_ACCEPTOR;
}

static bool no_service(const struct replay_case *c)
{
	return c->is.established && !c->texts[CASE_ACCEPTOR].at;
}

static bool no_mechanism(const struct replay_case *c)
{
	return c->is.established && !c->texts[CASE_MECH].at;
}

static bool no_ticket(const struct replay_case *c)
{
	return c->is.established && !c->is.ticket_enctype;
}

static bool no_store(const struct replay_case *c)
{
	return c->is.established && !c->texts[CASE_STORE].at;
}

static bool no_session(const struct replay_case *c)
{
	return c->is.established && !c->is.session_enctype;
}

static bool no_lifetime(const struct replay_case *c)
{
	return c->is.established && !c->is.has_lifetime;
}

static bool no_calls(const struct replay_case *c)
{
	return !c->is.has_calls;
}

static bool no_program(const struct replay_case *c)
{
	return !c->texts[CASE_PROGRAM].at;
}

static bool no_script(const struct replay_case *c)
{
	return !c->is.no_script && (!c->texts[CASE_SCRIPT].at || *c->texts[CASE_SCRIPT].at != '/');
}

static bool no_user(const struct replay_case *c)
{
	return !c->is.has_user;
}

static bool no_zmq_mechanism(const struct replay_case *c)
{
	return !c->is.mechanism;
}

static const struct missing {
	const char *key, *name;
	bool (*is)(const struct replay_case *c);
	uint16_t keywords[4];
	bool endpoint;
} missings[] = {
	{"peer", "who the peer is", no_peer, {POL_K_PEERS_ALLOW, POL_K_PEERS_DENY, POL_K_MATCH_PEER}, false},
	{"groups",
	 "the peer's groups",
	 no_groups,
	 {POL_K_PEERS_ALLOW_GROUPS, POL_K_PEERS_DENY_GROUPS},
	 false},
	{"service", "the acceptor's principal", no_service, {POL_K_MATCH_SERVICE}, false},
	{"mechanism", "the mechanism", no_mechanism, {POL_K_MECHANISMS, POL_K_MATCH_MECHANISM}, false},
	{"ticket_enctype", "the ticket's encryption type", no_ticket, {POL_K_ENCTYPES_TICKET}, false},
	{"store", "the ticket cache or keytab", no_store, {POL_K_STORES_ALLOW}, false},
	{"session_enctype", "the session key's encryption type", no_session, {POL_K_ENCTYPES_SESSION}, false},
	{"lifetime", "the lifetime", no_lifetime, {POL_K_LIFETIME}, false},
	{"channel_bindings", "channel bindings", no_calls, {POL_K_BINDINGS}, false},
	{"flags_req", "what was asked for", no_calls, {POL_K_DELEGATION}, false},
	{"program", "the program", no_program, {POL_K_MATCH_PROGRAM}, false},
	{"script", "where the script lies", no_script, {POL_K_MATCH_SCRIPT}, false},
	{"user", "the user", no_user, {POL_K_MATCH_USER}, false},
	{"endpoint_mechanism",
	 "the socket's mechanism",
	 no_zmq_mechanism,
	 {POL_K_UNSECURED, POL_K_INJECT},
	 true},
};

static bool asks(const struct pol *pol, const struct missing *missing)
{
	for (size_t i = 0; i < sizeof(missing->keywords) / sizeof(missing->keywords[0]); i++)
		if (missing->keywords[i] && pol->asks[missing->keywords[i]])
			return true;
	return false;
}

static uint64_t count(const struct pol *pol, const struct missing *missing, const struct replay *replay)
{
	uint64_t n = 0;

	if (!asks(pol, missing))
		return 0;
	for (const struct replay_case *c = replay->first; c; c = c->next)
		if (missing->endpoint == (c->is.kind != CASE_CONTEXT) && missing->is(c))
			n += c->count;
	return n;
}

/* What refuses, or chooses, something else than contexts and endpoints, or contexts later. */
static bool is_left(const struct pol *pol, uint16_t keyword)
{
	static const uint16_t others[] = {POL_K_ACQUIRE, POL_K_STORE, POL_K_AUTH, POL_K_BRAKE_MAX_RETRY};
	bool left = pol_is_of_use(keyword);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		left |= keyword == others[i];
	return left && pol->asks[keyword];
}

static void say_left(struct out *out, const struct pol *pol)
{
	const char *between = "Not judged: ";

	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		if (!is_left(pol, k->id))
			continue;
		out_str(out, between);
		out_str(out, k->path);
		between = ", ";
	}
	if (*between == ',')
		out_char(out, '\n');
}

void words_missing(struct out *out, const struct pol *pol, const struct replay *replay)
{
	for (size_t i = 0; i < sizeof(missings) / sizeof(missings[0]); i++) {
		const struct missing *missing = &missings[i];
		uint64_t n = count(pol, missing, replay);

		if (!n)
			continue;
		out_str(out, "Not in these traces: ");
		out_str(out, missing->name);
		out_str(out, " of ");
		words_count(out, n, missing->endpoint ? "endpoint" : "context",
			    missing->endpoint ? "endpoints" : "contexts");
		out_str(out, ", judged as not known\n");
	}
	say_left(out, pol);
	if (replay->gaps.imported) {
		out_str(out, "Not judged: ");
		words_count(out, replay->gaps.imported, "context that was imported, of which",
			    "contexts that were imported, of which");
		out_str(out, " these traces do not hold the facts\n");
	}
	if (replay->gaps.without_calls) {
		out_str(out, "Not in these traces: all endpoints of ");
		words_count(out, replay->gaps.without_calls, "process", "processes");
		out_str(out, ", recorded without calls; record at --level calls\n");
	}
	if (replay->gaps.lost) {
		out_str(out, "Not in these traces: ");
		words_count(out, replay->gaps.lost, "event", "events");
		out_str(out, " that could not be recorded\n");
	}
}

void words_missing_json(struct js *js, const struct pol *pol, const struct replay *replay)
{
	js_key(js, "unknown");
	js_object(js);
	for (size_t i = 0; i < sizeof(missings) / sizeof(missings[0]); i++)
		js_set_unsigned(js, missings[i].key, count(pol, &missings[i], replay));
	js_set_unsigned(js, "imported", replay->gaps.imported);
	js_set_unsigned(js, "processes_without_calls", replay->gaps.without_calls);
	js_set_unsigned(js, "lost", replay->gaps.lost);
	js_object_end(js);
	js_key(js, "not_judged");
	js_array(js);
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (is_left(pol, k->id))
			js_string(js, k->path);
	js_array_end(js);
}
