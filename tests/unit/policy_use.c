/* SPDX-License-Identifier: MIT */
/*
 * What is done with contexts that are there: each keyword's verdict, and what a rule in doubt does to it.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct pol_facts known = {
	.moment = POL_ESTABLISHED, .role = POL_ACCEPTOR, .initiator = {"alice@R", true}, .kerberos = true};
static const struct pol_facts nobody = {0};

#define JUDGED(facts, use, action, sentence)                                                                 \
	do {                                                                                                 \
		assert_int_equal(pol_judge_use(&pol, facts, use, &v), action);                               \
		assert_string_equal(v.reason, sentence);                                                     \
	} while (0)

static void messages_without_confidentiality(void **state)
{
	struct pol pol = judged_policy("gss: {unprotected: refuse}\n");
	struct pol_verdict v;

	(void)state;
	JUDGED(&known, POL_WRAPS_BARE, POL_DENY,
	       "gss.unprotected (policy line 2) lets no message go without confidentiality");
	JUDGED(&known, POL_WRAPPED_BARE, POL_DENY,
	       "gss.unprotected (policy line 2) lets no message go without confidentiality");
	JUDGED(&nobody, POL_UNWRAPPED_BARE, POL_DENY,
	       "gss.unprotected (policy line 2) lets no message come without confidentiality");
	pol = judged_policy("gss: {unprotected: encrypt}\n");
	JUDGED(&known, POL_WRAPS_BARE, POL_CHANGE,
	       "gss.unprotected (policy line 2) encrypts a message that the program wraps without "
	       "confidentiality");
	JUDGED(&known, POL_WRAPPED_BARE, POL_DENY,
	       "gss.unprotected (policy line 2) lets no message go without confidentiality");
	JUDGED(&known, POL_UNWRAPPED_BARE, POL_DENY,
	       "gss.unprotected (policy line 2) lets no message come without confidentiality");
	pol = judged_policy("mode: audit\ngss: {unprotected: refuse}\n");
	assert_int_equal(pol_judge_use(&pol, &known, POL_WRAPS_BARE, &v), POL_DENY);
	assert_true(v.audit);
}

static void a_rule_for_some_contexts(void **state)
{
	struct pol pol = judged_policy("gss:\n  unprotected: refuse\n  match:\n"
				       "    - {peer: 'alice@R', unprotected: allow}\n");
	struct pol_facts bob = known;
	struct pol_verdict v;

	(void)state;
	JUDGED(&known, POL_WRAPS_BARE, POL_ALLOW, "");
	bob.initiator.text = "bob@R";
	assert_int_equal(pol_judge_use(&pol, &bob, POL_WRAPS_BARE, &v), POL_DENY);
	assert_int_equal(v.line, 3);
	/* Of a context that nobody followed it is not known whether the rule is about it. */
	JUDGED(&nobody, POL_WRAPS_BARE, POL_DENY,
	       "gss.match (policy line 5) may be about this context, and it is not known whether it is");
}

static void contexts_and_keys_that_go_elsewhere(void **state)
{
	struct pol pol = judged_policy("gss:\n  export-context: refuse\n  import-context: refuse\n"
				       "  lucid-export: refuse\n  session-key: refuse\n");
	struct pol_verdict v;

	(void)state;
	JUDGED(&nobody, POL_EXPORTS, POL_DENY,
	       "gss.export-context (policy line 3) lets no context be exported");
	JUDGED(&nobody, POL_IMPORTS, POL_DENY,
	       "gss.import-context (policy line 4) lets no context be imported");
	JUDGED(&nobody, POL_EXPORTS_LUCID, POL_DENY,
	       "gss.lucid-export (policy line 5) lets no keys of a context be exported");
	JUDGED(&nobody, POL_ASKS_KEY, POL_DENY,
	       "gss.session-key (policy line 6) lets nobody ask for a session key");
	JUDGED(&nobody, POL_WRAPS_BARE, POL_ALLOW, "");
	pol = judged_policy("gss: {match: [{peer: 'bob@R', session-key: refuse}]}\n");
	JUDGED(&known, POL_ASKS_KEY, POL_ALLOW, "");
	JUDGED(&nobody, POL_ASKS_KEY, POL_DENY,
	       "gss.match (policy line 2) may be about this context, and it is not known whether it is");
}

static void a_context_that_is_too_old(void **state)
{
	struct pol pol = judged_policy("gss:\n  max-context-age: 15m\n  match:\n"
				       "    - {peer: 'alice@R', max-context-age: 90s}\n");
	struct pol_facts old = known, bob = known;
	struct pol_verdict v;

	(void)state;
	old.age = 89;
	JUDGED(&old, POL_GOES_ON, POL_ALLOW, "");
	old.age = 90;
	JUDGED(&old, POL_GOES_ON, POL_DENY,
	       "gss.max-context-age (policy line 5) lets no context be used for longer than 90 seconds");
	bob.initiator.text = "bob@R";
	bob.age = 90;
	JUDGED(&bob, POL_GOES_ON, POL_ALLOW, "");
	bob.age = UINT32_MAX; /* not known */
	assert_int_equal(pol_judge_use(&pol, &bob, POL_GOES_ON, &v), POL_DENY);
	assert_int_equal(pol_max_age(&pol, &old), 90);
	assert_int_equal(pol_max_age(&pol, &bob), 900);
	assert_int_equal(pol_max_age(&pol, &nobody), 0);
	assert_false(pol_judges_contexts(&pol));
	pol = judged_policy("gss: {delegation: strip}\n");
	assert_int_equal(pol_max_age(&pol, &nobody), UINT32_MAX);
}

static void ways_to_credentials(void **state)
{
	struct pol pol = judged_policy("gss: {credentials: [store, import]}\n");
	struct pol_verdict v;

	(void)state;
	JUDGED(&nobody, POL_BY_PASSWORD, POL_DENY,
	       "gss.credentials (policy line 2) does not list credentials by password");
	JUDGED(&nobody, POL_BY_S4U, POL_DENY,
	       "gss.credentials (policy line 2) does not list credentials on behalf of somebody else (s4u)");
	JUDGED(&nobody, POL_BY_STORE, POL_ALLOW, "");
	JUDGED(&nobody, POL_BY_IMPORT, POL_ALLOW, "");
	pol = judged_policy("gss: {credentials: []}\n");
	JUDGED(&nobody, POL_BY_STORE, POL_DENY,
	       "gss.credentials (policy line 2) does not list credentials from a store of the program's");
	JUDGED(&nobody, POL_BY_IMPORT, POL_DENY,
	       "gss.credentials (policy line 2) does not list credentials that are imported");
	assert_false(pol_judges_contexts(&pol));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
}

static void who_says_nothing_of_it_asks_nothing(void **state)
{
	struct pol pol = judged_policy("gss: {delegation: strip}\n");
	struct pol_verdict v;

	(void)state;
	assert_false(pol_judges_uses(&pol));
	for (int use = 0; use < POL_USES; use++)
		JUDGED(&nobody, (enum pol_use)use, POL_ALLOW, "");
	pol = judged_policy("gss: {match: [{role: acceptor, unprotected: refuse}]}\n");
	assert_true(pol_judges_use(&pol, POL_UNWRAPPED_BARE));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
	/* No context waits for its judgement on account of what may be done with it later. */
	assert_false(pol_judges_contexts(&pol));
	pol = (struct pol){.state = POL_BROKEN};
	assert_true(pol_judges_uses(&pol));
	assert_int_equal(pol_judge_use(&pol, &known, POL_WRAPS_BARE, &v), POL_DENY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_without_confidentiality),
		cmocka_unit_test(a_rule_for_some_contexts),
		cmocka_unit_test(contexts_and_keys_that_go_elsewhere),
		cmocka_unit_test(a_context_that_is_too_old),
		cmocka_unit_test(ways_to_credentials),
		cmocka_unit_test(who_says_nothing_of_it_asks_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
