/* SPDX-License-Identifier: MIT */
/* What was opened with a key is gone from memory when the next token comes. */
#include "tools/token/token.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static void memory_of_a_token_is_wiped_before_it_is_used_again(void **state)
{
	static const char secret[] = "nobody else is to see this";
	struct token token = {0};
	char *first, *again;

	(void)state;
	first = token_room(&token, sizeof(secret));
	assert_non_null(first);
	memcpy(first, secret, sizeof(secret));
	assert_non_null(token_room(&token, 100000)); /* so that there is memory to be given back as well */
	token_reset(&token);
	again = token_room(&token, sizeof(secret));
	assert_ptr_equal(again, first); /* the same, or this says nothing */
	for (size_t i = 0; i < sizeof(secret); i++)
		assert_int_equal(again[i], 0);
	token_free(&token);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_of_a_token_is_wiped_before_it_is_used_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
