/* SPDX-License-Identifier: MIT */
/*
 * gss.store: whose delegated credentials are kept, and under which name.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct pol_facts from(const char *initiator)
{
	return (struct pol_facts){.moment = POL_ESTABLISHED,
				  .role = POL_ACCEPTOR,
				  .initiator = {initiator, true},
				  .acceptor = {"host/h@R", true},
				  .kerberos = true,
				  .delegated = true};
}

static enum pol_action judged(const struct pol *pol, const struct pol_facts *facts, struct pol_verdict *v)
{
	const char *place = NULL;
	enum pol_action action = pol_judge_store(pol, facts, &place, v);

	if (action == POL_CHANGE)
		assert_non_null(place);
	return action;
}

static void a_principal_is_one_name_of_a_file(void **state)
{
	static const struct {
		const char *principal, *expected;
	} cases[] = {
		{"alice@R", "/d/alice@R"},
		{"alice/admin@R", "/d/alice%2Fadmin@R"},
		{"..", "/d/%2E."},
		{"../../etc/x@R", "/d/%2E.%2F..%2Fetc%2Fx@R"},
		{".hidden@R", "/d/%2Ehidden@R"},
		{"a\\/b@R", "/d/a%5C%2Fb@R"},
		{"a%2Fb@R", "/d/a%252Fb@R"},
		{"a b\n\xc3\xa4@R", "/d/a%20b%0A%C3%A4@R"},
		{"", NULL},
		{NULL, NULL},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct pol_values values = {.principal = cases[i].principal};
		int status = pol_expand_by("/d/%principal", &values, out, sizeof(out));

		assert_int_equal(status, cases[i].expected ? 0 : -1);
		assert_string_equal(out, cases[i].expected ? cases[i].expected : "");
	}
	assert_int_equal(
		pol_expand_by("/d/%principal", &(struct pol_values){.principal = "alice@R"}, out, 10), -1);
	assert_int_equal(pol_expand("%principal", "h", "tcp://a:1", out, sizeof(out)), -1);
	assert_int_equal(pol_expand_by("%princip", &(struct pol_values){.principal = "a"}, out, sizeof(out)),
			 -1);
}

static void who_is_not_known_has_no_file(void **state)
{
	struct pol pol = judged_policy("gss: {store: 'FILE:/d/%principal'}\n");
	struct pol_facts facts = from("alice@R");
	struct pol_verdict v;

	(void)state;
	assert_int_equal(judged(&pol, &facts, &v), POL_CHANGE);
	facts.initiator.whole = false;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	assert_string_equal(
		v.reason, "gss.store (policy line 2) keeps nothing of an initiator whose name is not known");
	facts = from("WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS");
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	facts = from(NULL);
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	assert_false(pol_judges_contexts(&pol));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
	assert_false(pol_store_ends(&pol, &facts));
}

static void rules_say_it_for_some(void **state)
{
	struct pol pol = judged_policy("gss:\n"
				       "  store: 'FILE:/d/%principal'\n"
				       "  match:\n"
				       "    - {peer: '*/admin@R', store: none}\n"
				       "    - {program: '*/sshd', store: none}\n"
				       "    - {peer: 'bob@R', store-remove: with-context}\n");
	struct pol_process process = {"/usr/bin/other", "", 0};
	struct pol_facts facts = from("alice@R");
	struct pol_verdict v;

	(void)state;
	facts.process = &process;
	assert_int_equal(judged(&pol, &facts, &v), POL_CHANGE);
	assert_false(pol_store_ends(&pol, &facts));
	process.program = "/usr/sbin/sshd";
	assert_int_equal(judged(&pol, &facts, &v), POL_ALLOW);
	/* which program it is may matter */
	process.program = NULL;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	process.program = "/x";
	facts = from("alice/admin@R");
	facts.process = &process;
	assert_int_equal(judged(&pol, &facts, &v), POL_ALLOW);
	facts = from("bob@R");
	assert_true(pol_store_ends(&pol, &facts));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_principal_is_one_name_of_a_file),
		cmocka_unit_test(who_is_not_known_has_no_file),
		cmocka_unit_test(rules_say_it_for_some),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
