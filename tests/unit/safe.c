/* SPDX-License-Identifier: MIT */
/*
 * What may reach a terminal: for every character and every pair of bytes, nothing that acts on it, hides or
 * reorders text; and what is plain stays as it is.
 */
#include "tools/base/safe.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static void assert_form(const char *bytes, size_t length, const char *expected)
{
	char *text = safe_text(bytes, length);

	assert_string_equal(text, expected);
	free(text);
}

static void controls_and_broken_bytes_become_escapes(void **state)
{
	(void)state;
	assert_form("plain \\ text", 12, "plain \\ text");
	assert_form("\033[31m\x7f", 6, "\\x1b[31m\\x7f");
	assert_form("a\0b\n\t\r", 6, "a\\x00b\\n\\t\\r");
	assert_form("\xc2\x9b"
		    "31m",
		    5, "\\u{00009b}31m");
	assert_form("\xe2\x80\xae"
		    "txt",
		    6, "\\u{00202e}txt");
	assert_form("\xe2\x81\xa6\xe2\x81\xa9", 6, "\\u{002066}\\u{002069}");
	assert_form("\xe2\x80\xa8\xef\xbb\xbf", 6, "\\u{002028}\\u{00feff}");
	assert_form("\xfc\xc3\xbc", 3, "\\xfc\xc3\xbc");
	assert_form("\xc0\xaf\xed\xa0\x80\xe2\x82", 7, "\\xc0\\xaf\\xed\\xa0\\x80\\xe2\\x82");
	assert_form("\xf3\xa0\x81\x81", 4, "\\u{0e0041}");
	assert_form("", 0, "");
}

/* What a terminal acts on, or what changes how the rest is read. */
static bool acts(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2060 && code <= 0x206f) || code == 0xfeff || (code >= 0xfff9 && code <= 0xfffb) ||
	       (code >= 0xe0000 && code <= 0xe007f);
}

static void no_character_passes_that_acts_on_a_terminal(void **state)
{
	unsigned passed = 0;

	(void)state;
	for (uint32_t code = 0; code < 0x110000; code++) {
		assert_false(acts(code) && safe_printable(code));
		passed += safe_printable(code);
	}
	assert_true(passed > 100000); /* letters of all scripts */
}

static void whatever_the_bytes_the_form_is_harmless_and_all_are_used(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 256; first++)
		for (unsigned second = 0; second < 256; second++) {
			uint8_t bytes[] = {(uint8_t)first, (uint8_t)second, 0x80, 0xbf};
			size_t at = 0, used;
			char form[SAFE_FORM];

			while (at < sizeof(bytes)) {
				size_t length = safe_form(bytes + at, sizeof(bytes) - at, form, &used);

				assert_in_range(length, 1, SAFE_FORM);
				assert_true(safe_is(form, length));
				assert_in_range(used, 1, sizeof(bytes) - at);
				at += used;
			}
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_and_broken_bytes_become_escapes),
		cmocka_unit_test(no_character_passes_that_acts_on_a_terminal),
		cmocka_unit_test(whatever_the_bytes_the_form_is_harmless_and_all_are_used),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
