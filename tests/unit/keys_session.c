/* SPDX-License-Identifier: MIT */
/* With whose keys a message is tried: its own context's, then those that were learned last. */
#include "tools/token/keys_session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#define MANY 100

static struct token_keys *keys;
static krb5_context context;
static krb5_keytab keytab; /* what is in memory lasts as long as it is open */

static void learn(struct keys_session *session, uint8_t byte)
{
	uint8_t key[16];

	memset(key, byte, sizeof(key));
	assert_true(keys_learn(keys, session, KEYS_SESSION, ENCTYPE_AES128_CTS_HMAC_SHA1_96,
			       (struct tr_bytes){key, sizeof(key)}));
}

static int set_up(void **state)
{
	krb5_keytab_entry entry = {.vno = 1};
	char *error;

	(void)state;
	entry.key.enctype = ENCTYPE_AES128_CTS_HMAC_SHA1_96;
	entry.key.contents = (uint8_t *)"sixteen bytes...";
	entry.key.length = 16;
	if (krb5_init_context(&context) || krb5_parse_name(context, "s@R", &entry.principal) ||
	    krb5_kt_resolve(context, "MEMORY:unit", &keytab) || krb5_kt_add_entry(context, keytab, &entry))
		return -1;
	krb5_free_principal(context, entry.principal);
	keys = keys_new("MEMORY:unit", &error);
	return keys ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	keys_free(keys);
	krb5_kt_close(context, keytab);
	krb5_free_context(context);
	return 0;
}

static void its_own_comes_first_then_the_last_learned_and_none_twice(void **state)
{
	struct keys_session *own = keys_session_new(keys), *old = keys_session_new(keys),
			    *young = keys_session_new(keys);

	(void)state;
	learn(own, 1);
	learn(young, 2);
	learn(old, 3); /* created before, learned after */
	assert_ptr_equal(keys_session_next(keys, own, NULL), own);
	assert_ptr_equal(keys_session_next(keys, own, own), old);
	assert_ptr_equal(keys_session_next(keys, own, old), young);
	assert_null(keys_session_next(keys, own, young));
	keys_session_free(keys, own);
	keys_session_free(keys, old);
	keys_session_free(keys, young);
}

static void contexts_without_keys_hide_none_that_has_some(void **state)
{
	struct keys_session *useful = keys_session_new(keys), *others[MANY];

	(void)state;
	learn(useful, 1);
	for (size_t i = 0; i < MANY; i++)
		others[i] = keys_session_new(keys);
	assert_ptr_equal(keys_session_next(keys, others[0], NULL), useful);
	assert_ptr_equal(keys_session_next(keys, NULL, NULL), useful);
	assert_null(keys_session_next(keys, others[0], useful));
	keys_session_free(keys, useful);
	assert_null(keys_session_next(keys, others[0], NULL));
	for (size_t i = 0; i < MANY; i++)
		keys_session_free(keys, others[i]);
}

static void how_many_are_tried_has_an_end(void **state)
{
	struct keys_session *all[MANY], *at = NULL;
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		learn(all[i] = keys_session_new(keys), (uint8_t)i);
	while ((at = keys_session_next(keys, NULL, at)))
		tried++;
	assert_in_range(tried, 16, 64);
	for (size_t i = 0; i < MANY; i++)
		keys_session_free(keys, all[i]);
}

static void a_key_of_a_length_that_its_type_has_not_is_none(void **state)
{
	struct keys_session *session = keys_session_new(keys);

	(void)state;
	keys_learn(keys, session, KEYS_SESSION, ENCTYPE_AES256_CTS_HMAC_SHA1_96,
		   (struct tr_bytes){(const uint8_t *)"too short", 9});
	assert_false(keys_know(session, KEYS_SESSION));
	keys_learn(keys, session, KEYS_SESSION, 4711,
		   (struct tr_bytes){(const uint8_t *)"sixteen bytes...", 16});
	assert_false(keys_know(session, KEYS_SESSION));
	keys_session_free(keys, session);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_own_comes_first_then_the_last_learned_and_none_twice),
		cmocka_unit_test(contexts_without_keys_hide_none_that_has_some),
		cmocka_unit_test(how_many_are_tried_has_an_end),
		cmocka_unit_test(a_key_of_a_length_that_its_type_has_not_is_none),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
