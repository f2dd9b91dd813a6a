/* SPDX-License-Identifier: MIT */
/* See words.h. */
#include "tools/replay/words.h"

#include "policy/decide.h"
#include "tools/names/zmq.h"
#include "tools/replay/selection.h"

#include <string.h>

void words_count(struct out *out, uint64_t count, const char *one, const char *many)
{
	out_unsigned(out, count);
	out_char(out, ' ');
	out_str(out, count == 1 ? one : many);
}

void words_judged(struct out *out, uint64_t contexts, uint64_t uses, uint64_t endpoints)
{
	words_count(out, contexts, "context", "contexts");
	if (uses != UINT64_MAX) {
		out_str(out, ", ");
		words_count(out, uses, "use", "uses");
	}
	out_str(out, " and ");
	words_count(out, endpoints, "endpoint", "endpoints");
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
	return c->is.role == POL_ACCEPTOR ? "acceptor" : c->is.role ? "initiator" : "role not known";
}

/* What a use is called, as JSON and in a sentence about its program. */
static const struct {
	const char *key, *words;
} use_words[POL_USES] = {
	[POL_WRAPS_BARE] = {"wrap", "wraps a message without confidentiality"},
	[POL_WRAPPED_BARE] = {"wrapped", "wraps a message that is not encrypted"},
	[POL_UNWRAPPED_BARE] = {"unwrap", "unwraps a message without confidentiality"},
	[POL_EXPORTS] = {"export", "exports it"},
	[POL_IMPORTS] = {"import", "imports it"},
	[POL_EXPORTS_LUCID] = {"lucid-export", "exports its keys"},
	[POL_ASKS_KEY] = {"session-key", "asks for a key of it"},
	[POL_GOES_ON] = {"age", "uses it at an age of "},
	[POL_BY_PASSWORD] = {"by-password", "gets credentials by password"},
	[POL_BY_S4U] = {"by-s4u", "gets credentials on behalf of somebody else"},
	[POL_BY_STORE] = {"by-store", "gets credentials from a store that it names"},
	[POL_BY_IMPORT] = {"by-import", "imports credentials"},
};

/* There is no context yet. */
static bool is_way(const struct replay_case *c)
{
	return c->is.kind == CASE_USE && c->is.use >= POL_BY_PASSWORD;
}

static void use(struct out *out, const struct replay_case *c)
{
	out_str(out, is_way(c) ? " " : ", and ");
	out_str(out, use_words[c->is.use].words);
	if (c->is.use == POL_GOES_ON && c->is.age == UINT32_MAX)
		out_str(out, "not known how many seconds");
	else if (c->is.use == POL_GOES_ON)
		words_count(out, c->is.age, "second", "seconds");
}

static void rest(struct out *out, const struct replay_case *c)
{
	if (!case_is_endpoint(c) && !is_way(c)) {
		out_str(out, ", ");
		out_str(out, role(c));
		out_str(out, ": ");
		names(out, c);
	}
	if (c->is.kind == CASE_USE)
		use(out, c);
	if (!case_is_endpoint(c))
		return;
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
	static const char *const kinds[] = {[CASE_CONTEXT] = "context",
					    [CASE_BIND] = "bind",
					    [CASE_CONNECT] = "connect",
					    [CASE_USE] = "use"};

	js_set_time(js, "time", c->examples[example].time);
	js_set_unsigned(js, "pid", c->examples[example].pid);
	set_text(js, "program", c->texts[CASE_PROGRAM]);
	set_text(js, "script", c->texts[CASE_SCRIPT]);
	js_set_string(js, "kind", kinds[c->is.kind]);
	if (!case_is_endpoint(c) && c->is.role)
		js_set_string(js, "role", role(c));
	if (c->is.kind == CASE_USE)
		js_set_string(js, "use", use_words[c->is.use].key);
	if (c->is.kind == CASE_USE && c->is.use == POL_GOES_ON && c->is.age != UINT32_MAX)
		js_set_unsigned(js, "age", c->is.age);
	set_text(js, "initiator", c->texts[CASE_INITIATOR]);
	set_text(js, "acceptor", c->texts[CASE_ACCEPTOR]);
	set_text(js, "asked", c->texts[CASE_ASKED]);
	set_text(js, "endpoint", c->texts[CASE_ENDPOINT]);
	js_set_string(js, "mechanism", case_is_endpoint(c) ? mechanism(c) : NULL);
	js_set_unsigned(js, "times", c->count);
}

/* What is not known of a case, and matters by these keywords. */
static bool no_peer(const struct replay_case *c)
{
	return c->is.established && !c->texts[c->is.role == POL_ACCEPTOR ? CASE_INITIATOR : CASE_ACCEPTOR].at;
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
		if (c->is.kind != CASE_USE && missing->endpoint == case_is_endpoint(c) && missing->is(c))
			n += c->count;
	return n;
}

/* Uses that are in none of the traces, which have some process that could have made them. */
static bool is_unseen(const struct replay *replay, uint16_t keyword)
{
	bool missing = false, there = false;

	for (size_t i = 0; i < replay->unseen_count; i++) {
		missing |= selection_misses(replay, i, keyword);
		there |= selection_has(replay, i, keyword);
	}
	return missing && !there;
}

/* What refuses, or chooses, something else than contexts and endpoints, or is not in the traces. */
static bool is_left(const struct pol *pol, const struct replay *replay, uint16_t keyword)
{
	static const uint16_t others[] = {POL_K_ACQUIRE, POL_K_STORE, POL_K_AUTH, POL_K_BRAKE_MAX_RETRY};
	bool left = pol_is_of_use(keyword) && is_unseen(replay, keyword);

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		left |= keyword == others[i];
	return left && pol->asks[keyword];
}

static bool is_left_in(const struct pol *pol, const struct replay *replay, size_t file, uint16_t keyword)
{
	return pol_is_of_use(keyword) && pol->asks[keyword] && selection_misses(replay, file, keyword);
}

static bool any_left_in(const struct pol *pol, const struct replay *replay, size_t file)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (is_left_in(pol, replay, file, k->id))
			return true;
	return false;
}

static bool same_left(const struct pol *pol, const struct replay *replay, size_t a, size_t b)
{
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (is_left_in(pol, replay, a, k->id) != is_left_in(pol, replay, b, k->id))
			return false;
	return true;
}

#define NAMED_MOST 3

/* This trace, and those that lack the same. */
static void say_left_in(struct out *out, const struct pol *pol, const struct replay *replay, size_t file)
{
	const char *between = "Not judged in ";
	size_t named = 0;

	for (size_t i = file; i < replay->unseen_count; i++) {
		if (!same_left(pol, replay, file, i) || named++ >= NAMED_MOST)
			continue;
		out_str(out, between);
		words(out, base((struct model_text){replay->paths[i], strlen(replay->paths[i])}));
		between = ", ";
	}
	if (named > NAMED_MOST) {
		out_str(out, " and ");
		words_count(out, named - NAMED_MOST, "other", "others");
	}
	between = ", whose calls are not, or not all, recorded: ";
	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		if (!is_left_in(pol, replay, file, k->id))
			continue;
		out_str(out, between);
		out_str(out, k->path);
		between = ", ";
	}
	out_char(out, '\n');
}

static void say_unseen(struct out *out, const struct pol *pol, const struct replay *replay)
{
	for (size_t file = 0; file < replay->unseen_count; file++) {
		size_t before = 0;

		while (before < file && !same_left(pol, replay, before, file))
			before++;
		if (before == file && any_left_in(pol, replay, file))
			say_left_in(out, pol, replay, file);
	}
}

static void say_left(struct out *out, const struct pol *pol, const struct replay *replay)
{
	const char *between = "Not judged: ";

	/* Of uses it is said of which traces. */
	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		if (pol_is_of_use(k->id) || !is_left(pol, replay, k->id))
			continue;
		out_str(out, between);
		out_str(out, k->path);
		between = ", ";
	}
	if (*between == ',')
		out_char(out, '\n');
}

void words_missing(struct out *out, const struct pol *pol, const struct replay *replay,
		   const struct replay_open *open)
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
	say_left(out, pol, replay);
	say_unseen(out, pol, replay);
	if (open->groups) {
		out_str(out, "Not judged: ");
		words_count(out, open->groups, "context, of whose peer", "contexts, of whose peers");
		out_str(out, " these traces do not hold the groups\n");
	}
	if (open->uses) {
		out_str(out, "Not judged: ");
		words_count(out, open->uses, "use, of which", "uses, of which");
		out_str(out, " these traces do not hold what decides\n");
	}
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

static void left_in_json(struct js *js, const struct pol *pol, const struct replay *replay, size_t file)
{
	if (!any_left_in(pol, replay, file))
		return;
	js_object(js);
	js_set_string(js, "trace", replay->paths[file]);
	js_key(js, "keywords");
	js_array(js);
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (is_left_in(pol, replay, file, k->id))
			js_string(js, k->path);
	js_array_end(js);
	js_object_end(js);
}

void words_missing_json(struct js *js, const struct pol *pol, const struct replay *replay,
			const struct replay_open *open)
{
	js_key(js, "unknown");
	js_object(js);
	for (size_t i = 0; i < sizeof(missings) / sizeof(missings[0]); i++)
		js_set_unsigned(js, missings[i].key, count(pol, &missings[i], replay));
	js_set_unsigned(js, "groups", open->groups);
	js_set_unsigned(js, "uses", open->uses);
	js_set_unsigned(js, "imported", replay->gaps.imported);
	js_set_unsigned(js, "processes_without_calls", replay->gaps.without_calls);
	js_set_unsigned(js, "lost", replay->gaps.lost);
	js_object_end(js);
	js_key(js, "not_judged");
	js_array(js);
	for (const struct pol_keyword *k = pol_keywords; k->id; k++)
		if (is_left(pol, replay, k->id))
			js_string(js, k->path);
	js_array_end(js);
	js_key(js, "not_judged_in");
	js_array(js);
	for (size_t file = 0; file < replay->unseen_count; file++)
		left_in_json(js, pol, replay, file);
	js_array_end(js);
}
