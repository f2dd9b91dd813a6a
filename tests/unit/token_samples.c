/* SPDX-License-Identifier: MIT */
/*
 * Every sample of tests/data/token/DECODER/ is decoded to the JSON that stands beside it, by its decoder and
 * by the whole table. GSSTAP_SAMPLES=write in the environment writes these files again: look at what changed.
 */
#include "tests/token_sound.h"
#include "tests/unit/token_sample.h"
#include "tools/token/decode.h"
#include "tools/view/token_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct token token;

/* As it stands in the file: indented, in the order in which it was written. */
static char *json_of(struct token *decoded)
{
	static struct out out;
	char *line = NULL, *text;
	size_t length;
	FILE *file = open_memstream(&line, &length);
	json_error_t error;
	struct js js;
	json_t *json;

	out_init(&out, file, false, true);
	js_init(&js, &out);
	token_json(&js, decoded);
	out_flush(&out);
	fclose(file);
	json = json_loads(line, JSON_REJECT_DUPLICATES, &error);
	if (!json)
		fail_msg("no JSON: %s: %s", error.text, line);
	text = json_dumps(json, JSON_INDENT(2) | JSON_PRESERVE_ORDER);
	json_decref(json);
	free(line);
	return text;
}

static char *expected(const struct sample *sample)
{
	char *text = NULL, path[512];
	size_t room = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%.*s.json", (int)strlen(sample->path) - 4, sample->path);
	file = fopen(path, "r");
	if (!file || getdelim(&text, &room, 0, file) < 0)
		fail_msg("%s cannot be read; see the head of tests/unit/token_samples.c", path);
	fclose(file);
	text[strcspn(text, "") - 1] = 0;
	return text;
}

static void write_expected(const struct sample *sample, const char *text)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%.*s.json", (int)strlen(sample->path) - 4, sample->path);
	file = fopen(path, "w");
	if (!file || fprintf(file, "%s\n", text) < 0 || fclose(file))
		fail_msg("%s cannot be written", path);
}

static void decodes(const struct sample *sample)
{
	const char *wanted = getenv("GSSTAP_SAMPLES");
	char *text, *should;

	if (!token_decode_as(&token, sample->decoder, sample->bytes))
		fail_msg("%s is not known to its decoder", sample->path);
	if (token_unsound(&token))
		fail_msg("%s: %s", sample->path, token_unsound(&token));
	text = json_of(&token);
	if (wanted && !strcmp(wanted, "write"))
		write_expected(sample, text);
	should = expected(sample);
	if (strcmp(text, should))
		fail_msg("%s is decoded to\n%s\nand should be\n%s", sample->path, text, should);
	free(should);
	/* What another row takes for its own would never reach this one. */
	assert_true(token_decode(&token, sample->bytes, sample->bytes.length, sample->places, 0));
	should = json_of(&token);
	if (strcmp(text, should))
		fail_msg("%s is decoded to\n%s\nby the table, and to\n%s\nby its decoder", sample->path,
			 should, text);
	free(should);
	free(text);
}

static void each_sample_is_decoded_to_what_stands_beside_it(void **state)
{
	(void)state;
	assert_true(samples_each(decodes) > 80);
}

static void each_decoder_has_samples(void **state)
{
	(void)state;
	for (unsigned i = 0; token_decoder(i); i++)
		if (!samples_of(i, NULL))
			fail_msg("there is no tests/data/token/%s/*.bin", token_decoder(i));
}

static void assert_nobodys(const char *text, size_t length)
{
	struct tr_bytes bytes = {(const uint8_t *)text, length};

	if (token_decode(&token, bytes, bytes.length, TOKEN_ANYWHERE, 0))
		fail_msg("%s is taken for a token", text);
	assert_int_equal(token.count, 0);
}

#define NOBODYS(text) assert_nobodys(text, sizeof(text) - 1)

static void bytes_of_no_kind_are_nobodys(void **state)
{
	(void)state;
	NOBODYS("Dear Sir or Madam, this is no token.");
	NOBODYS("");
	assert_false(token_decode_as(&token, "no such decoder", (struct tr_bytes){(const uint8_t *)"x", 1}));
}

/* They begin as some tokens do, and go on otherwise. */
static void bytes_that_begin_like_a_token_are_nobodys(void **state)
{
	(void)state;
	NOBODYS("a10 is a road, and no ticket");
	NOBODYS("n50 0 is no AP-REQ");
	NOBODYS("\x6e\x00");
	NOBODYS("\xa1\x00");
	NOBODYS("\xa0\x02\x04\x00");
	NOBODYS("\x05\x01\x30");
	NOBODYS("\x05\x01\x30\x03\x02\x01\x05"); /* no IAKERB-HEADER */
	NOBODYS("\x06\x05hello, world");
	NOBODYS("\x06\x02\x2a\x86"); /* ends within an arc */
	NOBODYS("\x04\x05\x04HALL and more of the same");
	NOBODYS("\x04\x04\x00\xff\xff\xff\xff\x00 is no MIC of Kerberos'");
	/* A ticket cache. */
	NOBODYS("\x05\x04\x00\x0c\x00\x01\x00\x08\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00"
		"\x01");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sample_is_decoded_to_what_stands_beside_it),
		cmocka_unit_test(each_decoder_has_samples),
		cmocka_unit_test(bytes_of_no_kind_are_nobodys),
		cmocka_unit_test(bytes_that_begin_like_a_token_are_nobodys),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	token_free(&token);
	return failed;
}
