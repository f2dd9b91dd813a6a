/* SPDX-License-Identifier: MIT */
/*
 * Patterns and templates: what matches, what covers what, what expands to what, and in how much time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "policy/draft.h"
#include "policy/policy.h"

static void patterns_match_as_a_shell_would(void **state)
{
	static const struct {
		const char *pattern, *text;
		int matches;
	} cases[] = {
		{"", "", 1},
		{"", "a", 0},
		{"a", "", 0},
		{"a", "a", 1},
		{"a", "A", 0},
		{"a", "ab", 0},
		{"*", "", 1},
		{"*", "a/b:c", 1},
		{"**", "x", 1},
		{"a*", "a", 1},
		{"*a", "ba", 1},
		{"*a", "ab", 0},
		{"*ab*", "xaabx", 1},
		{"*abc", "ababc", 1},
		{"?", "", 0},
		{"?", "/", 1},
		{"a?c", "abc", 1},
		{"a?c", "ac", 0},
		{"*?", "", 0},
		{"*?", "a", 1},
		{"[abc]", "b", 1},
		{"[abc]", "d", 0},
		{"[a-c]x", "bx", 1},
		{"[!a-c]", "b", 0},
		{"[!a-c]", "d", 1},
		{"[!a]", "", 0},
		{"[]a]", "]", 1},
		{"[!]a]", "]", 0},
		{"[a-]", "-", 1},
		{"[\\]]", "]", 1},
		{"[z-a]", "m", 0},
		{"[abc", "[abc", 1},
		{"[abc", "a", 0},
		{"\\*", "*", 1},
		{"\\*", "a", 0},
		{"a\\", "a\\", 1},
		{"*[0-9]", "db7", 1},
		{"tcp://*:*", "tcp://*:5555", 1},
		{"tcp://*:*", "tcp://127.0.0.1:5555", 1},
		{"tcp://*:*", "tcp://[::1]:5555", 1},
		{"tcp://*:*", "tcp://nohost", 0},
		{"tcp://*:5555", "tcp://*:5556", 0},
		{"tcp://*:5555", "tcp://*:15555", 0},
		{"tcp://[::1]:*", "tcp://[::1]:5555", 1},
		{"tcp://[::1]:*", "tcp://1:5555", 0},
		{"tcp://[fe80::*]:1", "tcp://[fe80::7%eth0]:1", 1},
		{"tcp://[*]:1", "tcp://[::1]:1", 1},
		{"tcp://[*]:1", "tcp://*:1", 0},
		{"tcp://db[12]:1", "tcp://db2:1", 1},
		{"tcp://db[12]:1", "tcp://db3:1", 0},
		{"*://[::1]:1", "tcp://[::1]:1", 1},
		{"\xff*", "\xff\xfe", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (pol_match(cases[i].pattern, cases[i].text) != cases[i].matches)
			fail_msg("%s against %s: expected %d", cases[i].pattern, cases[i].text,
				 cases[i].matches);
}

/* An exponential matcher would not come back before the alarm ends the program. */
static void no_pattern_takes_long(void **state)
{
	static char pattern[512], text[20000];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "a*", 2);
	strcpy(pattern + sizeof(pattern) - 2, "b");
	memset(text, 'a', sizeof(text) - 1);
	alarm(20);
	assert_int_equal(pol_match(pattern, text), 0);
	text[sizeof(text) - 2] = 'b';
	assert_int_equal(pol_match(pattern, text), 1);
	memset(pattern, 'a', sizeof(pattern) - 1);
	pattern[0] = '*';
	assert_int_equal(pol_match(pattern, text), 0); /* the worst for this matcher: it ends in ab, not aa */
	memset(pattern, '*', sizeof(pattern) - 1);
	assert_int_equal(pol_match(pattern, text), 1);
	assert_int_equal(draft_covers(pattern, text), 1);
	alarm(0);
}

static void covering_is_claimed_only_where_it_is_true(void **state)
{
	static const struct {
		const char *earlier, *later;
		int covers;
	} cases[] = {
		{"a", "a", 1},
		{"a", "b", 0},
		{"*", "a*b?[x]", 1},
		{"a*", "ab*", 1},
		{"ab*", "a*", 0},
		{"a?", "a*", 0},
		{"a?", "a[bc]", 1},
		{"a[bc]", "ab", 1},
		{"a[bc]", "a[bc]", 1},
		{"a[bc]", "a[b]", 0},
		{"a[bc]", "a?", 0},
		{"a", "\\a", 1},
		{"\\*", "*", 0},
		{"*", "\\*", 1},
		{"*b", "a*b", 1},
		{"*b*", "a*c", 0},
		{"tcp://*:*", "tcp://db*:5555", 1},
		{"tcp://*:5555", "tcp://*:*", 0},
		{"tcp://[::1]:*", "tcp://[::1]:5", 1},
		{"a*", "", 0},
		{"", "", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (draft_covers(cases[i].earlier, cases[i].later) != cases[i].covers)
			fail_msg("%s over %s: expected %d", cases[i].earlier, cases[i].later,
				 cases[i].covers);
}

static void templates_expand(void **state)
{
	static const struct {
		const char *template, *endpoint, *expected; /* NULL: refused */
	} cases[] = {
		{"zmq@%h", NULL, "zmq@me.example"},
		{"zmq@%H", "tcp://db1:5555", "zmq@db1"},
		{"zmq@%H", "tcp://eth0:0;db1:5555", "zmq@db1"},
		{"%H", "tcp://[2001:db8::1]:5", "2001:db8::1"},
		{"%H", "tcp://[fe80::1%eth0]:5", "fe80::1"},
		{"%H", "tcp://eth0:0;[::1]:5", "::1"},
		{"%H", "tcp://::1:5", "::1"},
		{"%h%%%H", "tcp://x:*", "me.example%x"},
		{"", NULL, ""},
		{"zmq@%H", "tcp://*:5555", NULL},
		{"zmq@%H", "tcp://:5555", NULL},
		{"zmq@%H", "tcp://db1", NULL},
		{"zmq@%H", "tcp://[::1", NULL},
		{"zmq@%H", "tcp://a@EVIL.ORG:5", NULL},
		{"zmq@%H", "tcp://a/b:5", NULL},
		{"zmq@%H", "tcp://a%b:5", NULL},
		{"zmq@%H", "ipc:///run/x:1", NULL},
		{"zmq@%H", NULL, NULL},
		{"%x", "tcp://a:1", NULL},
		{"a%", "tcp://a:1", NULL},
		{"a\nb", "tcp://a:1", NULL},
	};
	const uint32_t user = 1000;
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int status = pol_expand(cases[i].template, "me.example", cases[i].endpoint, out, sizeof(out));

		if ((status == 0) != !!cases[i].expected)
			fail_msg("%s for %s: %d, %s", cases[i].template, cases[i].endpoint, status, out);
		assert_string_equal(out, cases[i].expected ? cases[i].expected : "");
	}
	/* gss has no endpoint, and a user */
	assert_int_equal(pol_expand_by("FILE:/cc-%{uid}-%h%%",
				       &(struct pol_values){.host = "me", .user = &user}, out, sizeof(out)),
			 0);
	assert_string_equal(out, "FILE:/cc-1000-me%");
	assert_int_equal(pol_expand("%{uid}", "me", "tcp://a:1", out, sizeof(out)), -1);
	assert_int_equal(pol_expand_by("%H", &(struct pol_values){.user = &user}, out, sizeof(out)), -1);
	assert_int_equal(pol_expand_by("%{gid}", &(struct pol_values){.user = &user}, out, sizeof(out)), -1);
	assert_int_equal(pol_expand_by("%{uid", &(struct pol_values){.user = &user}, out, sizeof(out)), -1);
	assert_int_equal(pol_expand("%h", NULL, "tcp://a:1", out, sizeof(out)), -1);
	assert_int_equal(pol_expand("%h", "me@EVIL.ORG", "tcp://a:1", out, sizeof(out)), -1);
}

static void what_does_not_fit_is_refused_not_cut(void **state)
{
	char out[8] = "0123456";

	(void)state;
	assert_int_equal(pol_expand("1234567", NULL, NULL, out, sizeof(out)), 0);
	assert_string_equal(out, "1234567");
	assert_int_equal(pol_expand("12345678", NULL, NULL, out, sizeof(out)), -1);
	assert_string_equal(out, "");
	assert_int_equal(pol_expand("", NULL, NULL, out, 1), 0);
	out[0] = 'x';
	assert_int_equal(pol_expand("", NULL, NULL, out, 0), -1);
	assert_int_equal(out[0], 'x');
}

static void every_word_of_a_keyword_is_in_the_vocabulary(void **state)
{
	(void)state;
	for (const struct pol_keyword *k = pol_keywords; k->id; k++) {
		int takes_words =
			k->type == POL_T_SETTING || k->type == POL_T_CHOICE || k->type == POL_T_WORDS;

		assert_ptr_equal(pol_keyword(k->id), k); /* also: no id twice */
		for (const char *w = k->values; takes_words && *w; w += strcspn(w, "|"), w += *w == '|')
			if (!pol_takes(k, pol_word(k, w, strcspn(w, "|"))))
				fail_msg("%s: %s has no WORD row", k->path, w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns_match_as_a_shell_would),
		cmocka_unit_test(no_pattern_takes_long),
		cmocka_unit_test(covering_is_claimed_only_where_it_is_true),
		cmocka_unit_test(templates_expand),
		cmocka_unit_test(what_does_not_fit_is_refused_not_cut),
		cmocka_unit_test(every_word_of_a_keyword_is_in_the_vocabulary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
