/* SPDX-License-Identifier: MIT */
/*
 * Messages of RFC 1964 under a known key: as an independent implementation of RFC 4757 (RC4) and MIT's
 * libgssapi (DES3) made them. What they hold is known, every beginning of them is refused, and so is what
 * somebody who has the key made wrong on purpose.
 */
#include "tests/token_sound.h"
#include "tools/token/decode.h"
#include "tools/token/open.h"
#include "trace/unconst.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RC4 "7369787465656e2062797465732e2e2e"
#define DES3 "5858866b02238931760498f86d1f26c19efe1c89fe6ebc85"
#define HEAD "06092a864886f71201020202011100"

static const struct known {
	const char *kind, *key, *token;
	const char *text; /* NULL: it does not verify */
	uint32_t seq, flags;
} all[] = {
	{"wrap", RC4,
	 "6035" HEAD "1000ffff28858782e805c65b89fed23ba08eee920c96f24fd7a49f65b9d2bbedcb7b61a1e753",
	 "a message", 0x01020304, 2},
	{"wrap", RC4,
	 "6035" HEAD "ffffffff27f1b102739d59e3f8fc568dd432b9f6303132333435363761206d65737361676501",
	 "a message", 0x01020305, 1},
	{"mic", RC4, "602306092a864886f71201020201011100fffffffff93ab0f667c94ea880e29a383ad3a56b",
	 "a message", 0x01020306, 0},
	{"delete", RC4, "602306092a864886f71201020201021100ffffffffcf9fdf4cbc3336a369161fe5b3244d61", "",
	 0x01020307, 1},
	{"wrap", DES3,
	 "604f06092a864886f712010202020104000200ffff1c9e253423b9d7d77e02edd63963435bc10fd00c3c1214e6c6e8a95cf"
	 "8"
	 "4e294bc3fdf42d9f5b0e096b8e1ef61d03a2df57438161eb66e2a745873d7b",
	 "to the acceptor, sealed", 893999442, 2},
	{"wrap", DES3,
	 "605706092a864886f71201020202010400ffffffff5670d676ba41a8b5ff0bf719dfef5b3146b727a32f67e21018b6d7e99"
	 "8"
	 "7f843680c377af746f2074686520696e69746961746f722c20696e20636c656172060606060606",
	 "to the initiator, in clear", 998407205, 1},
	{"mic", DES3,
	 "602f06092a864886f71201020201010400ffffffffc46e53338185cd23e4e6ca0dab3853983dbcd03702c9a44aa9a3a341",
	 "to the acceptor", 893999444, 0},
	/* A padding of 0, one that reaches into the random bytes, and one that is longer than everything. */
	{"wrap", RC4, "602c" HEAD "ffffffff973243984532773f52e2abc64520eb90303132333435363700", NULL, 7, 0},
	{"wrap", RC4, "602c" HEAD "ffffffff092a482e798e34a1e221847e8925866f303132333435363709", NULL, 7, 0},
	{"wrap", RC4, "602c" HEAD "ffffffff862ceeffa7de834408cef3a1bf93ae593031323334353637c8", NULL, 7, 0},
};

#define KNOWN (sizeof(all) / sizeof(all[0]))

static struct token_keys *keys;
static struct keys_session *session;
static krb5_context context;
static krb5_keytab keytab; /* what is in memory lasts as long as it is open */
static struct token token;

static int set_up(void **state)
{
	krb5_keytab_entry entry = {.vno = 1, .key = {.enctype = ENCTYPE_ARCFOUR_HMAC, .length = 16}};
	char *error;

	(void)state;
	entry.key.contents = (uint8_t *)"sixteen bytes...";
	if (krb5_init_context(&context) || krb5_parse_name(context, "s@R", &entry.principal) ||
	    krb5_kt_resolve(context, "MEMORY:1964", &keytab) || krb5_kt_add_entry(context, keytab, &entry))
		return -1;
	krb5_free_principal(context, entry.principal);
	keys = keys_new("MEMORY:1964", &error);
	session = keys ? keys_session_new(keys) : NULL;
	return session ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	token_free(&token);
	keys_session_free(keys, session);
	keys_free(keys);
	krb5_kt_close(context, keytab);
	krb5_free_context(context);
	return 0;
}

/* Memory of just that size, so that a byte more is noticed. */
static struct tr_bytes bytes_of(const char *hex)
{
	size_t length = strlen(hex) / 2;
	uint8_t *bytes = malloc(length ? length : 1);

	for (size_t i = 0; i < length; i++) {
		unsigned byte;

		assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
		bytes[i] = (uint8_t)byte;
	}
	return (struct tr_bytes){bytes, length};
}

static void learn(const struct known *known)
{
	struct tr_bytes key = bytes_of(known->key);

	keys_learn(keys, session, KEYS_SESSION,
		   key.length == 16 ? ENCTYPE_ARCFOUR_HMAC : ENCTYPE_DES3_CBC_SHA1, key);
	assert_true(keys_know(session, KEYS_SESSION));
	free(TR_UNCONST(key.at));
}

static void look(struct tr_bytes bytes, uint64_t length, const struct known *known)
{
	struct tr_bytes message = {(const uint8_t *)known->text, known->text ? strlen(known->text) : 0};

	token_decode(&token, bytes, length, TOKEN_IN_MESSAGE, 0);
	token_open(&token, keys, session, &message);
	assert_null(token_unsound(&token));
}

static void message_number_and_direction_are_what_was_sent(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		const struct known *known = &all[i];
		struct tr_bytes bytes = bytes_of(known->token);
		const struct token_node *opened;

		print_message("%s %zu\n", known->kind, i);
		learn(known);
		look(bytes, bytes.length, known);
		assert_int_equal(token_search(&token, "verified")->number, known->text != NULL);
		assert_int_equal(token_search(&token, "seq")->number, known->seq);
		assert_int_equal(token_search(&token, "flags")->number, known->flags);
		opened = token_search(&token, "message");
		assert_int_equal(opened != NULL, known->text && !strcmp(known->kind, "wrap"));
		if (opened) {
			assert_int_equal(opened->text.length, strlen(known->text));
			assert_memory_equal(opened->text.at, known->text, opened->text.length);
		}
		free(TR_UNCONST(bytes.at));
	}
}

/* Cut, and as if that were all of it: then the frame's length is that of what is there. */
static void no_beginning_of_a_message_verifies(void **state)
{
	(void)state;
	for (size_t i = 0; i < KNOWN; i++) {
		learn(&all[i]);
		for (size_t length = 0; length < strlen(all[i].token) / 2; length++)
			for (int told = 0; told < 2; told++) {
				char hex[256] = "";
				struct tr_bytes bytes;
				const struct token_node *verified;

				memcpy(hex, all[i].token, 2 * length);
				if (told && length >= 2) {
					char size[3];

					snprintf(size, sizeof(size), "%02x", (unsigned)(length - 2) & 0xff);
					memcpy(hex + 2, size, 2);
				}
				bytes = bytes_of(hex);
				look(bytes, told ? length : strlen(all[i].token) / 2, &all[i]);
				verified = token_search(&token, "verified");
				assert_false(verified && verified->number);
				free(TR_UNCONST(bytes.at));
			}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_number_and_direction_are_what_was_sent),
		cmocka_unit_test(no_beginning_of_a_message_verifies),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
