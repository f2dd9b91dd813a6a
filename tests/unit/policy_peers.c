/* SPDX-License-Identifier: MIT */
/*
 * Whom a policy lets pass, and what of his credentials.
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

static void only_listed_peers_pass(void **state)
{
	struct pol pol = judged_policy("gss:\n"
				       "  peers:\n"
				       "    allow:\n"
				       "      - alice@EXAMPLE.ORG\n"
				       "      - '*/worker@EXAMPLE.ORG'\n");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_peer(&pol, "alice@EXAMPLE.ORG", &v), POL_ALLOW);
	assert_int_equal(v.line, 5);
	assert_int_equal(judged_peer(&pol, "a/worker@EXAMPLE.ORG", &v), POL_ALLOW);
	assert_int_equal(v.line, 6);
	assert_int_equal(judged_peer(&pol, "bob@EXAMPLE.ORG", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.allow");
	assert_int_equal(v.line, 4);
	assert_string_equal(v.reason,
			    "gss.peers.allow (policy line 4) does not list the peer \"bob@EXAMPLE.ORG\"");
	assert_int_equal(judged_peer(&pol, "alice@EXAMPLE.ORG.evil", &v), POL_DENY);
	assert_int_equal(judged_peer(&pol, "ALICE@EXAMPLE.ORG", &v), POL_DENY);
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
	pol = judged_policy(text);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "%s%u@R", i % 10 == 7 ? "any/x" : "p", i * 37 % 61);
		if (i % 10 == 7)
			continue;
		assert_int_equal(judged_peer(&pol, name, &v), POL_ALLOW);
		assert_int_equal(v.line, 5 + i);
	}
	assert_int_equal(judged_peer(&pol, "p61@R", &v), POL_DENY);
	assert_int_equal(judged_peer(&pol, "p@R", &v), POL_DENY);
	assert_int_equal(judged_peer(&pol, "q1@R", &v), POL_DENY);
}

static void a_name_that_is_not_known_whole_passes_no_list(void **state)
{
	struct pol everybody = judged_policy("gss: {peers: {allow: ['*']}}");
	struct pol all_but = judged_policy("gss: {peers: {deny: ['*/evil@X']}}");
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
	struct pol everybody = judged_policy("gss: {peers: {allow: ['*']}}");
	struct pol all_but = judged_policy("gss: {peers: {deny: [mallory@X]}}");
	const char *names[] = {NULL, "", "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS", "@X", "/@X", "//", "@"};
	struct pol_verdict v;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		assert_int_equal(judged_peer(&everybody, names[i], &v), POL_DENY);
		assert_string_equal(v.rule, "gss.peers.allow");
		assert_int_equal(judged_peer(&all_but, names[i], &v), POL_DENY);
		assert_string_equal(v.rule, "gss.peers.deny");
	}
	assert_int_equal(judged_peer(&everybody, "x", &v), POL_ALLOW);
	assert_int_equal(judged_peer(&everybody, "/x@X", &v), POL_ALLOW);
	assert_int_equal(judged_peer(&everybody, "\\@X", &v), POL_ALLOW);
	assert_int_equal(judged_peer(&all_but, "x", &v), POL_ALLOW);
}

static void deny_wins_over_allow(void **state)
{
	struct pol pol = judged_policy("gss: {peers: {allow: ['*@X'], deny: ['mallory@*']}}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_peer(&pol, "mallory@X", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.deny");
	assert_int_equal(judged_peer(&pol, "alice@X", &v), POL_ALLOW);
	assert_int_equal(judged_peer(&pol, "alice@Y", &v), POL_DENY);
	assert_string_equal(v.rule, "gss.peers.allow");
}

static void an_empty_list_lets_nobody_pass(void **state)
{
	struct pol pol = judged_policy("gss: {peers: {allow: []}}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_peer(&pol, "alice@X", &v), POL_DENY);
}

static void a_hostile_name_neither_overflows_nor_controls_the_terminal(void **state)
{
	struct pol pol = judged_policy("gss: {peers: {allow: [alice@X]}}");
	char name[5000];
	struct pol_verdict v;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	memcpy(name, "\033[2J\n\xc2\x9b", 7);
	assert_int_equal(judged_peer(&pol, name, &v), POL_DENY);
	assert_int_equal(strlen(v.reason), sizeof(v.reason) - 1);
	assert_null(strpbrk(v.reason, "\033\n\x9b"));
	assert_non_null(strstr(v.reason, "gss.peers.allow (policy line 2)"));
}

static void delegation_is_allowed_stripped_or_refused(void **state)
{
	struct pol strip = judged_policy("gss: {delegation: strip}"),
		   refuse = judged_policy("gss: {delegation: refuse}");
	struct pol allow = judged_policy("gss: {delegation: allow}");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged_delegation(&strip, POL_INITIATOR, &v), POL_CHANGE);
	assert_string_equal(v.rule, "gss.delegation");
	assert_int_equal(judged_delegation(&strip, POL_ACCEPTOR, &v), POL_CHANGE);
	assert_int_equal(judged_delegation(&refuse, POL_INITIATOR, &v), POL_DENY);
	assert_int_equal(judged_delegation(&refuse, POL_ACCEPTOR, &v), POL_DENY);
	assert_int_equal(judged_delegation(&allow, POL_ACCEPTOR, &v), POL_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_listed_peers_pass),
		cmocka_unit_test(peers_of_a_long_list_are_found_wherever_they_stand),
		cmocka_unit_test(a_name_that_is_not_known_whole_passes_no_list),
		cmocka_unit_test(unknown_and_anonymous_peers_pass_no_list),
		cmocka_unit_test(deny_wins_over_allow),
		cmocka_unit_test(an_empty_list_lets_nobody_pass),
		cmocka_unit_test(a_hostile_name_neither_overflows_nor_controls_the_terminal),
		cmocka_unit_test(delegation_is_allowed_stripped_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
