/* SPDX-License-Identifier: MIT */
/* Whom a policy lets pass by his groups. */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a name has, as texts with a blank after each; one with a ! before it is idle. */
struct having {
	struct pol_groups groups;
	const char *texts;
	bool cut;
	unsigned asked;
};

static bool each(const struct pol_groups *groups, const char *attribute, size_t length,
		 bool (*visit)(void *context, const char *text, bool idle), void *context)
{
	struct having *having = (struct having *)(uintptr_t)groups;
	bool any = false;

	having->asked++;
	for (const char *at = having->texts, *end; *at; at = end + 1) {
		bool idle = *at == '!';
		char text[100];

		end = strchr(at, ' ');
		snprintf(text, sizeof(text), "%.*s", (int)(end - at) - idle, at + idle);
		if (strncmp(text, attribute, length))
			continue;
		any = true;
		if (visit(context, text, idle))
			break;
	}
	return any && !having->cut;
}

static struct pol_verdict verdict;

static enum pol_action judge(const struct pol *pol, enum pol_role role, const struct having *having)
{
	struct pol_facts facts = {.moment = POL_ESTABLISHED,
				  .role = role,
				  .kerberos = true,
				  .initiator = {"alice@R", true},
				  .acceptor = {"host/h@R", true},
				  .groups = having ? &having->groups : NULL};

	return pol_judge(pol, &facts, POL_ABOUT_PEER, &verdict);
}

static enum pol_action having(const struct pol *pol, const char *texts)
{
	struct having having = {.groups.each = each, .texts = texts};

	return judge(pol, POL_ACCEPTOR, &having);
}

static void who_is_in_a_listed_group_passes(void **state)
{
	struct pol pol = judged_policy("gss:\n"
				       "  peers:\n"
				       "    allow-groups:\n"
				       "      - auth-indicators={strong,otp}\n"
				       "      - S-1-5-21-1-2-3-512\n"
				       "      - 'S-1-5-21-9-*'\n"
				       "      - 'urn:x=y*'\n");

	(void)state;
	assert_int_equal(having(&pol, "S-1-5-21-1-2-3-512 "), POL_ALLOW);
	assert_int_equal(verdict.line, 6);
	assert_int_equal(having(&pol, "S-1-1-0 S-1-5-21-9-8-7-513 "), POL_ALLOW);
	assert_int_equal(verdict.line, 7);
	assert_int_equal(having(&pol, "auth-indicators=weak auth-indicators=otp "), POL_ALLOW);
	assert_int_equal(verdict.line, 5);
	assert_int_equal(having(&pol, "S-1-1-0 auth-indicators=weak urn:x=yes "), POL_ALLOW);
	assert_int_equal(verdict.line, 8);
	assert_int_equal(having(&pol, "S-1-5-21-1-2-3-5120 auth-indicators=strong2 urn:x=no "), POL_DENY);
	assert_string_equal(verdict.reason,
			    "gss.peers.allow-groups (policy line 4) lists no group of the peer \"alice@R\"");
	assert_int_equal(having(&pol, "!S-1-5-21-1-2-3-512 "), POL_DENY);
	assert_int_equal(having(&pol, ""), POL_DENY);
	assert_string_equal(verdict.reason,
			    "gss.peers.allow-groups (policy line 4) lists groups, and it is not known "
			    "which are those of the peer \"alice@R\"");
	assert_int_equal(judge(&pol, POL_ACCEPTOR, NULL), POL_DENY);
	assert_int_equal(judge(&pol, (enum pol_role)0, NULL), POL_DENY);
}

static void who_may_be_in_a_denied_group_does_not_pass(void **state)
{
	struct pol pol = judged_policy("gss:\n"
				       "  peers:\n"
				       "    deny-groups: [S-1-5-32-546]\n"
				       "    allow: ['*@R']\n");
	struct having cut = {.groups.each = each, .texts = "S-1-5-32-545 ", .cut = true};

	(void)state;
	assert_int_equal(having(&pol, "S-1-5-32-545 "), POL_ALLOW);
	assert_int_equal(having(&pol, "S-1-5-32-545 S-1-5-32-546 "), POL_DENY);
	assert_string_equal(verdict.reason,
			    "gss.peers.deny-groups (policy line 4) forbids a group of the peer \"alice@R\"");
	assert_int_equal(having(&pol, "!S-1-5-32-546 "), POL_DENY);
	assert_int_equal(judge(&pol, POL_ACCEPTOR, &cut), POL_DENY);
	assert_int_equal(having(&pol, ""), POL_DENY);
	assert_string_equal(verdict.reason,
			    "gss.peers.deny-groups (policy line 4) forbids groups, and it is not known "
			    "which are those of the peer \"alice@R\"");
	assert_int_equal(judge(&pol, POL_ACCEPTOR, NULL), POL_DENY);
}

static void either_list_lets_pass_and_names_are_denied_first(void **state)
{
	struct pol pol = judged_policy("gss:\n"
				       "  peers:\n"
				       "    allow: [alice@R]\n"
				       "    allow-groups: [S-1-5-32-545]\n");
	struct pol other = judged_policy("gss:\n"
					 "  peers:\n"
					 "    deny: [alice@R]\n"
					 "    allow-groups: [S-1-5-32-545]\n");

	(void)state;
	assert_int_equal(judge(&pol, POL_ACCEPTOR, NULL), POL_ALLOW);
	assert_int_equal(having(&other, "S-1-5-32-545 "), POL_DENY);
	assert_string_equal(verdict.rule, "gss.peers.deny");
}

/* They are proved to acceptors alone. */
static void an_initiator_is_not_asked_for_groups(void **state)
{
	struct pol pol =
		judged_policy("gss: {peers: {allow-groups: [S-1-5-32-545], deny-groups: [S-1-5-32-546]}}\n");
	struct pol named = judged_policy("gss: {peers: {allow: [other@R], allow-groups: [S-1-5-32-545]}}\n");

	(void)state;
	assert_int_equal(judge(&pol, POL_INITIATOR, NULL), POL_ALLOW);
	assert_int_equal(judge(&named, POL_INITIATOR, NULL), POL_DENY);
}

static void anonymous_peers_are_in_no_group(void **state)
{
	struct pol pol = judged_policy("gss: {peers: {allow-groups: ['S-1-*']}}\n");
	struct having any = {.groups.each = each, .texts = "S-1-1-0 "};
	struct pol_facts facts = {.moment = POL_ESTABLISHED,
				  .role = POL_ACCEPTOR,
				  .groups = &any.groups,
				  .initiator = {"WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS", true}};

	(void)state;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_PEER, &verdict), POL_DENY);
	facts.initiator.text = NULL;
	assert_int_equal(pol_judge(&pol, &facts, POL_ABOUT_PEER, &verdict), POL_DENY);
}

static void each_attribute_of_a_long_list_is_asked_for_once(void **state)
{
	static const char *const beginnings[] = {"S-1-5-", "a=", "b="};
	char text[1900] = "gss:\n  peers:\n    allow-groups:\n", group[40];
	struct having none = {.groups.each = each, .texts = "S-1-1-0 a=x b=x "};
	size_t used = strlen(text);
	struct pol pol;

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "      - %s%u\n",
					 beginnings[i % 3], i * 37 % 61 + 1);
	pol = judged_policy(text);
	assert_int_equal(judge(&pol, POL_ACCEPTOR, &none), POL_DENY);
	assert_int_equal(none.asked, 3);
	for (unsigned i = 0; i < 60; i++) {
		snprintf(group, sizeof(group), "%s%u ", beginnings[i % 3], i * 37 % 61 + 1);
		assert_int_equal(having(&pol, group), POL_ALLOW);
		assert_int_equal(verdict.line, 5 + i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_in_a_listed_group_passes),
		cmocka_unit_test(who_may_be_in_a_denied_group_does_not_pass),
		cmocka_unit_test(either_list_lets_pass_and_names_are_denied_first),
		cmocka_unit_test(an_initiator_is_not_asked_for_groups),
		cmocka_unit_test(anonymous_peers_are_in_no_group),
		cmocka_unit_test(each_attribute_of_a_long_list_is_asked_for_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
