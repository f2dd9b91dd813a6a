/* SPDX-License-Identifier: MIT */
/*
 * Texts of a trace, which may hold any byte, in the lines that decode prints: plain where they are harmless,
 * and never anything that a terminal or a reader of JSON takes for something else.
 */
#include "tests/unit/show_line.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

/* Shows `bytes` as a text field; returns the line, which the caller frees. */
static char *text_line(const void *bytes, size_t length, enum show_format format)
{
	struct packet packet = packet_new(TR_E_call, TIME, 4711, 1);

	packet.head.call = TR_gss_import_name;
	packet_put(&packet, TR_F_NAME, bytes, length);
	return line_of(&packet, format, false);
}

static void assert_text(const char *bytes, size_t length, const char *expected)
{
	char *line = text_line(bytes, length, SHOW_TEXT), whole[256];

	snprintf(whole, sizeof(whole), "03:04:05.123456 4711 gss_import_name(name=%s) <0.000000>\n",
		 expected);
	assert_string_equal(line, whole);
	free(line);
}

static void texts_are_quoted_where_they_could_mislead(void **state)
{
	(void)state;
	assert_text("alice@EXAMPLE.ORG", 17, "alice@EXAMPLE.ORG");
	assert_text("", 0, "\"\"");
	assert_text("a) = GSS_S_COMPLETE", 19, "\"a) = GSS_S_COMPLETE\"");
	assert_text("\033[2J", 4, "\"\\x1b[2J\"");
	assert_text("a\nb\"\\\t", 6, "\"a\\nb\\\"\\\\\\t\"");
	assert_text("j\xc3\xbcrgen", 7, "\"j\xc3\xbcrgen\"");
	assert_text("\xfc\0", 2, "\"\\xfc\\x00\"");
	assert_text("\xc2\x9b"
		    "2J",
		    4, "\"\\u{00009b}2J\"");
	assert_text("\xe2\x80\xae", 3, "\"\\u{00202e}\"");
	assert_text("\xc0\xaf\xed\xa0\x80", 5, "\"\\xc0\\xaf\\xed\\xa0\\x80\"");
}

static void assert_json_text(const char *bytes, size_t length, const char *expected)
{
	char *text = text_line(bytes, length, SHOW_JSON);
	json_t *line = json_loads(text, JSON_ALLOW_NUL, NULL);

	assert_string_equal(json_string_value(json_object_get(line, "name")), expected);
	json_decref(line);
	free(text);
}

static void in_json_a_byte_and_the_character_of_its_number_differ(void **state)
{
	(void)state;
	assert_json_text("\xfc", 1, "\\xfc");
	assert_json_text("\xc3\xbc", 2, "\xc3\xbc");
	assert_json_text("\\xfc", 4, "\\\\xfc"); /* a text that looks like the byte */
	assert_json_text("\\\xfc\\", 3, "\\\\\\xfc\\\\");
	assert_json_text("DOMAIN\\user", 11, "DOMAIN\\\\user");
	assert_json_text("\xe2\x80\xae\xc2\x9b", 5, "\xe2\x80\xae\xc2\x9b"); /* escaped in JSON's own way */
}

/* Every byte, alone and before others, in both formats. */
static void no_byte_of_a_text_breaks_a_line(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		const uint8_t bytes[] = {'a', (uint8_t)byte, 0xe2, 0x80, (uint8_t)byte, '"'};
		char *json = text_line(bytes, sizeof(bytes), SHOW_JSON),
		     *text = text_line(bytes, sizeof(bytes), SHOW_TEXT);
		json_t *line = json_loads(json, JSON_ALLOW_NUL, NULL);

		assert_non_null(line);
		assert_ptr_equal(strchr(json, '\n'), json + strlen(json) - 1);
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		for (size_t i = 0; text[i + 1]; i++)
			assert_true((uint8_t)text[i] >= 0x20 && text[i] != 0x7f && (uint8_t)json[i] >= 0x20);
		json_decref(line);
		free(json);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_quoted_where_they_could_mislead),
		cmocka_unit_test(in_json_a_byte_and_the_character_of_its_number_differ),
		cmocka_unit_test(no_byte_of_a_text_breaks_a_line),
	};

	return cmocka_run_group_tests(tests, line_file_make, line_file_remove);
}
