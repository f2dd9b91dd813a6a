/* SPDX-License-Identifier: MIT */
/*
 * Every beginning of every sample: a token that was cut, as traces hold them. Whatever its decoder makes of
 * it is sound, and says nothing that the whole does not say: a text may be shorter, of encrypted parts and of
 * bytes there may be less, all other values are the same.
 */
#include "tests/token_sound.h"
#include "tests/unit/token_sample.h"
#include "tools/token/decode.h"
#include "tools/token/phrase.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static struct token whole, part;

/* Bytes of a value that is compared. */
static bool begins_with(struct tr_bytes text, struct tr_bytes beginning)
{
	return beginning.length <= text.length && !memcmp(text.at, beginning.at, beginning.length);
}

static bool says_the_same(const struct token_node *cut, const struct token_node *full)
{
	switch (cut->type) {
	case TOKEN_BYTES: /* or what could not be read any more */
	case TOKEN_SEALED:
		return true;
	case TOKEN_TEXT:
		return full->type == TOKEN_TEXT && begins_with(full->text, cut->text);
	case TOKEN_OID:
		return full->type == TOKEN_OID && cut->text.length == full->text.length &&
		       begins_with(full->text, cut->text);
	default:
		return full->type == cut->type && full->number == cut->number && full->micro == cut->micro;
	}
}

/* What is derived from where the token ends. */
static bool depends_on_the_end(const struct token_node *node)
{
	return node->name && !strcmp(node->name, "clear_bytes");
}

/* The value that stands in the whole where this one stands; 0: none. */
static uint32_t counterpart(uint32_t cut, uint32_t full_parent)
{
	const struct token_node *node = &part.nodes[cut];
	uint32_t at = whole.nodes[full_parent].child, sibling = part.nodes[node->parent].child;

	if (node->name) {
		while (at && strcmp(whole.nodes[at].name, node->name))
			at = whole.nodes[at].next;
		return at;
	}
	for (; at && sibling != cut; sibling = part.nodes[sibling].next)
		at = whole.nodes[at].next;
	return at;
}

static const char *compare(void)
{
	uint32_t *full = calloc(part.count + 1, sizeof(*full));
	const char *wrong = NULL;

	for (uint32_t i = 1; i < part.count && !wrong; i++) {
		const struct token_node *node = &part.nodes[i];

		full[i] = full[node->parent] || !node->parent ? counterpart(i, full[node->parent]) : 0;
		if (node->type == TOKEN_BYTES || node->type == TOKEN_SEALED || depends_on_the_end(node))
			continue;
		if (!full[i])
			wrong = node->name ? node->name : "an element";
		else if (node->type > TOKEN_LIST && !says_the_same(node, &whole.nodes[full[i]]))
			wrong = node->name ? node->name : "an element";
	}
	free(full);
	return wrong;
}

static void decode_beginning(const struct sample *sample, size_t length)
{
	uint8_t *exact = malloc(length + !length);
	struct tr_bytes bytes = {memcpy(exact, sample->bytes.at, length), length};
	const char *wrong;

	if (token_decode_as(&part, sample->decoder, bytes)) {
		wrong = token_unsound(&part);
		if (!wrong)
			wrong = compare();
		if (wrong)
			fail_msg("the first %zu bytes of %s: %s", length, sample->path, wrong);
		token_phrase(&part);
	}
	token_decode(&part, bytes, sample->bytes.length, TOKEN_ANYWHERE, 0);
	wrong = token_unsound(&part);
	if (wrong)
		fail_msg("the first %zu bytes of %s, anywhere: %s", length, sample->path, wrong);
	if (length < sample->bytes.length && length && !part.noted)
		fail_msg("the first %zu bytes of %s: nothing says that it was cut", length, sample->path);
	token_phrase(&part);
	free(exact);
}

static void each_beginning(const struct sample *sample)
{
	assert_true(token_decode_as(&whole, sample->decoder, sample->bytes));
	for (size_t length = 0; length <= sample->bytes.length; length++)
		decode_beginning(sample, length);
}

static void no_beginning_of_a_sample_says_what_the_whole_does_not(void **state)
{
	(void)state;
	assert_true(samples_each(each_beginning) > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_beginning_of_a_sample_says_what_the_whole_does_not),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	token_free(&whole);
	token_free(&part);
	return failed;
}
