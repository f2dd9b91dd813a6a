/* SPDX-License-Identifier: MIT */
/*
 * gss.acquire: which rule says where a credential is from.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const struct pol_process curl = {"/usr/bin/curl", "", 1000};

static struct pol_wish wish(enum pol_role role, const char *service, const char *own)
{
	return (struct pol_wish){.process = &curl,
				 .role = role,
				 .addressed = service != NULL,
				 .service = {service, true},
				 .named = own != NULL,
				 .own = {own, true},
				 .host = "db1"};
}

/* The line of the rule that counts; 0: none, -1: it is not known which. */
static int counts(const struct pol *pol, struct pol_wish asked)
{
	struct pol_acquire acquire;
	struct pol_verdict v;
	enum pol_action action = pol_judge_wish(pol, &asked, &acquire, &v);

	return action == POL_ALLOW ? 0 : action == POL_DENY ? -1 : (int)v.line;
}

static void initiators_have_it_by_service(void **state)
{
	struct pol pol =
		judged_policy("gss:\n  acquire:\n"
			      "    - {service: 'hdfs/*', ccache: 'FILE:/a'}\n"
			      "    - {service: ['{HTTP,http}/*.org', 'smb/h@R'], ccache: 'FILE:/b'}\n"
			      "    - {accept: '*', keytab: /k}\n");

	(void)state;
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "hdfs/db1", NULL)), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "hdfs/db1@R", NULL)), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "hdfs/a/b", NULL)), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "http/www.org@R", NULL)), 5);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "smb/h@R", NULL)), 5);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "smb/h", NULL)), 0);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, NULL)), 6);
	/* before the service is known */
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, NULL)), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "alice@R")), 0);
}

/* libkrb5 folds what is asked for as service@host, and so is what the shim asks with. */
static void a_host_is_the_same_in_other_spellings(void **state)
{
	struct pol pol = judged_policy("gss:\n  acquire:\n"
				       "    - {service: 'host/DB1.Example.org.', ccache: 'FILE:/a'}\n"
				       "    - {service: 'host/*.NET', ccache: 'FILE:/b'}\n"
				       "    - {accept: 'zmq@DB1.', keytab: /a}\n");
	char name[][24] = {"HOST/A.B.", "h/A.:80", "h/A.b@R.", "H", "h/A\\@B.@R"};

	(void)state;
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "host/db1.example.org", NULL)), 4);
	/* a principal, as it is */
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "host/DB1.Example.org.", NULL)), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "HOST/db1.example.org", NULL)), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "host/x.net@R", NULL)), 5);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "zmq/db1")), 6);
	for (size_t i = 0; i < sizeof(name) / sizeof(name[0]); i++)
		pol_fold_host(name[i]);
	assert_string_equal(name[0], "HOST/a.b");
	assert_string_equal(name[1], "h/a:80");
	assert_string_equal(name[2], "h/a.b@R.");
	assert_string_equal(name[3], "H");
	assert_string_equal(name[4], "h/a\\@b@R");
}

static void initiators_have_it_by_their_own_name(void **state)
{
	struct pol pol = judged_policy("gss:\n  acquire:\n"
				       "    - {service: 'hdfs/*', principal: 'web/%h@R', ccache: 'FILE:/a'}\n"
				       "    - {principal: alice, ccache: 'FILE:/b'}\n");

	(void)state;
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "web/db1@R")), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "web/db2@R")), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "web/db1@S")), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "web/db1")), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "alice@R")), 5);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, "alice/admin@R")), 0);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, NULL)), 5);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "hdfs/x", "web/db1@R")), 4);
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, "ldap/x", "web/db1@R")), 0);
}

static void acceptors_have_it_by_their_name(void **state)
{
	struct pol pol = judged_policy("gss:\n  acquire:\n"
				       "    - {accept: 'zmq@%h', keytab: /a}\n"
				       "    - {accept: 'HTTP@*', keytab: /b}\n"
				       "    - {ccache: 'FILE:/b'}\n");

	(void)state;
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "zmq/db1")), 4);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "zmq")), 4);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "zmq/db1@R")), 4);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "zmq/db2")), 0);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "HTTP/www@R")), 5);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, "HTTP")), 5);
	assert_int_equal(counts(&pol, wish(POL_ACCEPTOR, NULL, NULL)), 4);
}

static void what_is_not_known_is_no_reason_to_pass_a_rule_by(void **state)
{
	struct pol pol = judged_policy("gss:\n  acquire:\n"
				       "    - {service: 'hdfs/*', program: '*/curl', ccache: 'FILE:/a'}\n"
				       "    - {accept: 'zmq@%h', keytab: /k}\n"
				       "    - {ccache: 'FILE:/b', user: '1000'}\n");
	struct pol_wish asked = wish(POL_INITIATOR, "hdfs/db1", NULL);

	(void)state;
	assert_int_equal(counts(&pol, asked), 4);
	asked.service.whole = false;
	assert_int_equal(counts(&pol, asked), -1);
	asked = wish(POL_INITIATOR, "ldap/db1", NULL);
	asked.process = NULL;
	assert_int_equal(counts(&pol, asked), -1);
	asked.process = &(struct pol_process){"/usr/bin/curl", "", 0};
	assert_int_equal(counts(&pol, asked), 0);
	asked.service.text = NULL;
	asked.process = &(struct pol_process){"/usr/bin/wget", "", 1000};
	assert_int_equal(counts(&pol, asked), 6);
	asked = wish(POL_ACCEPTOR, NULL, "zmq/db1");
	asked.host = NULL;
	assert_int_equal(counts(&pol, asked), -1);
	asked = wish(POL_ACCEPTOR, NULL, "");
	asked.own.text = NULL;
	assert_int_equal(counts(&pol, asked), -1);
}

static void it_says_nothing_of_contexts(void **state)
{
	struct pol pol = judged_policy("gss: {acquire: [{ccache: 'KCM:'}]}\n");
	struct pol_verdict v;

	(void)state;
	assert_false(pol_judges_contexts(&pol));
	assert_true(pol_acquires(&pol));
	assert_int_equal(pol_families(&pol), POL_FAMILY_GSS);
	assert_int_equal(judged_peer(&pol, NULL, &v), POL_ALLOW);
	pol_break(&pol, "gone");
	assert_int_equal(counts(&pol, wish(POL_INITIATOR, NULL, NULL)), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(initiators_have_it_by_service),
		cmocka_unit_test(a_host_is_the_same_in_other_spellings),
		cmocka_unit_test(initiators_have_it_by_their_own_name),
		cmocka_unit_test(acceptors_have_it_by_their_name),
		cmocka_unit_test(what_is_not_known_is_no_reason_to_pass_a_rule_by),
		cmocka_unit_test(it_says_nothing_of_contexts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
