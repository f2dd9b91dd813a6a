/* SPDX-License-Identifier: MIT */
/*
 * How values of ZeroMQ options may be shown (shim/zmq/value.c): what no row knows to be harmless is a secret.
 */
#include "shim/zmq/zmq.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct tr_draft draft;
static uint8_t space[512];

static void begin(void)
{
	memset(&draft, 0, sizeof(draft));
	memset(space, 0, sizeof(space));
	draft.fields = space;
	draft.size = sizeof(space);
}

/* The field after the option's own; 0: there is none. */
static unsigned second(void)
{
	struct tr_field field;

	memcpy(&field, space + 8, sizeof(field));
	return field.id;
}

static unsigned shown(int option, const void *value, size_t length)
{
	begin();
	tap_put_socket_option(&draft, option, value, length);
	return second();
}

static void unknown_options_are_secret(void **state)
{
	static const int unknown[] = {-1, 0,  3,  10,  20,  26,	 29,   30,
				      67, 82, 83, 113, 255, 256, 4711, 0x7fffffff};
	int number = 4711;
	int64_t wide = 4711;

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		assert_int_equal(shown(unknown[i], &number, sizeof(number)), TR_F_SECRET);
		assert_int_equal(shown(unknown[i], &wide, sizeof(wide)), TR_F_SECRET);
		assert_int_equal(shown(unknown[i], "a text of some length", 21), TR_F_SECRET);
		assert_int_equal(shown(unknown[i], NULL, 0), 0);
	}
}

/* Metadata, greetings, passwords and keys of the draft API, and data: 4 and 8 bytes are as secret as 40. */
static void options_that_hold_secrets_are(void **state)
{
	static const int secret[] = {ZMQ_PLAIN_PASSWORD,
				     ZMQ_CURVE_SECRETKEY,
				     ZMQ_SUBSCRIBE,
				     ZMQ_UNSUBSCRIBE,
				     ZMQ_ROUTING_ID,
				     ZMQ_CONNECT_ROUTING_ID,
				     ZMQ_XPUB_WELCOME_MSG,
				     95,
				     100,
				     103,
				     110,
				     111};

	(void)state;
	for (size_t i = 0; i < sizeof(secret) / sizeof(secret[0]); i++)
		for (size_t length = 1; length < 41; length++)
			assert_int_equal(shown(secret[i], "7391739173917391739173917391739173917391", length),
					 TR_F_SECRET);
}

static void known_options_are_shown(void **state)
{
	int number = 1;

	(void)state;
	assert_int_equal(shown(ZMQ_LINGER, &number, sizeof(number)), TR_F_VALUE_INT);
	assert_int_equal(shown(ZMQ_LINGER, "0123456789", 10), TR_F_SECRET);
	assert_int_equal(shown(ZMQ_ZAP_DOMAIN, "test", 4), TR_F_VALUE_TEXT);
	assert_int_equal(shown(ZMQ_GSSAPI_PRINCIPAL, "zmq@localhost", 13), TR_F_VALUE_TEXT);
	assert_int_equal(shown(ZMQ_SOCKS_PROXY, "proxy:1080", 10), TR_F_VALUE_TEXT);
	assert_int_equal(shown(ZMQ_SOCKS_PROXY, "me:pw@proxy:1080", 16), TR_F_SECRET);
	assert_int_equal(shown(ZMQ_CURVE_SERVERKEY, space, 32), TR_F_VALUE_BYTES);
}

static void context_options_alike(void **state)
{
	(void)state;
	begin();
	tap_put_context_number(&draft, ZMQ_IO_THREADS, 2);
	assert_int_equal(second(), TR_F_VALUE_INT);
	begin();
	tap_put_context_number(&draft, 99, 4711);
	assert_int_equal(second(), TR_F_SECRET);
	begin();
	tap_put_context_option(&draft, ZMQ_THREAD_NAME_PREFIX, "name", 4);
	assert_int_equal(second(), TR_F_VALUE_TEXT);
	begin();
	tap_put_context_option(&draft, 99, "name", 4);
	assert_int_equal(second(), TR_F_SECRET);
	assert_true(tap_context_option_known(ZMQ_IO_THREADS));
	assert_false(tap_context_option_known(-1));
	assert_false(tap_context_option_known(99));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_options_are_secret),
		cmocka_unit_test(options_that_hold_secrets_are),
		cmocka_unit_test(known_options_are_shown),
		cmocka_unit_test(context_options_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
