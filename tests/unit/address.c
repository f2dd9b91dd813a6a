/* SPDX-License-Identifier: MIT */
/* Which endpoint a connection comes to, as far as names and addresses tell. */
#include "tools/model/live.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define HOST "db.example.com"

static struct model_text text(const char *word)
{
	return (struct model_text){(char *)(uintptr_t)word, strlen(word)};
}

static bool meet(const char *bound, const char *connected, bool together)
{
	return model_address_meet(text(bound), text(HOST), text(connected), together);
}

static void a_connection_comes_to_what_its_address_says(void **state)
{
	(void)state;
	assert_true(meet("tcp://10.0.0.1:5555", "tcp://10.0.0.1:5555", false));
	assert_true(meet("tcp://*:5555", "tcp://db.example.com:5555", false));
	assert_true(meet("tcp://0.0.0.0:5555", "tcp://db:5555", false));
	assert_true(meet("tcp://[::]:5555", "tcp://eth0:0;db:5555", false));
	assert_true(meet("tcp://*:5555", "tcp://localhost:5555", true));
	assert_true(meet("tcp://127.0.0.1:5555", "tcp://localhost:5555", true));
	assert_true(meet("ipc:///run/a", "ipc:///run/a", true));
}

static void what_may_be_another_one_is_not_taken_for_it(void **state)
{
	(void)state;
	assert_false(meet("tcp://*:5555", "tcp://localhost:5555", false)); /* of another machine */
	assert_false(meet("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5555", false));
	assert_false(meet("tcp://10.0.0.1:5555", "tcp://localhost:5555", true));
	assert_false(meet("tcp://*:5555", "tcp://10.0.0.1:5555", true)); /* whose address is that? */
	assert_false(meet("tcp://*:5555", "tcp://other:5555", true));
	assert_false(meet("tcp://eth0:5555", "tcp://db:5555", true)); /* one of its addresses */
	assert_false(meet("tcp://*:5555", "tcp://db:5556", true));
	assert_false(meet("tcp://*:*", "tcp://db:5555", true));
	assert_false(meet("tcp://*:0", "tcp://db:0", true));
	assert_false(meet("ipc:///run/a", "ipc:///run/a", false));
	assert_false(meet("ipc:///run/a", "ipc:///run/b", true));
	assert_false(meet("tcp://", "tcp://", false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_connection_comes_to_what_its_address_says),
		cmocka_unit_test(what_may_be_another_one_is_not_taken_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
