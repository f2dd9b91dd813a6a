/* SPDX-License-Identifier: MIT */
/*
 * gss.match: which rule counts for which context, and what is done where nobody knows.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t krb5[] = {0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02};
static const uint8_t ntlm[] = {0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0a};
static const struct pol_process sshd = {"/usr/sbin/sshd", "", 0};

/* An acceptor's context with alice, established by Kerberos with all that can be granted. */
static struct pol_facts context(void)
{
	return (struct pol_facts){.process = &sshd,
				  .moment = POL_ESTABLISHED,
				  .role = POL_ACCEPTOR,
				  .initiator = {"alice@R", true},
				  .acceptor = {"host/h@R", true},
				  .kerberos = true,
				  .mech = krb5,
				  .mech_length = sizeof(krb5),
				  .flags_granted = 0x3e,
				  .ticket_enctype = 18,
				  .session_enctype = 18,
				  .lifetime = 3600,
				  .lifetime_known = true};
}

/* The worst verdict of all topics. */
static enum pol_action judged(const struct pol *pol, const struct pol_facts *facts, struct pol_verdict *worst)
{
	memset(worst, 0, sizeof(*worst));
	for (int topic = 0; topic < POL_TOPICS; topic++) {
		struct pol_verdict v;

		pol_judge(pol, facts, (enum pol_topic)topic, &v);
		if (v.action == POL_DENY && worst->action != POL_DENY)
			*worst = v;
		if (v.action == POL_CHANGE && !worst->action)
			*worst = v;
	}
	return worst->action;
}

#define DENIED(facts, sentence)                                                                              \
	do {                                                                                                 \
		assert_int_equal(judged(&pol, facts, &v), POL_DENY);                                         \
		assert_string_equal(v.reason, sentence);                                                     \
	} while (0)
#define ALLOWED(facts) assert_int_equal(judged(&pol, facts, &v), POL_ALLOW)

static void mechanisms_are_listed_by_name_or_number(void **state)
{
	struct pol pol = judged_policy("gss:\n  mechanisms: [krb5, 1.2.3.*]\n");
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	ALLOWED(&facts);
	facts.mech = ntlm, facts.mech_length = sizeof(ntlm);
	DENIED(&facts, "gss.mechanisms (policy line 3) does not list the mechanism 1.3.6.1.4.1.311.2.2.10");
	facts.mech = (const uint8_t *)"\x2a\x03\x05", facts.mech_length = 3;
	ALLOWED(&facts);
	/* Kerberos was seen to begin it, but what it came to is not known. */
	facts.mech = NULL, facts.kerberos = false;
	DENIED(&facts, "gss.mechanisms (policy line 3) lets nothing pass without a known mechanism");
	facts.moment = POL_BEFORE_TOKEN;
	ALLOWED(&facts);
	/* a number without an end, and one that is too large for a mechanism's */
	facts.moment = POL_ESTABLISHED;
	facts.mech = (const uint8_t *)"\x2a\x83", facts.mech_length = 2;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	facts.mech = (const uint8_t *)"\x2a\xff\xff\xff\xff\xff\x01", facts.mech_length = 7;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
}

static void what_was_granted_counts(void **state)
{
	struct pol pol = judged_policy("gss:\n  require: [mutual, confidentiality]\n");
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	ALLOWED(&facts);
	facts.flags_requested = 0x3e;
	facts.flags_granted = 0x2e;
	DENIED(&facts, "gss.require (policy line 3) asks for confidentiality, which was not granted");
	facts.moment = POL_BEFORE_TOKEN;
	ALLOWED(&facts);
	facts.moment = POL_IMPORTED;
	facts.flags_granted = 0x12;
	ALLOWED(&facts);
}

static void enctypes_of_ticket_and_session_are_told_apart(void **state)
{
	struct pol pol = judged_policy("gss: {enctypes: {ticket: [aes], session: [aes256-cts, '20']}}\n");
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	ALLOWED(&facts);
	facts.session_enctype = 17;
	DENIED(&facts,
	       "gss.enctypes.session (policy line 2) does not list the session key's encryption type 17");
	facts.session_enctype = 20;
	facts.ticket_enctype = 23;
	DENIED(&facts, "gss.enctypes.ticket (policy line 2) does not list the ticket's encryption type 23");
	/* known before the token leaves: then nothing leaves */
	facts.moment = POL_BEFORE_TOKEN;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	facts.ticket_enctype = 0;
	ALLOWED(&facts);
	facts.moment = POL_ESTABLISHED;
	DENIED(&facts, "gss.enctypes.ticket (policy line 2) lets nothing pass without a known ticket's "
		       "encryption type");
}

static void bindings_and_lifetime(void **state)
{
	struct pol pol = judged_policy("gss:\n  channel-bindings: require\n  lifetime: 10m\n");
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	DENIED(&facts,
	       "gss.channel-bindings (policy line 3) asks for channel bindings, and the context has none");
	facts.bound = true;
	ALLOWED(&facts);
	facts.lifetime = 599;
	DENIED(&facts, "gss.lifetime (policy line 4) asks for 600 seconds, and 599 are left");
	facts.lifetime_known = false;
	DENIED(&facts,
	       "gss.lifetime (policy line 4) asks for 600 seconds, and it is not known how many are left");
	facts.lifetime_known = true, facts.lifetime = UINT32_MAX;
	ALLOWED(&facts);
	/* An initiator's are refused before anything leaves; an acceptor has not seen the token yet. */
	facts.moment = POL_BEFORE_TOKEN, facts.bound = false;
	ALLOWED(&facts);
	facts.role = POL_INITIATOR;
	DENIED(&facts,
	       "gss.channel-bindings (policy line 3) asks for channel bindings, and the program gives none");
}

static const char rules[] =
	"gss:\n"
	"  delegation: strip\n"
	"  peers: {deny: ['*@EVIL']}\n"
	"  match:\n"
	"    - program: /usr/sbin/sshd\n"
	"      user: ['0', '7']\n"
	"      role: acceptor\n"
	"      delegation: allow\n"
	"    - {service: 'HTTP/*', peers: {allow: ['{alice,bob}@R']}, delegation: refuse}\n"
	"    - {peer: '*/admin@R', require: [confidentiality]}\n"
	"    - {script: '*/job.py', mechanism: ntlm, peers: {allow: []}}\n";

static void the_first_rule_that_holds_and_has_the_keyword_counts(void **state)
{
	struct pol pol = judged_policy(rules);
	struct pol_process other = {"/usr/bin/curl", "", 0}, user = {"/usr/sbin/sshd", "", 8};
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	facts.delegated = true;
	ALLOWED(&facts);
	facts.process = &other;
	assert_int_equal(judged(&pol, &facts, &v), POL_CHANGE);
	assert_int_equal(v.line, 3);
	facts.process = &user;
	assert_int_equal(judged(&pol, &facts, &v), POL_CHANGE);
	facts.acceptor.text = "HTTP/h@R";
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	assert_string_equal(v.rule, "gss.delegation");
	assert_int_equal(v.line, 10);
	/* Each keyword by itself: sshd's delegation, and the service's peers. */
	facts.process = &sshd;
	ALLOWED(&facts);
	facts.initiator.text = "carol@R";
	DENIED(&facts, "gss.peers.allow (policy line 10) does not list the peer \"carol@R\"");
	/* What a rule does not say is as the policy says. */
	facts.initiator.text = "alice@EVIL";
	DENIED(&facts, "gss.peers.deny (policy line 4) forbids the peer \"alice@EVIL\"");
	facts = context();
	facts.initiator.text = "x/admin@R";
	ALLOWED(&facts);
	facts.flags_granted = 2;
	DENIED(&facts, "gss.require (policy line 11) asks for confidentiality, which was not granted");
}

static void who_does_not_want_to_be_known_is_nobody_of_a_rule(void **state)
{
	struct pol pol = judged_policy("gss:\n  delegation: refuse\n  match:\n"
				       "    - {peer: '*', delegation: allow}\n");
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	facts.delegated = true;
	ALLOWED(&facts);
	facts.anonymous = true;
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
	assert_int_equal(v.line, 3);
	facts.anonymous = false;
	facts.initiator.text = "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS";
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
}

static void a_rule_in_doubt_lets_nothing_pass(void **state)
{
	struct pol pol = judged_policy(rules);
	struct pol_facts facts = context();
	struct pol_verdict v;

	(void)state;
	facts.process = NULL;
	facts.delegated = true;
	DENIED(&facts,
	       "gss.match (policy line 6) may be about this context, and it is not known whether it is");
	/* What no rule in doubt has a word about is judged as ever. */
	facts.delegated = false;
	facts.mech = ntlm, facts.mech_length = sizeof(ntlm);
	DENIED(&facts,
	       "gss.match (policy line 12) may be about this context, and it is not known whether it is");
	facts.mech = krb5, facts.mech_length = sizeof(krb5);
	ALLOWED(&facts);
	facts.process = &sshd;
	facts.acceptor = (struct pol_name){NULL, false};
	DENIED(&facts,
	       "gss.match (policy line 10) may be about this context, and it is not known whether it is");
	facts.acceptor = (struct pol_name){"HTTP/cut", false};
	assert_int_equal(judged(&pol, &facts, &v), POL_DENY);
}

static void a_program_that_is_not_known_stays_so(void **state)
{
	struct pol pol =
		judged_policy("gss: {match: [{script: /x/job.py, peer: 'h@*', peers: {allow: []}}]}");
	const struct pol_process hidden = {"/usr/bin/python3", NULL, 0};
	struct pol_facts facts = {.process = &hidden, .moment = POL_BEFORE_TOKEN, .role = POL_INITIATOR};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_PEER, &v), POL_ALLOW);
	assert_true(v.waits);
	facts.acceptor = (struct pol_name){"h@R", true};
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_PEER, &v), POL_DENY);
}

static void what_is_not_known_before_the_token_leaves_may_become_so(void **state)
{
	struct pol pol = judged_policy("gss:\n  match:\n    - {service: 'hdfs/*', delegation: allow}\n"
				       "    - {delegation: strip}\n");
	struct pol_facts facts = {.moment = POL_BEFORE_TOKEN, .role = POL_INITIATOR, .flags_requested = 1};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_ALLOW);
	assert_true(v.waits);
	facts.kerberos = true;
	facts.acceptor = (struct pol_name){"hdfs/n@R", true};
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_ALLOW);
	assert_false(v.waits);
	facts.acceptor.text = "HTTP/n@R";
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_CHANGE);
	/* Nobody said whom it went to, and it is gone. */
	facts.acceptor.text = NULL;
	facts.moment = POL_ESTABLISHED;
	facts.flags_granted = 1;
	facts.delegation_open = true;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_DENY);
	facts.acceptor = (struct pol_name){"HTTP/n@R", true};
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_DENY);
	facts.delegation_open = false;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_ALLOW);
}

static bool keeps_all(const struct pol_hearer *hearer, enum pol_topic topic,
		      const struct pol_verdict *verdict)
{
	(void)hearer;
	(void)topic;
	(void)verdict;
	return true;
}

static void that_delegation_is_left_open_is_known_after_all_topics(void **state)
{
	struct pol pol = judged_policy("gss: {peers: {allow: ['*']}, constrained-delegation: refuse,"
				       " match: [{service: 'host/*', delegation: refuse}]}");
	struct pol_facts facts = {.moment = POL_BEFORE_TOKEN, .role = POL_INITIATOR, .flags_requested = 1};
	const struct pol_hearer hearer = {keeps_all};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge_context(&pol, &facts, &v, &hearer), POL_ALLOW);
	assert_true(v.waits);
	/* What waits is no other topic. */
	pol = judged_policy("gss: {match: [{service: 'host/*', peers: {allow: ['*']}}]}");
	assert_int_equal(pol_judge_context(&pol, &facts, &v, &hearer), POL_ALLOW);
	assert_false(v.waits);
}

static void whom_libkrb5_has_not_told_it_will_not_tell_later(void **state)
{
	struct pol pol = judged_policy("gss: {match: [{service: host/h, delegation: refuse}]}");
	struct pol_facts facts = {
		.process = &sshd, .moment = POL_BEFORE_TOKEN, .role = POL_INITIATOR, .flags_requested = 1};
	struct pol_verdict v;

	(void)state;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_DELEGATION, &v), POL_ALLOW);
	assert_true(v.waits);
	facts.kerberos = true;
	facts.acceptor = (struct pol_name){"host/h@", false};
	DENIED(&facts,
	       "gss.match (policy line 2) may be about this context, and it is not known whether it is");
	assert_false(v.waits);
	facts.acceptor = (struct pol_name){"nfs/h@R", true};
	ALLOWED(&facts);
}

static void rules_ask_for_facts_and_families(void **state)
{
	struct pol pol = judged_policy("gss: {match: [{peer: 'a@R', delegation: allow}]}");

	(void)state;
	assert_true(pol_judges_peers(&pol));
	assert_false(pol_judges_contexts(&pol));
	assert_false(pol_judges_user(&pol));
	assert_int_equal(pol_families(&pol), 0);
	pol = judged_policy("gss: {match: [{user: root, require: [mutual]}]}");
	assert_false(pol_judges_peers(&pol));
	assert_true(pol_judges_contexts(&pol));
	assert_true(pol_judges_user(&pol));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
	pol = judged_policy("gss: {enctypes: {session: [rc4]}}");
	assert_true(pol_judges_session(&pol));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mechanisms_are_listed_by_name_or_number),
		cmocka_unit_test(what_was_granted_counts),
		cmocka_unit_test(enctypes_of_ticket_and_session_are_told_apart),
		cmocka_unit_test(bindings_and_lifetime),
		cmocka_unit_test(the_first_rule_that_holds_and_has_the_keyword_counts),
		cmocka_unit_test(who_does_not_want_to_be_known_is_nobody_of_a_rule),
		cmocka_unit_test(a_rule_in_doubt_lets_nothing_pass),
		cmocka_unit_test(a_program_that_is_not_known_stays_so),
		cmocka_unit_test(what_is_not_known_before_the_token_leaves_may_become_so),
		cmocka_unit_test(that_delegation_is_left_open_is_known_after_all_topics),
		cmocka_unit_test(whom_libkrb5_has_not_told_it_will_not_tell_later),
		cmocka_unit_test(rules_ask_for_facts_and_families),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
