/* SPDX-License-Identifier: MIT */
/*
 * Judgements that are about a policy as a whole: there is none, it is broken, it audits, what it has rules
 * for. By topic: policy_peers.c, policy_endpoints.c.
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

#include "trace/format.h"

static void no_policy_allows_everything(void **state)
{
	struct pol pol = {.state = POL_NONE};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_peer(&pol, NULL, &v), POL_ALLOW);
	assert_null(v.rule);
	assert_int_equal(judged_delegation(&pol, POL_INITIATOR, &v), POL_ALLOW);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(pol_enforces(&pol), 0);
	assert_int_equal(pol_capture(&pol), -1);
	assert_int_equal(pol_serves_own(&pol), 0);
	assert_int_equal(pol_injects(&pol), 0);
	assert_int_equal(pol_judges_peers(&pol), 0);
}

static void a_broken_policy_denies_everything_judged(void **state)
{
	struct pol pol = {0};
	struct pol_verdict v;

	(void)state;
	pol_break(&pol, "cannot open it");
	assert_int_equal(judged_peer(&pol, "alice@EXAMPLE.ORG", &v), POL_DENY);
	assert_string_equal(v.rule, "policy");
	assert_int_equal(v.number, 0);
	assert_int_equal(v.audit, 0);
	assert_non_null(strstr(v.reason, "cannot open it"));
	assert_int_equal(judged_delegation(&pol, POL_INITIATOR, &v), POL_DENY);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_CURVE, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "inproc://x", ZMQ_REP, ZMQ_NULL, &v), POL_ALLOW);
	assert_int_equal(pol_enforces(&pol), 1);
	assert_int_equal(pol_serves_own(&pol), 0);
	assert_int_equal(pol_injects(&pol), 0);
	assert_int_equal(pol_judges_peers(&pol), 1);
}

static void a_policy_without_rules_allows_everything(void **state)
{
	struct pol pol = judged_policy("");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_peer(&pol, NULL, &v), POL_ALLOW);
	assert_int_equal(judged_delegation(&pol, POL_ACCEPTOR, &v), POL_ALLOW);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "udp://x:1", ZMQ_DEALER, ZMQ_NULL, &v),
			 POL_ALLOW);
	assert_null(v.rule);
	assert_int_equal(pol_enforces(&pol), 1);
	assert_int_equal(pol_capture(&pol), -1);
}

static void audit_mode_marks_refusals_and_still_injects(void **state)
{
	struct pol pol =
		judged_policy("mode: audit\ngss: {delegation: strip, peers: {allow: [a@X]}}\n"
			      "zmq: {unsecured: refuse, plaintext: refuse, inject: [{bind: 'tcp://*'}]}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_enforces(&pol), 0);
	assert_int_equal(judged_peer(&pol, "b@X", &v), POL_DENY);
	assert_int_equal(v.audit, 1);
	assert_int_equal(judged_peer(&pol, "a@X", &v), POL_ALLOW);
	assert_int_equal(v.audit, 0);
	assert_int_equal(judged_delegation(&pol, POL_INITIATOR, &v), POL_CHANGE);
	assert_int_equal(v.audit, 1);
	assert_int_equal(pol_judge_plaintext(&pol, &v), POL_DENY);
	assert_int_equal(v.audit, 1);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(v.audit, 0);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://x:1", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(v.audit, 1);
}

static void enforcing_is_the_default_and_leaves_no_audit_mark(void **state)
{
	struct pol by_default = judged_policy("gss: {delegation: refuse}");
	struct pol asked = judged_policy("mode: enforce\ngss: {delegation: refuse}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_enforces(&by_default), 1);
	assert_int_equal(pol_enforces(&asked), 1);
	assert_int_equal(judged_delegation(&asked, POL_INITIATOR, &v), POL_DENY);
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
		pol = judged_policy(text);
		assert_int_equal(pol_capture(&pol), i);
	}
}

static void programs_with_gssapi_of_their_own_are_served_where_zeromq_is_spoken_of(void **state)
{
	static const struct {
		const char *text;
		int serves;
	} cases[] = {
		{"", 0},
		{"gss: {delegation: refuse}", 0},
		{"zmq: {unsecured: allow}", 1},
		{"mode: audit\nzmq: {engine: wire}", 1},
		{"zmq: {engine: libzmq}", 0},
		{"zmq: {engine: libzmq, inject: [{bind: '*'}]}", 0},
		{"zmq: {inject: [{bind: '*'}]}", 1},
		/* Keywords that are no more. */
		{"zmq: {repairs: all}", 1},
		{"zmq: {repairs: [leak], engine: libzmq}", 0},
		{"zmq: {repairs: none}", 0},
		{"zmq: {prefetch: yes}", 1},
		{"zmq: {prefetch: no}", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pol pol = judged_policy(cases[i].text);

		if (pol_serves_own(&pol) != cases[i].serves)
			fail_msg("%s", cases[i].text);
	}
}

static void a_policy_says_what_it_has_rules_for(void **state)
{
	static const struct {
		const char *text;
		int injects, judges_peers;
		unsigned families;
	} cases[] = {
		{"", 0, 0, 0},
		{"mode: audit", 0, 0, 0},
		{"zmq: {unsecured: refuse, accelerate: yes}", 0, 0, POL_FAMILY_ZMQ},
		{"zmq: {inject: []}", 0, 0, 0},
		{"zmq: {inject: [{bind: 'tcp://*:1'}]}", 1, 0, POL_FAMILY_ZMQ},
		{"zmq: {inject: [{connect: 'tcp://*:1', service: x, phase: report}]}", 1, 0, POL_FAMILY_ZMQ},
		{"mode: audit\nzmq: {inject: [{bind: '*'}]}", 1, 0, POL_FAMILY_ZMQ},
		{"gss: {delegation: refuse}", 0, 0, POL_FAMILY_GSS},
		{"gss: {peers: {allow: [alice@X]}}", 0, 1, POL_FAMILY_GSS},
		{"gss: {peers: {deny: [mallory@X]}}", 0, 1, POL_FAMILY_GSS},
		{"gss: {peers: {allow: [], deny: [x@X]}}", 0, 1, POL_FAMILY_GSS},
		{"gss: {peers: {allow: []}}", 0, 1, POL_FAMILY_GSS}, /* which lets nobody pass */
		{"mode: audit\ngss: {peers: {allow: [alice@X]}}\nzmq: {inject: [{bind: '*'}]}", 1, 1,
		 POL_FAMILY_GSS | POL_FAMILY_ZMQ},
		{"gss: {delegation: allow}\nzmq: {unsecured: allow, plaintext: allow}", 0, 0, 0},
		{"zmq: {plaintext: encrypt}", 0, 0, POL_FAMILY_ZMQ},
		{"zmq: {engine: wire}", 0, 0, POL_FAMILY_ZMQ},
		{"zmq: {engine: libzmq}", 0, 0, 0},
		{"zmq: {unsecured-ok: ['tcp://*:1']}", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pol pol = judged_policy(cases[i].text);

		if (pol_injects(&pol) != cases[i].injects ||
		    pol_judges_peers(&pol) != cases[i].judges_peers ||
		    pol_families(&pol) != cases[i].families)
			fail_msg("%s: %d, %d, %u", cases[i].text, pol_injects(&pol), pol_judges_peers(&pol),
				 pol_families(&pol));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_policy_allows_everything),
		cmocka_unit_test(a_broken_policy_denies_everything_judged),
		cmocka_unit_test(a_policy_without_rules_allows_everything),
		cmocka_unit_test(audit_mode_marks_refusals_and_still_injects),
		cmocka_unit_test(enforcing_is_the_default_and_leaves_no_audit_mark),
		cmocka_unit_test(capture_names_the_levels_of_a_trace),
		cmocka_unit_test(programs_with_gssapi_of_their_own_are_served_where_zeromq_is_spoken_of),
		cmocka_unit_test(a_policy_says_what_it_has_rules_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
