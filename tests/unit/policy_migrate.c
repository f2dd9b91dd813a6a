/* SPDX-License-Identifier: MIT */
/*
 * What a policy says of endpoints that migrate: where to, in which phase, and in which words.
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

	assert_int_equal(judged_endpoint(pol, expected->way, expected->endpoint, ZMQ_REP, ZMQ_NULL, &v),
			 POL_INJECT);
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
	struct pol pol = judged_policy(MIGRATE);

	(void)state;
	for (size_t i = 0; i < MIGRATIONS; i++)
		assert_migrates(&pol, &migrations[i]);
}

/* Who reads it must see that such a connection may be unsecured, and only such a one may say so. */
static void a_connection_that_may_go_without_says_so(void **state)
{
	struct pol pol = judged_policy(MIGRATE);
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < MIGRATIONS; i++) {
		bool may = migrations[i].way == POL_CONNECT && migrations[i].phase == POL_PHASE_REPORT;

		judged_endpoint(&pol, migrations[i].way, migrations[i].endpoint, ZMQ_REP, ZMQ_NULL, &v);
		if (may != !!strstr(v.reason, OR_WITHOUT))
			fail_msg("%s: %s", migrations[i].endpoint, v.reason);
	}
}

/* What cannot be injected cannot migrate: that no one left it unsecured on purpose must not be lost. */
static void phase_report_excuses_only_what_can_be_injected(void **state)
{
	struct pol pol = judged_policy(MIGRATE);
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:1", ZMQ_REP, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_BIND, "tcp://*:9", ZMQ_REP, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_NULL, &v), POL_INJECT);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_PLAIN, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, -1, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:3", ZMQ_STREAM, ZMQ_NULL, &v), POL_DENY);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:3", ZMQ_REQ, ZMQ_CURVE, &v), POL_ALLOW);
	assert_int_equal(judged_endpoint(&pol, POL_CONNECT, "tcp://a:9", ZMQ_REQ, ZMQ_NULL, &v), POL_DENY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_migrating_endpoint_says_where_to_and_in_which_phase),
		cmocka_unit_test(a_connection_that_may_go_without_says_so),
		cmocka_unit_test(phase_report_excuses_only_what_can_be_injected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
