/* SPDX-License-Identifier: MIT */
/* Ties: as many as there can be at once, given back, and never found by what named one that is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "shim/wire/tie.h"

static struct tap_tie *make(const char *scheme, unsigned number, const char *service)
{
	struct tap_tie wanted = {.largest = -1};
	bool mistakable;

	snprintf(wanted.endpoint, sizeof(wanted.endpoint), "%s://%u", scheme, number);
	snprintf(wanted.service, sizeof(wanted.service), "%s", service);
	return tap_tie_like(&wanted, &mistakable);
}

static int tag_of(const struct tap_tie *tie)
{
	return TAP_SNDBUF_TAG | (int)tie->number;
}

static void one_is_shared_by_those_that_are_alike(void **state)
{
	struct tap_tie *a = make("tcp", 1, "x"), *b = make("tcp", 1, "x"), *c = make("tcp", 1, "y");

	(void)state;
	assert_ptr_equal(a, b);
	assert_ptr_not_equal(a, c);
	tap_tie_drop(a);
	assert_ptr_equal(tap_tie_of_tag(tag_of(b)), b);
	tap_tie_drop(b);
	tap_tie_drop(b);
	tap_tie_drop(c);
}

static void a_tag_is_nobodys_once_its_tie_is_gone(void **state)
{
	struct tap_tie *tie = make("tcp", 2, "x");
	int tag = tag_of(tie);

	(void)state;
	tie->credential = tie;
	tap_tie_use(tie);
	tap_tie_drop(tie);
	assert_ptr_equal(tap_tie_of_tag(tag), tie);
	tap_tie_drop(tie);
	assert_null(tap_tie_credential_left());
	tap_tie_unuse(tie);
	assert_ptr_equal(tap_tie_credential_left(), tie);
	assert_null(tap_tie_credential_left());
	assert_null(tap_tie_of_tag(tag));
	/* Nor where another one has its memory. */
	for (unsigned i = 0; i < 300000; i++) {
		tie = make("tcp", i, "z");
		assert_int_not_equal(tag_of(tie), tag);
		assert_null(tap_tie_of_tag(tag));
		tap_tie_drop(tie);
	}
}

static void a_path_is_for_another_only_when_its_socket_is_gone(void **state)
{
	struct tap_tie *tie = make("ipc", 3, "x");

	(void)state;
	assert_null(make("ipc", 3, "y"));
	assert_ptr_equal(tap_tie_of_path("ipc://3"), tie);
	tap_tie_drop(tie);
	tap_tie_drop(tie);
	assert_null(tap_tie_of_path("ipc://3"));
	tie = make("ipc", 3, "y");
	assert_non_null(tie);
	tap_tie_drop(tie);
}

static void beyond_what_there_can_be_none_is_made_until_one_goes(void **state)
{
	struct tap_tie **all = calloc(TAP_TIES, sizeof(*all)), *another;

	(void)state;
	for (unsigned i = 0; i < TAP_TIES; i++) {
		all[i] = make("tcp", i, "x");
		assert_non_null(all[i]);
	}
	assert_null(make("tcp", TAP_TIES, "x"));
	for (unsigned i = 0; i < TAP_TIES; i++)
		assert_ptr_equal(tap_tie_of_tag(tag_of(all[i])), all[i]);
	tap_tie_drop(all[1000]);
	tap_tie_drop(all[1000]);
	another = make("tcp", TAP_TIES, "x");
	assert_non_null(another);
	all[1000] = another;
	tap_tie_refer(another);
	for (unsigned i = 0; i < TAP_TIES; i++) {
		tap_tie_drop(all[i]);
		tap_tie_drop(all[i]);
	}
	free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_is_shared_by_those_that_are_alike),
		cmocka_unit_test(a_tag_is_nobodys_once_its_tie_is_gone),
		cmocka_unit_test(a_path_is_for_another_only_when_its_socket_is_gone),
		cmocka_unit_test(beyond_what_there_can_be_none_is_made_until_one_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
