/* SPDX-License-Identifier: MIT */
/*
 * zmq.auth: which addresses are in which networks, and what a rule says of a peer by itself.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void addresses_are_numbers(void **state)
{
	static const struct {
		const char *pattern, *address;
		int matches;
	} cases[] = {
		{"10.0.0.7", "10.0.0.7", 1},
		{"10.0.0.7", "10.0.0.70", 0},
		{"10.0.0.0/8", "10.200.1.2", 1},
		{"10.0.0.0/8", "11.0.0.1", 0},
		{"10.0.0.0/9", "10.128.0.1", 0},
		{"0.0.0.0/0", "192.0.2.1", 1},
		{"0.0.0.0/0", "2001:db8::1", 0},
		{"10.0.0.0/8", "::ffff:10.1.1.1", 1},
		{"::ffff:10.0.0.0/104", "10.1.1.1", 1},
		{"::ffff:a00:1", "10.0.0.1", 1},
		{"::/0", "10.0.0.1", 0},
		{"::/0", "2001:db8::1", 1},
		{"2001:db8::/32", "2001:DB8:0::7", 1},
		{"2001:db8::/33", "2001:db8:8000::7", 0},
		{"fe80::1", "fe80::1%eth0", 1},
		{"::1", "127.0.0.1", 0},
		{"all", "10.0.0.1", 1},
		{"all", "localhost:1:2:3", 1},
		{"all", "", 0},
		{"10.0.0.1", "", 0},
		{"10.0.0.1", "10.0.0.1 ", 0},
		{"ipc", "localhost:1000:100:77", 1},
		{"ipc", "127.0.0.1", 0},
		{"ipc:uid=1000", "localhost:1000:100:77", 1},
		{"ipc:uid=100", "localhost:1000:100:77", 0},
		{"ipc:gid=100", "localhost:1000:100:77", 1},
		{"ipc:gid=77", "localhost:1000:100:77", 0},
		{"ipc:uid=1000", "localhost:", 0},
		{"ipc:gid=1000", "localhost:1000", 0},
		{"ipc:uid=1000", "127.0.0.1:1000:1:1", 0},
		{"0.0.0.0/0", "localhost:1000:100:77", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(pol_is_address(cases[i].pattern));
		if (pol_match_address(cases[i].pattern, cases[i].address) != cases[i].matches)
			fail_msg("%s and %s", cases[i].pattern, cases[i].address);
	}
}

static void what_is_no_address_is_seen(void **state)
{
	static const char *const none[] = {"",	     "10.0.0",	  "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1",
					   "::/129", "localhost", "ipc:",	 "ipc:uid=",  "ipc:uid=-1",
					   "ipcx",   "10.0.0.*",  "10.0.0.0/8/9"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (pol_is_address(none[i]))
			fail_msg("%s is an address", none[i]);
	assert_true(pol_address_is_loose("10.0.0.1/8"));
	assert_true(pol_address_is_loose("2001:db8::1/64"));
	assert_false(pol_address_is_loose("10.0.0.0/8"));
	assert_false(pol_address_is_loose("10.0.0.1"));
	assert_false(pol_address_is_loose("::/0"));
}

static struct pol_verdict verdict;
static const struct pol_groups *groups; /* of the peer */

static enum pol_action judged(const struct pol *pol, const char *endpoint, const char *domain,
			      const char *address, const char *mechanism, const char *principal)
{
	struct pol_visitor visitor = {domain, address, mechanism, principal, groups};

	return pol_judge_visitor(pol, pol_auth_rule(pol, POL_BIND, endpoint, domain), &visitor, &verdict);
}

static void the_first_rule_for_domain_and_endpoint_decides(void **state)
{
	struct pol pol = judged_policy("zmq:\n"
				       "  auth:\n"
				       "    - {domain: 'adm*', bind: 'tcp://*:1', deny: [10.0.0.1]}\n"
				       "    - {domain: admin, deny: [10.0.0.2]}\n"
				       "    - {domain: admin}\n");

	(void)state;
	assert_int_equal(judged(&pol, "tcp://h:1", "admin", "10.0.0.1", "NULL", NULL), POL_DENY);
	assert_string_equal(verdict.rule, "zmq.auth.deny");
	assert_int_equal(verdict.line, 4);
	assert_int_equal(judged(&pol, "tcp://h:1", "admin", "10.0.0.2", "NULL", NULL), POL_ALLOW);
	assert_string_equal(verdict.rule, "zmq.auth");
	assert_int_equal(judged(&pol, "tcp://h:2", "admin", "10.0.0.2", "NULL", NULL), POL_DENY);
	assert_int_equal(verdict.line, 5);
	assert_int_equal(judged(&pol, "tcp://h:2", "", "10.0.0.9", "NULL", NULL), POL_DENY);
	assert_int_equal(verdict.line, 3);
	assert_int_equal(pol_auth_rule(&pol, POL_CONNECT, "tcp://h:1", "adm"), 0);
	assert_true(pol_auth_rule(&pol, POL_CONNECT, "tcp://h:1", "admin") > 0);
}

static void a_mechanism_needs_what_proves_it(void **state)
{
	struct pol pol =
		judged_policy("zmq: {auth: [{domain: none}, {plain: /u, curve: any, gssapi: ['a@R'], "
			      "user-id: key}]}");

	(void)state;
	assert_int_equal(judged(&pol, "", "none", "1.1.1.1", "NULL", NULL), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "none", "1.1.1.1", "PLAIN", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "none", "1.1.1.1", "CURVE", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "none", "1.1.1.1", "FUTURE", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "none", "1.1.1.1", "GSSAPI", "b@R"), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "PLAIN", NULL), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "CURVE", NULL), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "GSSAPI", "a@R"), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "GSSAPI", "b@R"), POL_DENY);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "GSSAPI", NULL), POL_DENY);
	assert_null(pol_auth_proof(&pol, pol_auth_rule(&pol, POL_BIND, "", "")).user_id);
	assert_string_equal(pol_auth_proof(&pol, pol_auth_rule(&pol, POL_BIND, "", "")).plain, "/u");
	assert_null(pol_auth_proof(&pol, 1000).plain);
}

static bool of_staff(const struct pol_groups *of, const char *attribute, size_t length,
		     bool (*visit)(void *context, const char *text, bool idle), void *context)
{
	(void)of;
	if (!strncmp("S-1-5-21-1-2-3-512", attribute, length))
		visit(context, "S-1-5-21-1-2-3-512", false);
	return true;
}

static void who_is_in_a_listed_group_comes_in(void **state)
{
	static const struct pol_groups staff = {.each = of_staff};
	struct pol pol =
		judged_policy("zmq:\n"
			      "  auth:\n"
			      "    - {domain: staff, gssapi-groups: [S-1-5-21-1-2-3-512]}\n"
			      "    - {domain: more, gssapi: ['b@R'], gssapi-groups: ['S-1-5-21-1-2-3-512']}\n"
			      "    - {gssapi-groups: [S-1-5-21-1-2-3-513, auth-indicators=strong]}\n");

	(void)state;
	assert_true(pol_authenticates_groups(&pol));
	assert_int_equal(judged(&pol, "", "staff", "1.1.1.1", "GSSAPI", "a@R"), POL_DENY);
	assert_string_equal(verdict.rule, "zmq.auth.gssapi-groups");
	assert_non_null(strstr(verdict.reason, "it is not known which are those of the principal"));
	assert_int_equal(judged(&pol, "", "more", "1.1.1.1", "GSSAPI", "b@R"), POL_ALLOW);
	groups = &staff;
	assert_int_equal(judged(&pol, "", "staff", "1.1.1.1", "GSSAPI", "a@R"), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "staff", "1.1.1.1", "GSSAPI", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "more", "1.1.1.1", "GSSAPI", "a@R"), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "more", "1.1.1.1", "GSSAPI", "b@R"), POL_ALLOW);
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "GSSAPI", "a@R"), POL_DENY);
	assert_string_equal(verdict.reason,
			    "zmq.auth.gssapi-groups (policy line 6) lists no group of the principal \"a@R\"");
	groups = NULL;
}

static void who_is_not_known_is_in_no_list(void **state)
{
	struct pol pol =
		judged_policy("zmq: {auth: [{domain: a, allow: [all]}, {domain: d, deny: [10.0.0.1]}, {}]}");

	(void)state;
	assert_int_equal(judged(&pol, "", "a", "", "NULL", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "d", "", "NULL", NULL), POL_DENY);
	assert_int_equal(judged(&pol, "", "", "", "NULL", NULL), POL_ALLOW);
}

static void calls_are_wanted_and_addresses_do_not_do(void **state)
{
	struct pol pol = judged_policy("zmq: {auth: []}");

	(void)state;
	assert_int_equal(pol_families(&pol), POL_FAMILY_ZMQ);
	assert_false(pol_by_address(&pol));
	assert_int_equal(judged(&pol, "", "", "1.1.1.1", "NULL", NULL), POL_DENY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_numbers),
		cmocka_unit_test(what_is_no_address_is_seen),
		cmocka_unit_test(the_first_rule_for_domain_and_endpoint_decides),
		cmocka_unit_test(a_mechanism_needs_what_proves_it),
		cmocka_unit_test(who_is_in_a_listed_group_comes_in),
		cmocka_unit_test(who_is_not_known_is_in_no_list),
		cmocka_unit_test(calls_are_wanted_and_addresses_do_not_do),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
