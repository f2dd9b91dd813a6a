/* SPDX-License-Identifier: MIT */
/*
 * Which endpoints a policy lets pass without security, and which get it.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zmq.h>

#define ZMQ_DGRAM_TYPE 18 /* ZMQ_DGRAM of the draft API */

static void plaintext_is_allowed_encrypted_or_refused(void **state)
{
	struct pol encrypt = judged_policy("zmq: {plaintext: encrypt}"),
		   refuse = judged_policy("zmq: {plaintext: refuse}");
	struct pol allow = judged_policy("zmq: {plaintext: allow}");
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
	struct pol pol = judged_policy("zmq: {unsecured: refuse}"),
		   lenient = judged_policy("zmq: {unsecured: allow}");
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		for (enum pol_way way = POL_BIND; way <= POL_CONNECT; way++) {
			assert_int_equal(judged_endpoint(&pol, way, cases[i].endpoint, cases[i].type,
							 cases[i].mechanism, &v),
					 cases[i].action);
			if (cases[i].because && !strstr(v.reason, cases[i].because))
				fail_msg("case %zu: %s", i, v.reason);
			assert_int_equal(judged_endpoint(&lenient, way, cases[i].endpoint, cases[i].type,
							 cases[i].mechanism, &v),
					 POL_ALLOW);
		}
	}
}

static void gssapi_without_encryption_is_unsecured_but_where_the_policy_allows_it(void **state)
{
	static const struct {
		const char *policy;
		int plaintext;
		enum pol_action action;
		int audit;
	} cases[] = {
		{"zmq: {unsecured: refuse}", 0, POL_ALLOW, 0},
		{"zmq: {unsecured: refuse}", 1, POL_DENY, 0},
		{"zmq: {unsecured: refuse}", -1, POL_DENY, 0},
		{"zmq: {unsecured: refuse, inject: [{bind: '*'}]}", 1, POL_DENY, 0},
		{"zmq: {unsecured: refuse, unsecured-ok: ['tcp://*']}", 1, POL_ALLOW, 0},
		{"zmq: {unsecured: refuse, plaintext: allow}", 1, POL_ALLOW, 0},
		{"zmq: {unsecured: refuse, plaintext: allow}", -1, POL_ALLOW, 0},
		{"zmq: {unsecured: refuse, plaintext: encrypt}", 1, POL_DENY, 0},
		{"zmq: {unsecured: refuse, plaintext: refuse}", -1, POL_DENY, 0},
		{"mode: audit\nzmq: {unsecured: refuse}", 1, POL_DENY, 1},
		/* It was told of when it was set; enforced, it would not be. */
		{"mode: audit\nzmq: {unsecured: refuse, plaintext: encrypt}", 1, POL_ALLOW, 0},
		{"mode: audit\nzmq: {unsecured: refuse, plaintext: refuse}", -1, POL_DENY, 1},
		{"zmq: {unsecured: allow}", 1, POL_ALLOW, 0},
		{"zmq: {engine: wire}", -1, POL_ALLOW, 0},
	};
	struct pol_endpoint facts = {
		.way = POL_BIND, .endpoint = "tcp://*:1", .socket_type = ZMQ_REP, .mechanism = ZMQ_GSSAPI};
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pol pol = judged_policy(cases[i].policy);

		facts.plaintext = cases[i].plaintext;
		if (pol_judge_endpoint(&pol, &facts, &v) != cases[i].action || v.audit != cases[i].audit)
			fail_msg("case %zu: %s", i, v.reason);
		if (cases[i].action == POL_DENY)
			assert_non_null(strstr(v.reason, facts.plaintext > 0 ? "GSSAPI does not encrypt"
									     : "not known whether"));
		assert_int_equal(pol_asks_gssapi(&facts), !facts.plaintext);
	}
}

static void a_raw_router_is_not_secured_by_its_mechanism(void **state)
{
	struct pol pol = judged_policy("zmq: {unsecured: refuse, inject: [{bind: '*'}]}");
	struct pol_endpoint facts = {.way = POL_BIND,
				     .endpoint = "tcp://*:1",
				     .socket_type = ZMQ_ROUTER,
				     .mechanism = ZMQ_CURVE,
				     .raw = 1};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_DENY);
	assert_non_null(strstr(v.reason, "ROUTER_RAW"));
	facts.mechanism = ZMQ_NULL;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_DENY);
	facts.raw = 0;
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_INJECT);
}

static void a_rule_that_cannot_be_kept_on_a_transport_refuses_it(void **state)
{
	static const char *const unspoken[] = {
		"tipc://{1,1}", "vmci://1:2", "vsock://1:2", "ws://*:1",
		"wss://*:1",	"udp://*:1",  "norm://*:1",  "pgm://eth0;239.1.1.1:1"};
	struct pol pol = judged_policy("zmq: {unsecured-ok: ['ws://*:2'], inject: [{bind: '*'}]}");
	struct pol report = judged_policy("zmq: {inject: [{bind: '*', phase: report}]}");
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(unspoken) / sizeof(*unspoken); i++) {
		assert_int_equal(judged_endpoint(&pol, POL_BIND, unspoken[i], ZMQ_REP, ZMQ_NULL, &v),
				 POL_DENY);
		if (!strstr(v.reason, "zmq.inject (policy line 2) secures") ||
		    !strstr(v.reason, "no GSSAPI is spoken on this transport"))
			fail_msg("%s: %s", unspoken[i], v.reason);
		assert_int_equal(judged_endpoint(&pol, POL_CONNECT, unspoken[i], ZMQ_REP, ZMQ_NULL, &v),
				 POL_ALLOW);
		assert_int_equal(judged_endpoint(&report, POL_BIND, unspoken[i], ZMQ_REP, ZMQ_NULL, &v),
				 POL_ALLOW);
	}
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "ws://*:1", ZMQ_REP, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "ws://*:2", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "inproc://x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
}

static void unsecured_endpoints_that_are_listed_pass(void **state)
{
	struct pol pol = judged_policy(
		"zmq:\n  unsecured: refuse\n  unsecured-ok: ['ipc://*', 'udp://239.*:*', 'tcp://[::1]:*']\n");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "ipc:///run/x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_string_equal(v.rule, "zmq.unsecured-ok");
	assert_int_equal(v.line, 4);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "udp://239.1.2.3:9", ZMQ_DGRAM_TYPE, ZMQ_NULL, &v),
			 POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://[::1]:9", ZMQ_REP, ZMQ_PLAIN, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://1:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
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
	struct pol pol = judged_policy(INJECT);
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_string_equal(v.inject.principal, "zmq@%h");
	assert_int_equal(v.inject.principal_type, POL_NT_HOSTBASED);
	assert_null(v.inject.service);
	assert_string_equal(v.rule, "zmq.inject");
	assert_int_equal(v.line, 5);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://eth0:5556", ZMQ_REP, ZMQ_NULL, &v),
			 POL_INJECT);
	assert_string_equal(v.inject.principal, "zmq/x@R");
	assert_int_equal(v.inject.principal_type, POL_NT_KRB5_PRINCIPAL);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://db1:5555", ZMQ_REQ, ZMQ_NULL, &v),
			 POL_INJECT);
	assert_string_equal(v.inject.service, "zmq@%H");
	assert_string_equal(v.inject.principal, "alice");
	assert_int_equal(v.inject.principal_type, POL_NT_USER_NAME);
	assert_int_equal(v.line, 7);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "ipc:///x", ZMQ_REQ, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(v.inject.service_type, POL_NT_KRB5_PRINCIPAL);
	assert_null(v.inject.principal);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "ipc:///x", ZMQ_PULL, ZMQ_NULL, &v), POL_INJECT);
	assert_null(v.inject.principal);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://other:5555", ZMQ_REQ, ZMQ_NULL, &v),
			 POL_DENY);
}

static void injection_leaves_alone_what_it_cannot_or_must_not_touch(void **state)
{
	struct pol pol = judged_policy(INJECT);
	struct pol_verdict v;

	(void)state;
	/* the program's own choice: secured, or refused as it is */
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_GSSAPI, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_REP, -1, &v), POL_DENY);
	/* nowhere to put it, although bind: '*' matches */
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:5555", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "udp://*:5555", ZMQ_DGRAM_TYPE, ZMQ_NULL, &v),
			 POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "ws://*:5555", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "inproc://x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
}

static void a_rules_number_leads_back_to_it(void **state)
{
	struct pol pol = judged_policy(INJECT);
	struct pol_verdict v;
	const char *rule;
	uint32_t line, n;

	(void)state;
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://other:5555", ZMQ_REQ, ZMQ_NULL, &v),
			 POL_DENY);
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
		cmocka_unit_test(plaintext_is_allowed_encrypted_or_refused),
		cmocka_unit_test(what_is_not_secured_is_refused),
		cmocka_unit_test(gssapi_without_encryption_is_unsecured_but_where_the_policy_allows_it),
		cmocka_unit_test(a_raw_router_is_not_secured_by_its_mechanism),
		cmocka_unit_test(a_rule_that_cannot_be_kept_on_a_transport_refuses_it),
		cmocka_unit_test(unsecured_endpoints_that_are_listed_pass),
		cmocka_unit_test(injection_takes_the_first_rule_of_its_way),
		cmocka_unit_test(injection_leaves_alone_what_it_cannot_or_must_not_touch),
		cmocka_unit_test(a_rules_number_leads_back_to_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
