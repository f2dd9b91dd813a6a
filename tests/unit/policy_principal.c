/* SPDX-License-Identifier: MIT */
/*
 * Patterns of principals: components and realms, as krb5_unparse_name writes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"

static const struct {
	const char *pattern, *name;
	int matches;
} cases[] = {
	{"alice@R", "alice@R", 1},
	{"alice@R", "alice@RR", 0},
	{"*@R", "alice@R", 1},
	{"*@R", "alice/admin@R", 1},
	{"*@R", "a/b/c@R", 1},
	{"*@R", "alice@S", 0},
	{"*@R", "@R", 1},
	{"*", "alice/admin@R", 1},
	{"*@*", "alice/admin@R", 1},
	{"*@*.ORG", "alice@EXAMPLE.ORG", 1},
	{"alice*@R", "alice2@R", 1},
	{"alice*@R", "alice/admin@R", 0},
	{"*/worker@R", "h1/worker@R", 1},
	{"*/worker@R", "worker@R", 0},
	{"*/worker@R", "a/b/worker@R", 0},
	{"*/*@R", "a/b@R", 1},
	{"*/*@R", "a@R", 0},
	{"host/*.example.org@R", "host/h.example.org@R", 1},
	{"host/*.example.org@R", "host/x/h.example.org@R", 0},
	{"a?c@R", "abc@R", 1},
	{"a?c@R", "a/c@R", 0},
	{"a[b/]c@R", "a/c@R", 0},
	{"a[!x]c@R", "a/c@R", 0},
	{"a[!x]c@R", "abc@R", 1},
	/* A realm or component with a separator in it is not what it looks like. */
	{"*@R", "alice@EVIL\\@R", 0},
	{"*@R", "alice\\@R@EVIL", 0},
	{"*/admin@R", "alice\\/admin@R", 0},
	{"host/*@R", "host\\/x@R", 0},
	{"host\\/*@R", "host\\/x@R", 1},
	{"host\\/*@R", "host/x@R", 0},
	{"al*@R", "al\\/x@R", 1},
	{"*@R\\@S", "a@R\\@S", 1},
	{"a\\*b@R", "a*b@R", 1},
	{"a\\*b@R", "axb@R", 0},
	{"anb@R", "a\\nb@R", 0},
	{"a\\nb@R", "a\\nb@R", 1},
	{"a\\xb@R", "axb@R", 1},
	{"*a*b*c@R", "xxaxxbxxc@R", 1},
	{"*a*b*c@R", "xxaxxb/xc@R", 0},
	{"a**b@R", "aXb@R", 1},
	{"alice", "alice@R", 0},
	{"alice", "alice", 1},
	{"host/*", "host/h@R", 1},
	{"host/*", "host/h/x@R", 0},
	{"host/*", "host/h\\@R@S", 1},
	{"al*", "alice@R", 1},
	{"al*", "alice/x@R", 0},
	{"al\\*", "al*@R", 0},
	{"al\\*", "al*", 1},
	{"", "a", 0},
	{"a", "", 0},
};

static void names_are_matched_by_their_components(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (pol_match_principal(cases[i].pattern, cases[i].name) != cases[i].matches)
			fail_msg("%s against %s", cases[i].pattern, cases[i].name);
}

static void a_service_may_be_given_without_its_realm(void **state)
{
	(void)state;
	assert_true(pol_match_service("hdfs/*", "hdfs/nn1@R"));
	assert_true(pol_match_service("hdfs/*@R", "hdfs/nn1@R"));
	assert_false(pol_match_service("hdfs/*@S", "hdfs/nn1@R"));
	assert_false(pol_match_service("hdfs/*", "hdfs/nn1/x@R"));
	assert_false(pol_match_service("hdfs/nn1", "hdfs/nn1\\@R@S"));
	assert_true(pol_match_service("*", "hdfs/nn1@R"));
}

static void what_needs_no_escape_loses_it(void **state)
{
	static const char *const names[][2] = {{"host/loc\\alhost@R", "host/localhost@R"},
					       {"a\\/b\\@c\\\\d@R", "a\\/b\\@c\\\\d@R"},
					       {"a\\nb\\c", "a\\nbc"},
					       {"a\\", "a\\"},
					       {"", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		char name[40];

		strcpy(name, names[i][0]);
		pol_drop_escapes(name);
		assert_string_equal(name, names[i][1]);
	}
}

/* Many stars against a long name: time stays small, or this test does not end. */
static void stars_cost_no_more_than_the_product(void **state)
{
	char pattern[201], name[4001];

	(void)state;
	for (size_t i = 0; i < 200; i += 2)
		pattern[i] = '*', pattern[i + 1] = 'a';
	pattern[199] = 'b';
	pattern[200] = 0;
	for (size_t i = 0; i < 4000; i++)
		name[i] = 'a';
	name[4000] = 0;
	assert_false(pol_match_principal(pattern, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_matched_by_their_components),
		cmocka_unit_test(a_service_may_be_given_without_its_realm),
		cmocka_unit_test(what_needs_no_escape_loses_it),
		cmocka_unit_test(stars_cost_no_more_than_the_product),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
