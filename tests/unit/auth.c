/* SPDX-License-Identifier: MIT */
/*
 * What files say of who wants to come in: passwords and certificates, and the mark that libzmq is given for a
 * domain.
 */
#include "tests/unit/judged.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "shim/auth/auth.h"
#include "tests/seal_loader.h"

static char directory[] = "/tmp/gsstap-auth-XXXXXX";
static struct tap_auth_room room;
static struct tap_auth_answer answer;

static int begin(void **state)
{
	(void)state;
	return mkdtemp(directory) && !chdir(directory) ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	unlink("users");
	unlink("a.key");
	unlink("b.key_secret");
	return chdir("/") || rmdir(directory);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int plain(const char *user, const char *password)
{
	const struct pol_visitor visitor = {.domain = "", .address = "10.0.0.1", .mechanism = "PLAIN"};
	const struct tap_credentials said = {.user = user, .password = password};
	struct pol pol;
	char text[200];

	snprintf(text, sizeof(text), "zmq: {auth: [{plain: %s/users}]}", directory);
	pol = judged_policy(text);
	tap_auth_decide(&pol, pol_auth_rule(&pol, POL_BIND, "", ""), &visitor, &said, &room, &answer);
	assert_int_equal(answer.status == 200, answer.verdict.action == POL_ALLOW);
	return answer.status;
}

static void users_have_hashes_or_passwords(void **state)
{
	char large[6000];

	(void)state;
	assert_int_equal(plain("joe", "x"), 300);
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = 0;
	memcpy(large, "joe:{plain}", 11);
	put("users", large);
	assert_int_equal(plain("joe", large + 11), 400);
	put("users", "# joe:{plain}comment\n"
		     "joe:{plain}p:w\r\n"
		     "joe:{plain}second\n"
		     "des:ab3Xj9TqGfXQE\n"
		     "none:\n"
		     "star:*\n"
		     "bad:$6$\n"
		     "ann:$5$salt$Gcm6FsVtF/Qa77ZKD.iwsJlCVPY0XSMgLJL0Hnww/c1\n"
		     "last:{plain}z");
	assert_int_equal(plain("joe", "p:w"), 200);
	assert_string_equal(answer.user, "joe");
	assert_int_equal(plain("joe", "second"), 400);
	assert_string_equal(answer.user, "");
	assert_int_equal(plain("joe", ""), 400);
	assert_int_equal(plain("jo", "p:w"), 400);
	assert_int_equal(plain("# joe", "comment"), 400);
	assert_int_equal(plain("joe:{plain}p", "w"), 400);
	assert_int_equal(plain("", "x"), 400);
	assert_int_equal(plain("none", ""), 400);
	assert_int_equal(plain("star", "*"), 400);
	assert_int_equal(plain("des", "x"), 400);
	assert_int_equal(plain("bad", "x"), 400);
	assert_int_equal(plain("ann", "password"), 200);
	assert_int_equal(plain("ann", "Password"), 400);
	assert_int_equal(plain("last", "z"), 200);
	assert_int_equal(plain(NULL, "z"), 400);
	put("users", "joe:{plain}new\n");
	assert_int_equal(plain("joe", "new"), 200);
	assert_int_equal(plain("joe", "p:w"), 400);
}

/* The test vector of rfc.zeromq.org/spec/32. */
static const uint8_t key[TAP_KEY] = {0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B, 0x86, 0x4F, 0xD2,
				     0x6F, 0xB5, 0x59, 0xF7, 0x5B, 0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59,
				     0xF7, 0x5B, 0x86, 0x4F, 0xD2, 0x6F, 0xB5, 0x59, 0xF7, 0x5B};
#define KEY "HelloWorldHelloWorldHelloWorldHelloWorld"

static int curve(const char *where, const char *field)
{
	const struct pol_visitor visitor = {.domain = "", .address = "10.0.0.1", .mechanism = "CURVE"};
	const struct tap_credentials said = {.key = key};
	struct pol pol;
	char text[200];

	snprintf(text, sizeof(text), "zmq: {auth: [{curve: %s, user-id: %s}]}", where, field);
	pol = judged_policy(text);
	tap_auth_decide(&pol, pol_auth_rule(&pol, POL_BIND, "", ""), &visitor, &said, &room, &answer);
	return answer.status;
}

static void keys_have_certificates(void **state)
{
	(void)state;
	assert_int_equal(curve("any", "key"), 200);
	assert_string_equal(answer.user, KEY);
	assert_int_equal(curve("/none/there", "key"), 300);
	put("b.key_secret", "curve\n    public-key = \"" KEY "\"\n");
	assert_int_equal(curve(directory, "key"), 400);
	put("a.key",
	    "#   name = \"nobody\"\nmetadata\n    name = \"Joe = me\"\ncurve\n    public-key = \"" KEY
	    "\"\n");
	assert_int_equal(curve(directory, "key"), 200);
	assert_string_equal(answer.user, KEY);
	assert_int_equal(curve(directory, "name"), 200);
	assert_string_equal(answer.user, "Joe = me");
	assert_int_equal(curve(directory, "email"), 400);
	assert_string_equal(answer.user, "");
	put("a.key", "curve\n    public-key = \"HelloWorldHelloWorldHelloWorldHelloWorlD\"\n");
	assert_int_equal(curve(directory, "key"), 400);
}

static void a_mark_has_the_rule_and_the_domain(void **state)
{
	char marked[256], longest[256];
	uint32_t rule;

	(void)state;
	assert_true(tap_auth_mark(marked, sizeof(marked), 7, "a:b"));
	assert_string_equal(tap_auth_unmark(marked, &rule), "a:b");
	assert_int_equal(rule, 7);
	assert_true(tap_auth_mark(marked, sizeof(marked), TAP_AUTH_PASS, ""));
	assert_string_equal(tap_auth_unmark(marked, &rule), "");
	assert_int_equal(rule, TAP_AUTH_PASS);
	memset(longest, 'x', 255);
	longest[255] = 0;
	assert_false(tap_auth_mark(marked, sizeof(marked), 7, longest));
	for (const char *const *no =
		     (const char *const[]){"gsstap:7", "gsstap:99999999999999999999:", "global", "", NULL};
	     *no; no++) {
		assert_string_equal(tap_auth_unmark(*no, &rule), *no);
		assert_int_equal(rule, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(users_have_hashes_or_passwords),
		cmocka_unit_test(keys_have_certificates),
		cmocka_unit_test(a_mark_has_the_rule_and_the_domain),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
