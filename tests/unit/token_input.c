/* SPDX-License-Identifier: MIT */
/* Texts that stand for a token, as people find them: whatever they look like, the same bytes come out. */
#include "tools/token/input.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

/* The MIC of a context of Kerberos, and what printf, base64, xxd and the others make of it. */
static const uint8_t mic[] = {0x04, 0x04, 0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00,
			      0x00, 0x00, 0x31, 0x3d, 0x8e, 0x9f, 0xfb, 0xef, 0xbe, 0x3f,
			      0xff, 0x0a, 0x20, 0x7c, 0x41, 0x42, 0x43, 0x44};
#define BASE64 "BAQE//////8AAAAAMT2On/vvvj//CiB8QUJDRA=="

static void assert_reads(const char *text, const char *note)
{
	struct input input;

	input_read(&input, (struct tr_bytes){(const uint8_t *)text, strlen(text)});
	assert_null(input.wrong);
	assert_int_equal(input.bytes.length, sizeof(mic));
	assert_memory_equal(input.bytes.at, mic, sizeof(mic));
	assert_int_equal(input.length, sizeof(mic));
	assert_int_equal(input.noted, note ? 1 : 0);
	if (note)
		assert_non_null(strstr(input.notes[0], note));
	input_free(&input);
}

static void hexadecimal_is_read_however_it_is_parted(void **state)
{
	(void)state;
	assert_reads("040404ffffffffff00000000313d8e9ffbefbe3fff0a207c41424344", NULL);
	assert_reads("0x040404FFFFFFFFFF00000000313D8E9FFBEFBE3FFF0A207C41424344\n", NULL);
	assert_reads(" 04 04 04 ff ff ff ff ff 00 00 00 00 31 3d\n8e 9f fb ef be 3f ff 0a 20 7c 41 42 43 44",
		     NULL);
	assert_reads("04:04:04:ff:ff:ff:ff:ff:00:00:00:00:31:3d:8e:9f:fb:ef:be:3f:ff:0a:20:7c:41:42:43:44",
		     NULL);
	assert_reads("{0x04, 0x04, 0x04, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0x31, 0x3d,\n"
		     " 0x8e, 0x9f, 0xfb, 0xef, 0xbe, 0x3f, 0xff, 0x0a, 0x20, 0x7c, 0x41, 0x42, 0x43, 0x44}",
		     NULL);
	assert_reads("\"\\x04\\x04\\x04\\xff\\xff\\xff\\xff\\xff\\x00\\x00\\x00\\x00\\x31\\x3d\\x8e\\x9f\\xfb"
		     "\\xef\\xbe"
		     "\\x3f\\xff\\x0a\\x20\\x7c\\x41\\x42\\x43\\x44\"",
		     NULL);
	assert_reads("040404ffffffffff00000000313d8e9ffbefbe3fff0a207c41424344a", "odd number");
}

static void dumps_are_read_without_their_offsets_and_characters(void **state)
{
	(void)state;
	assert_reads("00000000: 0404 04ff ffff ffff 0000 0000 313d 8e9f  ............1=..\n"
		     "00000010: fbef be3f ff0a 207c 4142 4344            ...?.. |ABCD\n",
		     NULL);
	assert_reads("00000000  04 04 04 ff ff ff ff ff  00 00 00 00 31 3d 8e 9f  |............1=..|\n"
		     "00000010  fb ef be 3f ff 0a 20 7c  41 42 43 44              |...?.. |ABCD|\n0000001c\n",
		     NULL);
	assert_reads("0000000 04 04 04 ff ff ff ff ff 00 00 00 00 31 3d 8e 9f\n"
		     "0000020 fb ef be 3f ff 0a 20 7c 41 42 43 44\n0000034\n",
		     NULL);
	assert_reads("\t0x0000:  0404 04ff ffff ffff 0000 0000 313d 8e9f  ............1=..\n"
		     "\t0x0010:  fbef be3f ff0a 207c 4142 4344            ...?...|ABCD\n",
		     NULL);
	assert_reads("0000   04 04 04 ff ff ff ff ff 00 00 00 00 31 3d 8e 9f   ............1=..\n"
		     "0010   fb ef be 3f ff 0a 20 7c 41 42 43 44               ...?.. ABCD\n",
		     NULL);
}

static void base64_is_read_in_both_alphabets_and_over_lines(void **state)
{
	(void)state;
	assert_reads(BASE64, NULL);
	assert_reads("BAQE//////8AAAAAMT2On/vvvj\r\n//CiB8QUJDRA==\r\n", NULL);
	assert_reads("BAQE______8AAAAAMT2On_vvvj__CiB8QUJDRA", NULL);
	assert_reads("'" BASE64 "'", NULL);
}

static void headers_are_read_in_whatever_stands_around_them(void **state)
{
	(void)state;
	assert_reads("Authorization: Negotiate " BASE64, NULL);
	assert_reads("Negotiate " BASE64, NULL);
	assert_reads("< WWW-Authenticate: negotiate " BASE64 "\r\n< Content-Length: 12\r\n", NULL);
	assert_reads("NTLM " BASE64, NULL);
	assert_reads("GET / HTTP/1.1\r\nHost: web\r\nAuthorization: Negotiate BAQE//////8AAAAAMT2On/vv\r\n"
		     " vj//CiB8QUJDRA==\r\nUser-Agent: curl\r\n\r\n",
		     NULL);
	assert_reads("10.0.0.7 - - [02/Jan/2026] \"GET /\" 401 \"Negotiate " BASE64 "\" \"curl\"", NULL);
	assert_reads("a1 AUTHENTICATE GSSAPI " BASE64, NULL);
}

static void what_was_encoded_twice_is_undone_and_told(void **state)
{
	(void)state;
	assert_reads("QkFRRS8vLy8vLzhBQUFBQU1UMk9uL3Z2dmovL0NpQjhRVUpEUkE9PQ==", "encoded twice");
	/* base64 of "Negotiate BAQE..." */
	assert_reads("TmVnb3RpYXRlIEJBUUUvLy8vLy84QUFBQUFNVDJPbi92dnZqLy9DaUI4UVVKRFJBPT0=", "a header");
	/* Digits of base64. */
	assert_reads("424151452f2f2f2f2f2f3841414141414d54324f6e2f7676766a2f2f4369423851554a4452413d3d",
		     "encoded twice");
}

static void bytes_are_taken_as_they_are(void **state)
{
	struct input input;

	(void)state;
	input_read(&input, (struct tr_bytes){mic, sizeof(mic)});
	assert_ptr_equal(input.bytes.at, mic);
	assert_int_equal(input.bytes.length, sizeof(mic));
	assert_int_equal(input.undone, 0);
	input_free(&input);
}

static uint64_t length_of(const char *text)
{
	struct input input;
	uint64_t length;

	input_read(&input, (struct tr_bytes){(const uint8_t *)text, strlen(text)});
	length = input.length;
	input_free(&input);
	return length;
}

static void a_length_that_is_more_than_what_arrived_is_told(void **state)
{
	(void)state;
	assert_int_equal(length_of("60 82 2e 5e 06 09 2a 86 48 86 f7 12 01 02 02 01 00"), 0x2e5e + 4);
	assert_int_equal(length_of("a1 20 30 1e"), 0x22);
	/* "oR0, so it is" is of a tag, a length, and the tag of a SEQUENCE; that is of another length. */
	assert_int_equal(length_of("6f 52 30 2c 20 73 6f 20 69 74 20 69 73"), 13);
	/* NTLM's CHALLENGE with a name at 56. */
	assert_int_equal(length_of("4e544c4d53535000 02000000 0e000e00 38000000 05000000"), 56 + 14);
}

static void assert_wrong(const char *text, const char *why)
{
	struct input input;
	const char *what;

	input_read(&input, (struct tr_bytes){(const uint8_t *)text, strlen(text)});
	what = input.wrong ? input.wrong : input_looks_like(input.bytes);
	if (!strstr(what, why))
		fail_msg("%s: it is %s", text, what);
	input_free(&input);
}

static void what_is_no_token_is_called_by_what_it_is(void **state)
{
	(void)state;
	assert_wrong("", "nothing");
	assert_wrong("Dear Sir, this is no token!", "text");
	assert_wrong("aGVsbG8gd29ybGQsIHRoaXMgaXMgbm8gdG9rZW4h", "text"); /* base64 of text */
	assert_wrong("WWW-Authenticate: Negotiate", "no token");
	assert_wrong("WWW-Authenticate: Negotiate\r\nConnection: close", "no token");
	assert_wrong("Authorization: Basic YWxpY2U6c3dvcmRmaXNo", "Basic");
	assert_wrong("Authorization: Bearer eyJhbGciOi.J9", "Bearer");
	assert_wrong("0000 60 82\n*\n0020 12", "leaves out lines");
	assert_wrong("01 02 03", "too short");
	assert_wrong("0a0d0d0a 1c000000 4d3c2b1a", "a trace");
	assert_wrong("308201 0a02820101", "certificate");
	assert_wrong("-----BEGIN CERTIFICATE-----\nMIIB\n", "PEM");
	assert_wrong("0102030405060708090a", "no kind");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hexadecimal_is_read_however_it_is_parted),
		cmocka_unit_test(dumps_are_read_without_their_offsets_and_characters),
		cmocka_unit_test(base64_is_read_in_both_alphabets_and_over_lines),
		cmocka_unit_test(headers_are_read_in_whatever_stands_around_them),
		cmocka_unit_test(what_was_encoded_twice_is_undone_and_told),
		cmocka_unit_test(bytes_are_taken_as_they_are),
		cmocka_unit_test(a_length_that_is_more_than_what_arrived_is_told),
		cmocka_unit_test(what_is_no_token_is_called_by_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
