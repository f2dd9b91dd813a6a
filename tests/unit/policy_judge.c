/* SPDX-License-Identifier: MIT */
/*
 * Every judgement, on policies compiled from text: what is decided, by which rule, and in which words.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#include "policy/compile.h"
#include "policy/policy.h"
#include "trace/format.h"

#define ZMQ_DGRAM_TYPE 18 /* ZMQ_DGRAM of the draft API */

/* Opens the policy in text, whose first line is "version: 1". The image lives as long as the test program. */
static struct pol policy(const char *text)
{
	static void *images[100]; /* they stay within reach, so that a leak in the compiler shows */
	static size_t count;
	char whole[2000];
	struct pol pol;
	void *image;
	size_t len;

	snprintf(whole, sizeof(whole), "version: 1\n%s", text);
	assert_int_equal(pol_compile_text("test", whole, strlen(whole), &image, &len, stderr), 0);
	assert_int_equal(pol_open(&pol, image, len), 0);
	assert_true(count < sizeof(images) / sizeof(*images));
	images[count++] = image;
	return pol;
}

static enum pol_action peer(const struct pol *pol, const char *name, struct pol_verdict *verdict)
{
	struct pol_facts facts = {.moment = POL_ESTABLISHED, .role = POL_ACCEPTOR, .initiator = {name, true}};
	enum pol_action action = pol_judge(pol, &facts, POL_ABOUT_PEER, verdict);

	assert_int_equal(action, verdict->action);
	assert_non_null(memchr(verdict->reason, 0, sizeof(verdict->reason)));
	return action;
}

/* An initiator that asks to delegate, or an acceptor that was sent a credential. */
static enum pol_action delegation(const struct pol *pol, enum pol_role role, struct pol_verdict *verdict)
{
	struct pol_facts facts = {.moment = role == POL_INITIATOR ? POL_BEFORE_TOKEN : POL_ESTABLISHED,
				  .role = role,
				  .flags_requested = role == POL_INITIATOR,
				  .delegated = role == POL_ACCEPTOR};

	return pol_judge(pol, &facts, POL_ABOUT_DELEGATION, verdict);
}

static enum pol_action at(const struct pol *pol, enum pol_way way, const char *endpoint, int type,
			  int mechanism, struct pol_verdict *verdict)
{
	struct pol_endpoint facts = {
		.way = way, .endpoint = endpoint, .socket_type = type, .mechanism = mechanism};
	enum pol_action action = pol_judge_endpoint(pol, &facts, verdict);

	assert_int_equal(action, verdict->action);
	return action;
}

static void no_policy_allows_everything(void **state)
{
	struct pol pol = {.state = POL_NONE};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(peer(&pol, NULL, &v), POL_ALLOW);
	assert_null(v.rule);
	assert_int_equal(delegation(&pol, POL_INITIATOR, &v), POL_ALLOW);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(pol_enforces(&pol), 0);
	assert_int_equal(pol_capture(&pol), -1);
	assert_int_equal(pol_repairs(&pol), 0);
	assert_int_equal(pol_prefetch(&pol), 0);
	assert_int_equal(pol_injects(&pol), 0);
	assert_int_equal(pol_judges_peers(&pol), 0);
}

static void a_broken_policy_denies_everything_judged(void **state)
{
	struct pol pol = {0};
	struct pol_verdict v;

	(void)state;
	pol_break(&pol, "cannot open it");
	assert_int_equal(peer(&pol, "alice@EXAMPLE.ORG", &v), POL_DENY);
	assert_string_equal(v.rule, "policy");
	assert_int_equal(v.number, 0);
	assert_int_equal(v.audit, 0);
	assert_non_null(strstr(v.reason, "cannot open it"));
	assert_int_equal(delegation(&pol, POL_INITIATOR, &v), POL_DENY);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_CURVE, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "inproc://x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(pol_enforces(&pol), 1);
	assert_int_equal(pol_repairs(&pol), 0);
	assert_int_equal(pol_prefetch(&pol), 0);
	assert_int_equal(pol_injects(&pol), 0);
	assert_int_equal(pol_judges_peers(&pol), 1);
}

static void a_policy_without_rules_allows_everything(void **state)
{
	struct pol pol = policy("");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(peer(&pol, NULL, &v), POL_ALLOW);
	assert_int_equal(delegation(&pol, POL_ACCEPTOR, &v), POL_ALLOW);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_CONNECT, "udp://x:1", ZMQ_DEALER, ZMQ_NULL, &v), POL_ALLOW);
	assert_null(v.rule);
	assert_int_equal(pol_enforces(&pol), 1);
	assert_int_equal(pol_capture(&pol), -1);
}

static void only_listed_peers_pass(void **state)
{
	struct pol pol = policy("gss:\n"
				"  peers:\n"
				"    allow:\n"
				"      - alice@EXAMPLE.ORG\n"
				"      - '*/worker@EXAMPLE.ORG'\n");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(peer(&pol, "alice@EXAMPLE.ORG", &v), POL_ALLOW);
	assert_int_equal(v.line, 5);
	assert_int_equal(peer(&pol, "a/worker@EXAMPLE.ORG", &v), POL_ALLOW);
	assert_int_equal(v.line, 6);
	assert_int_equal(peer(&pol, "bob@EXAMPLE.ORG", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.allow");
	assert_int_equal(v.line, 4);
	assert_string_equal(v.reason,
			    "gss.peers.allow (policy line 4) does not list the peer \"bob@EXAMPLE.ORG\"");
	assert_int_equal(peer(&pol, "alice@EXAMPLE.ORG.evil", &v), POL_DENY);
	assert_int_equal(peer(&pol, "ALICE@EXAMPLE.ORG", &v), POL_DENY);
}

/* Written in any order and mixed with patterns: each is found, and told by the line where it stands. */
static void peers_of_a_long_list_are_found_wherever_they_stand(void **state)
{
	char text[1900] = "gss:\n  peers:\n    allow:\n", name[40];
	size_t used = strlen(text);
	struct pol_verdict v;
	struct pol pol;

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
					 i % 10 == 7 ? "      - '*/x%u@R'\n" : "      - p%u@R\n",
					 i * 37 % 61);
	pol = policy(text);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "%s%u@R", i % 10 == 7 ? "any/x" : "p", i * 37 % 61);
		if (i % 10 == 7)
			continue;
		assert_int_equal(peer(&pol, name, &v), POL_ALLOW);
		assert_int_equal(v.line, 5 + i);
	}
	assert_int_equal(peer(&pol, "p61@R", &v), POL_DENY);
	assert_int_equal(peer(&pol, "p@R", &v), POL_DENY);
	assert_int_equal(peer(&pol, "q1@R", &v), POL_DENY);
}

static void a_name_that_is_not_known_whole_passes_no_list(void **state)
{
	struct pol everybody = policy("gss: {peers: {allow: ['*']}}");
	struct pol all_but = policy("gss: {peers: {deny: ['*/evil@X']}}");
	struct pol_facts facts = {
		.moment = POL_ESTABLISHED, .role = POL_ACCEPTOR, .initiator = {"cut/of", false}};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge(&everybody, &facts, POL_ABOUT_PEER, &v), POL_DENY);
	assert_int_equal(pol_judge(&all_but, &facts, POL_ABOUT_PEER, &v), POL_DENY);
	facts.initiator.whole = true;
	assert_int_equal(pol_judge(&all_but, &facts, POL_ABOUT_PEER, &v), POL_ALLOW);
	/* Before the token leaves a peer may be unknown yet, but not one that is known and denied. */
	facts = (struct pol_facts){.moment = POL_BEFORE_TOKEN, .role = POL_INITIATOR};
	assert_int_equal(pol_judge(&all_but, &facts, POL_ABOUT_PEER, &v), POL_ALLOW);
	facts.acceptor = (struct pol_name){"h/evil@X", true};
	assert_int_equal(pol_judge(&all_but, &facts, POL_ABOUT_PEER, &v), POL_DENY);
}

static void unknown_and_anonymous_peers_pass_no_list(void **state)
{
	struct pol everybody = policy("gss: {peers: {allow: ['*']}}");
	struct pol all_but = policy("gss: {peers: {deny: [mallory@X]}}");
	const char *names[] = {NULL, "", "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS"};
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(peer(&everybody, names[i], &v), POL_DENY);
		assert_string_equal(v.rule, "gss.peers.allow");
		assert_int_equal(peer(&all_but, names[i], &v), POL_DENY);
		assert_string_equal(v.rule, "gss.peers.deny");
	}
	assert_int_equal(peer(&everybody, "x", &v), POL_ALLOW);
	assert_int_equal(peer(&all_but, "x", &v), POL_ALLOW);
}

static void deny_wins_over_allow(void **state)
{
	struct pol pol = policy("gss: {peers: {allow: ['*@X'], deny: ['mallory@*']}}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(peer(&pol, "mallory@X", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.deny");
	assert_int_equal(peer(&pol, "alice@X", &v), POL_ALLOW);
	assert_int_equal(peer(&pol, "alice@Y", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.allow");
}

static void an_empty_list_lets_nobody_pass(void **state)
{
	struct pol pol = policy("gss: {peers: {allow: []}}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(peer(&pol, "alice@X", &v), POL_DENY);
}

static void a_hostile_name_neither_overflows_nor_controls_the_terminal(void **state)
{
	struct pol pol = policy("gss: {peers: {allow: [alice@X]}}");
	char name[5000];
	struct pol_verdict v;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	memcpy(name, "\033[2J\n\xc2\x9b", 7);
	assert_int_equal(peer(&pol, name, &v), POL_DENY);
	assert_int_equal(strlen(v.reason), sizeof(v.reason) - 1);
	assert_null(strpbrk(v.reason, "\033\n\x9b"));
	assert_non_null(strstr(v.reason, "gss.peers.allow (policy line 2)"));
}

static void delegation_is_allowed_stripped_or_refused(void **state)
{
	struct pol strip = policy("gss: {delegation: strip}"), refuse = policy("gss: {delegation: refuse}");
	struct pol allow = policy("gss: {delegation: allow}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(delegation(&strip, POL_INITIATOR, &v), POL_CHANGE);
	assert_string_equal(v.rule, "gss.delegation");
	assert_int_equal(delegation(&strip, POL_ACCEPTOR, &v), POL_CHANGE);
	assert_int_equal(delegation(&refuse, POL_INITIATOR, &v), POL_DENY);
	assert_int_equal(delegation(&refuse, POL_ACCEPTOR, &v), POL_DENY);
	assert_int_equal(delegation(&allow, POL_ACCEPTOR, &v), POL_ALLOW);
}

static void plaintext_is_allowed_encrypted_or_refused(void **state)
{
	struct pol encrypt = policy("zmq: {plaintext: encrypt}"), refuse = policy("zmq: {plaintext: refuse}");
	struct pol allow = policy("zmq: {plaintext: allow}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge_plaintext(&encrypt, &v), POL_CHANGE);
	assert_int_equal(pol_judge_plaintext(&refuse, &v), POL_DENY);
	assert_string_equal(v.reason, "zmq.plaintext (policy line 2) refuses ZMQ_GSSAPI_PLAINTEXT");
	assert_int_equal(pol_judge_plaintext(&allow, &v), POL_ALLOW);
}

static void what_is_not_secured_is_refused(void **state)
{
	static const struct {
		const char *endpoint;
		int type, mechanism;
		enum pol_action action;
		const char *because;
	} cases[] = {
		{"tcp://*:5555", ZMQ_REP, ZMQ_NULL, POL_DENY, "mechanism is NULL"},
		{"tcp://*:5555", ZMQ_REP, ZMQ_PLAIN, POL_DENY, "PLAIN, which encrypts nothing"},
		{"tcp://*:5555", ZMQ_REP, -1, POL_DENY, "not known"},
		{"tcp://*:5555", ZMQ_REP, 77, POL_DENY, "not known"},
		{"tcp://*:5555", ZMQ_REP, ZMQ_CURVE, POL_ALLOW, NULL},
		{"tcp://*:5555", -1, ZMQ_GSSAPI, POL_ALLOW, NULL},
		{"ipc:///run/x", ZMQ_REP, ZMQ_NULL, POL_DENY, "mechanism is NULL"},
		{"ipc:///run/x", ZMQ_REP, ZMQ_CURVE, POL_ALLOW, NULL},
		{"tipc://{1,1}", ZMQ_REP, ZMQ_CURVE, POL_ALLOW, NULL},
		{"tcp://*:5555", ZMQ_STREAM, ZMQ_CURVE, POL_DENY, "STREAM"},
		{"udp://*:5555", ZMQ_DGRAM_TYPE, ZMQ_CURVE, POL_DENY, "this transport has no"},
		{"pgm://eth0;239.1.1.1:1", ZMQ_PUB, ZMQ_CURVE, POL_DENY, "this transport has no"},
		{"epgm://eth0;239.1.1.1:1", ZMQ_PUB, ZMQ_GSSAPI, POL_DENY, "this transport has no"},
		{"norm://1.2.3.4:1", ZMQ_PUB, ZMQ_GSSAPI, POL_DENY, "this transport has no"},
		{"ws://*:5555", ZMQ_REP, ZMQ_CURVE, POL_ALLOW, NULL},
		{"ws://*:5555", ZMQ_REP, ZMQ_GSSAPI, POL_DENY, "cannot carry GSSAPI"},
		{"new://*:5555", ZMQ_REP, ZMQ_CURVE, POL_DENY, "this transport has no"},
		{"", ZMQ_REP, ZMQ_CURVE, POL_DENY, "this transport has no"},
		{NULL, ZMQ_REP, ZMQ_CURVE, POL_DENY, "this transport has no"},
		{"inproc://x", ZMQ_REP, ZMQ_NULL, POL_ALLOW, NULL},
		{"inproc://x", ZMQ_STREAM, -1, POL_ALLOW, NULL},
	};
	struct pol pol = policy("zmq: {unsecured: refuse}"), lenient = policy("zmq: {unsecured: allow}");
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (enum pol_way way = POL_BIND; way <= POL_CONNECT; way++) {
			assert_int_equal(
				at(&pol, way, cases[i].endpoint, cases[i].type, cases[i].mechanism, &v),
				cases[i].action);
			if (cases[i].because && !strstr(v.reason, cases[i].because))
				fail_msg("case %zu: %s", i, v.reason);
			assert_int_equal(
				at(&lenient, way, cases[i].endpoint, cases[i].type, cases[i].mechanism, &v),
				POL_ALLOW);
		}
	}
}

static void a_raw_router_is_not_secured_by_its_mechanism(void **state)
{
	struct pol pol = policy("zmq: {unsecured: refuse, inject: [{bind: '*'}]}");
	struct pol_endpoint facts = {POL_BIND, "tcp://*:1", ZMQ_ROUTER, ZMQ_CURVE, 1};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_DENY);
	assert_non_null(strstr(v.reason, "ROUTER_RAW"));
	facts.mechanism = ZMQ_NULL;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_DENY);
	facts.raw = 0;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_INJECT);
}

static void unsecured_endpoints_that_are_listed_pass(void **state)
{
	struct pol pol = policy(
		"zmq:\n  unsecured: refuse\n  unsecured-ok: ['ipc://*', 'udp://239.*:*', 'tcp://[::1]:*']\n");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(at(&pol, POL_BIND, "ipc:///run/x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_string_equal(v.rule, "zmq.unsecured-ok");
	assert_int_equal(v.line, 4);
	assert_int_equal(at(&pol, POL_BIND, "udp://239.1.2.3:9", ZMQ_DGRAM_TYPE, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://[::1]:9", ZMQ_REP, ZMQ_PLAIN, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "tcp://1:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_string_equal(v.rule, "zmq.unsecured");
	assert_int_equal(v.line, 3);
	assert_string_equal(
		v.reason,
		"zmq.unsecured (policy line 3) refuses to bind tcp://1:9: the socket's mechanism is NULL");
}

#define INJECT                                                                                               \
	"zmq:\n"                                                                                             \
	"  unsecured: refuse\n"                                                                              \
	"  inject:\n"                                                                                        \
	"    - {bind: 'tcp://*:5555', principal: 'zmq@%h'}\n"                                                \
	"    - {bind: 'tcp://*', principal: 'zmq/x@R', principal-type: krb5}\n"                              \
	"    - {connect: 'tcp://db*:5555', service: 'zmq@%H', principal: alice, principal-type: user}\n"     \
	"    - {connect: 'ipc://*', service: zmq/h@R, service-type: krb5}\n"                                 \
	"    - {bind: '*'}\n"

static void injection_takes_the_first_rule_of_its_way(void **state)
{
	struct pol pol = policy(INJECT);
	struct pol_verdict v;

	(void)state;
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_string_equal(v.inject.principal, "zmq@%h");
	assert_int_equal(v.inject.principal_type, POL_NT_HOSTBASED);
	assert_null(v.inject.service);
	assert_string_equal(v.rule, "zmq.inject");
	assert_int_equal(v.line, 5);
	assert_int_equal(at(&pol, POL_BIND, "tcp://eth0:5556", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_string_equal(v.inject.principal, "zmq/x@R");
	assert_int_equal(v.inject.principal_type, POL_NT_KRB5_PRINCIPAL);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://db1:5555", ZMQ_REQ, ZMQ_NULL, &v), POL_INJECT);
	assert_string_equal(v.inject.service, "zmq@%H");
	assert_string_equal(v.inject.principal, "alice");
	assert_int_equal(v.inject.principal_type, POL_NT_USER_NAME);
	assert_int_equal(v.line, 7);
	assert_int_equal(at(&pol, POL_CONNECT, "ipc:///x", ZMQ_REQ, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(v.inject.service_type, POL_NT_KRB5_PRINCIPAL);
	assert_null(v.inject.principal);
	assert_int_equal(at(&pol, POL_BIND, "ipc:///x", ZMQ_PULL, ZMQ_NULL, &v), POL_INJECT);
	assert_null(v.inject.principal);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://other:5555", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
}

static void injection_leaves_alone_what_it_cannot_or_must_not_touch(void **state)
{
	struct pol pol = policy(INJECT);
	struct pol_verdict v;

	(void)state;
	/* the program's own choice: secured, or refused as it is */
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_GSSAPI, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, -1, &v), POL_DENY);
	/* nowhere to put it, although bind: '*' matches */
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:5555", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "udp://*:5555", ZMQ_DGRAM_TYPE, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "ws://*:5555", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "inproc://x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
}

static void audit_mode_marks_refusals_and_still_injects(void **state)
{
	struct pol pol = policy("mode: audit\ngss: {delegation: strip, peers: {allow: [a@X]}}\n"
				"zmq: {unsecured: refuse, plaintext: refuse, inject: [{bind: 'tcp://*'}]}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_enforces(&pol), 0);
	assert_int_equal(peer(&pol, "b@X", &v), POL_DENY);
	assert_int_equal(v.audit, 1);
	assert_int_equal(peer(&pol, "a@X", &v), POL_ALLOW);
	assert_int_equal(v.audit, 0);
	assert_int_equal(delegation(&pol, POL_INITIATOR, &v), POL_CHANGE);
	assert_int_equal(v.audit, 1);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_DENY);
	assert_int_equal(v.audit, 1);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(v.audit, 0);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://x:1", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(v.audit, 1);
}

static void enforcing_is_the_default_and_leaves_no_audit_mark(void **state)
{
	struct pol by_default = policy("gss: {delegation: refuse}");
	struct pol asked = policy("mode: enforce\ngss: {delegation: refuse}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_enforces(&by_default), 1);
	assert_int_equal(pol_enforces(&asked), 1);
	assert_int_equal(delegation(&asked, POL_INITIATOR, &v), POL_DENY);
	assert_int_equal(v.audit, 0);
}

static void capture_names_the_levels_of_a_trace(void **state)
{
	static const char *const names[] = TR_LEVEL_NAMES;
	char text[40];

	(void)state;
	for (int i = TR_LEVEL_OFF; i <= TR_LEVEL_PAYLOAD; i++) {
		struct pol pol;

		snprintf(text, sizeof(text), "capture: %s", names[i]);
		pol = policy(text);
		assert_int_equal(pol_capture(&pol), i);
	}
}

static void all_repairs_are_made_unless_the_policy_names_some(void **state)
{
	static const struct {
		const char *text;
		unsigned repairs;
	} cases[] = {
		{"", 63},
		{"mode: audit", 63},
		{"zmq: {repairs: all}", 63},
		{"zmq: {repairs: none}", 0},
		{"zmq: {repairs: []}", 0},
		{"zmq: {repairs: [zap]}", POL_REPAIR_ZAP},
		{"zmq: {repairs: [leak]}", POL_REPAIR_LEAK},
		{"zmq: {repairs: [subscriptions]}", POL_REPAIR_SUBSCRIPTIONS},
		{"zmq: {repairs: [abort]}", POL_REPAIR_ABORT},
		{"zmq: {repairs: [credentials]}", POL_REPAIR_CREDENTIALS},
		{"zmq: {repairs: [handshake]}", POL_REPAIR_HANDSHAKE},
		{"zmq: {repairs: [abort, zap]}", POL_REPAIR_ABORT | POL_REPAIR_ZAP},
		{"zmq: {repairs: [handshake, credentials, abort, subscriptions, leak, zap]}", POL_REPAIR_ALL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pol pol = policy(cases[i].text);

		if (pol_repairs(&pol) != cases[i].repairs)
			fail_msg("%s: %#x", cases[i].text, pol_repairs(&pol));
	}
}

static void tickets_are_fetched_ahead_only_when_asked_for(void **state)
{
	struct pol no = policy("zmq: {prefetch: no}"), yes = policy("zmq: {prefetch: yes}"),
		   absent = policy("zmq: {repairs: all}");

	(void)state;
	assert_int_equal(pol_prefetch(&no), 0);
	assert_int_equal(pol_prefetch(&yes), 1);
	assert_int_equal(pol_prefetch(&absent), 0);
}

static void a_policy_says_what_it_has_rules_for(void **state)
{
	static const struct {
		const char *text;
		int injects, judges_peers;
	} cases[] = {
		{"", 0, 0},
		{"mode: audit", 0, 0},
		{"zmq: {unsecured: refuse, prefetch: yes}", 0, 0},
		{"zmq: {inject: []}", 0, 0},
		{"zmq: {inject: [{bind: 'tcp://*:1'}]}", 1, 0},
		{"zmq: {inject: [{connect: 'tcp://*:1', service: x, phase: report}]}", 1, 0},
		{"mode: audit\nzmq: {inject: [{bind: '*'}]}", 1, 0},
		{"gss: {delegation: refuse}", 0, 0},
		{"gss: {peers: {allow: [alice@X]}}", 0, 1},
		{"gss: {peers: {deny: [mallory@X]}}", 0, 1},
		{"gss: {peers: {allow: [], deny: [x@X]}}", 0, 1},
		{"gss: {peers: {allow: []}}", 0, 1}, /* which lets nobody pass */
		{"mode: audit\ngss: {peers: {allow: [alice@X]}}\nzmq: {inject: [{bind: '*'}]}", 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pol pol = policy(cases[i].text);

		if (pol_injects(&pol) != cases[i].injects || pol_judges_peers(&pol) != cases[i].judges_peers)
			fail_msg("%s: %d, %d", cases[i].text, pol_injects(&pol), pol_judges_peers(&pol));
	}
}

#define MIGRATE                                                                                              \
	"zmq:\n"                                                                                             \
	"  unsecured: refuse\n"                                                                              \
	"  inject:\n"                                                                                        \
	"    - {bind: 'tcp://*:1', principal: 'zmq@%h', migrate: 'tcp://%H:11', phase: report}\n"            \
	"    - {bind: 'tcp://*:2', migrate: 'tcp://%H:12', phase: require}\n"                                \
	"    - {bind: 'tcp://*:3', migrate: 'ipc:///run/x'}\n"                                               \
	"    - {bind: 'tcp://*:4'}\n"                                                                        \
	"    - {connect: 'tcp://db:*', service: 'zmq@%H', migrate: 'tcp://%H:11'}\n"                         \
	"    - {connect: 'tcp://*:1', service: 'zmq@%H', migrate: 'tcp://%H:11', phase: report}\n"           \
	"    - {connect: 'tcp://a:2', service: 'zmq@%H', migrate: 'tcp://a:12', phase: report}\n"            \
	"    - {connect: 'tcp://a:3', service: 'zmq@%H', phase: report}\n"                                   \
	"    - {connect: 'ipc:///run/*', service: 'zmq@%h', phase: report}\n"                                \
	"    - {connect: 'tcp://a:4', service: 'zmq@%H', phase: require}\n"                                  \
	"    - {connect: 'tcp://*:5', service: 'zmq@%H', migrate: 'tcp://b:15', phase: require}\n"

#define OR_WITHOUT ", and goes without where that fails"

/* What comes of each rule of MIGRATE. */
static const struct migration {
	enum pol_way way;
	uint32_t line;
	enum pol_phase phase;
	const char *endpoint, *migrate; /* NULL: it stays where it is */
	const char *does;		/* the reason, after the rule and its line */
} migrations[] = {
	{POL_BIND, 5, POL_PHASE_REPORT, "tcp://*:1", "tcp://%H:11",
	 "leaves unsecured tcp://*:1 and serves GSSAPI at tcp://%H:11"},
	{POL_BIND, 6, POL_PHASE_REQUIRE, "tcp://*:2", "tcp://%H:12",
	 "sets GSSAPI for tcp://*:2 and at tcp://%H:12"},
	{POL_BIND, 7, POL_PHASE_REQUIRE, "tcp://*:3", "ipc:///run/x",
	 "sets GSSAPI for tcp://*:3 and at ipc:///run/x"},
	{POL_BIND, 8, POL_PHASE_REQUIRE, "tcp://*:4", NULL, "sets GSSAPI for tcp://*:4"},
	{POL_CONNECT, 9, POL_PHASE_REQUIRE, "tcp://db:1", "tcp://%H:11",
	 "sets GSSAPI for tcp://db:1, which is reached at tcp://%H:11"},
	{POL_CONNECT, 10, POL_PHASE_REPORT, "tcp://a:1", "tcp://%H:11",
	 "tries GSSAPI for tcp://a:1, which is reached at tcp://%H:11" OR_WITHOUT},
	{POL_CONNECT, 11, POL_PHASE_REPORT, "tcp://a:2", "tcp://a:12",
	 "tries GSSAPI for tcp://a:2, which is reached at tcp://a:12" OR_WITHOUT},
	{POL_CONNECT, 12, POL_PHASE_REPORT, "tcp://a:3", NULL, "tries GSSAPI for tcp://a:3" OR_WITHOUT},
	{POL_CONNECT, 13, POL_PHASE_REPORT, "ipc:///run/x", NULL, "tries GSSAPI for ipc:///run/x" OR_WITHOUT},
	{POL_CONNECT, 14, POL_PHASE_REQUIRE, "tcp://a:4", NULL, "sets GSSAPI for tcp://a:4"},
	{POL_CONNECT, 15, POL_PHASE_REQUIRE, "tcp://a:5", "tcp://b:15",
	 "sets GSSAPI for tcp://a:5, which is reached at tcp://b:15"},
};

#define MIGRATIONS (sizeof(migrations) / sizeof(*migrations))

static void assert_migrates(const struct pol *pol, const struct migration *expected)
{
	struct pol_verdict v;
	char reason[sizeof(v.reason)];

	assert_int_equal(at(pol, expected->way, expected->endpoint, ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_string_equal(v.rule, "zmq.inject");
	if (expected->migrate)
		assert_string_equal(v.inject.migrate, expected->migrate);
	else
		assert_null(v.inject.migrate);
	assert_int_equal(v.inject.phase, expected->phase);
	snprintf(reason, sizeof(reason), "zmq.inject (policy line %u) %s", expected->line, expected->does);
	assert_string_equal(v.reason, reason);
}

static void a_migrating_endpoint_says_where_to_and_in_which_phase(void **state)
{
	struct pol pol = policy(MIGRATE);

	(void)state;
	for (size_t i = 0; i < MIGRATIONS; i++)
		assert_migrates(&pol, &migrations[i]);
}

/* Who reads it must see that such a connection may be unsecured, and only such a one may say so. */
static void a_connection_that_may_go_without_says_so(void **state)
{
	struct pol pol = policy(MIGRATE);
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < MIGRATIONS; i++) {
		bool may = migrations[i].way == POL_CONNECT && migrations[i].phase == POL_PHASE_REPORT;

		at(&pol, migrations[i].way, migrations[i].endpoint, ZMQ_REP, ZMQ_NULL, &v);
		if (may != !!strstr(v.reason, OR_WITHOUT))
			fail_msg("%s: %s", migrations[i].endpoint, v.reason);
	}
}

/* What cannot be injected cannot migrate: that no one left it unsecured on purpose must not be lost. */
static void phase_report_excuses_only_what_can_be_injected(void **state)
{
	struct pol pol = policy(MIGRATE);
	struct pol_verdict v;

	(void)state;
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_BIND, "tcp://*:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, -1, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:3", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://a:9", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
}

static void a_rules_number_leads_back_to_it(void **state)
{
	struct pol pol = policy(INJECT);
	struct pol_verdict v;
	const char *rule;
	uint32_t line, n;

	(void)state;
	assert_int_equal(at(&pol, POL_CONNECT, "tcp://other:5555", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(pol_rule_number(&pol, &v), v.number);
	assert_int_equal(pol_rule_by_number(&pol, v.number, &rule, &line), 0);
	assert_string_equal(rule, v.rule);
	assert_int_equal(line, v.line);
	assert_int_equal(pol_rule_by_number(&pol, 0, &rule, &line), -1);
	assert_int_equal(pol_rule_by_number(&pol, UINT32_MAX, &rule, &line), -1);
	for (n = 1; !pol_rule_by_number(&pol, n, &rule, &line); n++)
		assert_true(line >= 1 && line <= 9);
	assert_true(n > 8);
	pol_break(&pol, "replaced");
	assert_int_equal(pol_rule_by_number(&pol, 1, &rule, &line), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_policy_allows_everything),
		cmocka_unit_test(a_broken_policy_denies_everything_judged),
		cmocka_unit_test(a_policy_without_rules_allows_everything),
		cmocka_unit_test(only_listed_peers_pass),
		cmocka_unit_test(peers_of_a_long_list_are_found_wherever_they_stand),
		cmocka_unit_test(a_name_that_is_not_known_whole_passes_no_list),
		cmocka_unit_test(unknown_and_anonymous_peers_pass_no_list),
		cmocka_unit_test(deny_wins_over_allow),
		cmocka_unit_test(an_empty_list_lets_nobody_pass),
		cmocka_unit_test(a_hostile_name_neither_overflows_nor_controls_the_terminal),
		cmocka_unit_test(delegation_is_allowed_stripped_or_refused),
		cmocka_unit_test(plaintext_is_allowed_encrypted_or_refused),
		cmocka_unit_test(what_is_not_secured_is_refused),
		cmocka_unit_test(a_raw_router_is_not_secured_by_its_mechanism),
		cmocka_unit_test(unsecured_endpoints_that_are_listed_pass),
		cmocka_unit_test(injection_takes_the_first_rule_of_its_way),
		cmocka_unit_test(injection_leaves_alone_what_it_cannot_or_must_not_touch),
		cmocka_unit_test(audit_mode_marks_refusals_and_still_injects),
		cmocka_unit_test(enforcing_is_the_default_and_leaves_no_audit_mark),
		cmocka_unit_test(capture_names_the_levels_of_a_trace),
		cmocka_unit_test(all_repairs_are_made_unless_the_policy_names_some),
		cmocka_unit_test(tickets_are_fetched_ahead_only_when_asked_for),
		cmocka_unit_test(a_policy_says_what_it_has_rules_for),
		cmocka_unit_test(a_migrating_endpoint_says_where_to_and_in_which_phase),
		cmocka_unit_test(a_connection_that_may_go_without_says_so),
		cmocka_unit_test(phase_report_excuses_only_what_can_be_injected),
		cmocka_unit_test(a_rules_number_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
