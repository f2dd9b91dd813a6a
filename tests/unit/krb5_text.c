/* SPDX-License-Identifier: MIT */
/*
 * What is kept of libkrb5's trace lines (shim/krb5/trace_text.c): the lines are MIT krb5 1.20's.
 */
#include "shim/krb5/trace_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "[4711] 1795694310.004711: "

static void becomes(const char *line, const char *expected)
{
	char out[512];

	assert_int_equal(tap_krb5_text(line, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void time_process_and_newline_are_the_events_own(void **state)
{
	(void)state;
	becomes(HEAD "Decoding FAST response\n", "Decoding FAST response");
	becomes(HEAD "two\nlines\n", "two\nlines");
	becomes(HEAD "\n", "");
	becomes(HEAD "[1] 2.3: again\n", "[1] 2.3: again");
}

static void a_line_of_another_shape_is_all_text(void **state)
{
	static const char *const lines[] = {
		"", "[", "[4711", "[4711] 17.4711:text", "4711", "[] 1.1: text", "text"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		becomes(lines[i], lines[i]);
}

static void against_what_is_kept_no_password_can_be_tried(void **state)
{
	(void)state;
	becomes(HEAD "AS key obtained for encrypted timestamp: aes256-cts/8D8B\n",
		"AS key obtained for encrypted timestamp: aes256-cts/(hidden)");
	becomes(HEAD "AS key obtained from gak_fct: 9999/8D8B\n",
		"AS key obtained from gak_fct: 9999/(hidden)");
	becomes(HEAD "Encrypted timestamp (for 1795694310.4711): plain "
		     "301AA011180F32303236313132363131353833305AA10502030EEDC7, encrypted "
		     "C4E5CAB6D4ED3E3F3C1A9F4BA2C7E1C3AB51B9D0A8F7C2E69D0F4B1A\n",
		"Encrypted timestamp (for 1795694310.4711): plain (hidden), encrypted (hidden)");
	becomes(HEAD "Decrypted AP-REQ with specified server principal host/localhost@R: rc4-hmac/00FF\n",
		"Decrypted AP-REQ with specified server principal host/localhost@R: rc4-hmac/(hidden)");
	becomes(HEAD
		"SPAKE algorithm result: 00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF\n",
		"SPAKE algorithm result: (hidden)");
	becomes(HEAD "SPAKE derived K'[0] = aes256-cts/1A2B\n", "SPAKE derived K'[0] = aes256-cts/(hidden)");
	becomes(HEAD "Received cookie: MIT1\\x00\\x00\\x01 and more\n", "Received cookie: (hidden)");
}

static void keys_made_at_random_can_be_told_apart(void **state)
{
	static const char *const kept[] = {
		"Generated subkey for TGS request: aes256-cts/E692",
		"TGS reply is for a@R -> host/b@R with session key aes256-cts/21C3",
		"Creating authenticator for a@R -> host/b@R, seqnum 47, subkey aes256-cts/442B, session key "
		"aes256-cts/21C3",
		"Authenticator contains subkey: aes128-sha2/442B",
		"Creating AP-REP, time 1795694310.978387, subkey aes256-cts/5F0D, seqnum 6",
		"Decrypted AS reply; session key is: 17/442B",
	};
	char line[256];

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++) {
		strcpy(line, HEAD);
		becomes(strcat(strcat(line, kept[i]), "\n"), kept[i]);
	}
}

static void names_and_numbers_that_look_like_it_stay(void **state)
{
	static const char *const kept[] = {
		"Getting credentials a@R -> host/DEAD@R using ccache FILE:/tmp/BEEF",
		"Retrieving host/ABCD12@R from FILE:/tmp/x/1234 (vno 0, enctype 18) with result: 0/Success",
		"TGS request result: -1765328377/Server host/FACE@R not found in Kerberos database",
		"PKINIT client used KDF 2B06010502030602 to compute something",
		"UDP error receiving from dgram 127.0.0.1:88: 111/Connection refused",
		"krbtgt/ABCDEF0123456789ABCDEF0123456789x@R",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		becomes(kept[i], kept[i]);
}

/* Each prefix, so that nothing past an end is read, into each size, so that nothing past one is written. */
static void no_end_is_passed(void **state)
{
	static const char line[] = HEAD "AS key: aes256-cts/8D8B, 00112233445566778899AABBCCDDEEFF\n";

	(void)state;
	for (size_t length = 0; length < sizeof(line); length++)
		for (size_t size = 1; size < sizeof(line); size++) {
			char *in = strndup(line, length), *out = malloc(size);

			assert_true(tap_krb5_text(in, out, size) < size);
			assert_true(strlen(out) < size);
			free(in);
			free(out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_process_and_newline_are_the_events_own),
		cmocka_unit_test(a_line_of_another_shape_is_all_text),
		cmocka_unit_test(against_what_is_kept_no_password_can_be_tried),
		cmocka_unit_test(keys_made_at_random_can_be_told_apart),
		cmocka_unit_test(names_and_numbers_that_look_like_it_stay),
		cmocka_unit_test(no_end_is_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
