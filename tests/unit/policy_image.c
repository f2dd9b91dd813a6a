/* SPDX-License-Identifier: MIT */
/*
 * Compiled policies that somebody cut, changed or made up: none is taken up, and none that is taken up can
 * lead a judge astray.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/compile.h"
#include "policy/image.h"

static const char SOURCE[] = "version: 1\n"
			     "gss: {delegation: strip, peers: {allow: [alice@X, '*/w@X'], deny: ['m*@X']}}\n"
			     "zmq:\n"
			     "  unsecured: refuse\n"
			     "  unsecured-ok: ['ipc://*']\n"
			     "  inject:\n"
			     "    - {bind: 'tcp://*:1', principal: 'zmq@%h'}\n"
			     "    - {connect: 'tcp://*', service: 'zmq@%H'}\n"
			     "    - {bind: 'tcp://*:2', zap: skip, phase: report}\n"
			     "  accelerate: yes\n";

/* Rules of SOURCE, as compiled. */
enum {
	VERSION,
	DELEGATION,
	ALLOW,
	ALLOW_1,
	ALLOW_2,
	DENY,
	DENY_1,
	UNSECURED,
	OK,
	OK_1,
	INJECT,
	RULE_1,
	BIND,
	PRINCIPAL,
	RULE_2,
	CONNECT,
	SERVICE,
	RULE_3,
	BIND_3,
	ZAP,
	PHASE,
	ACCELERATE,
	COUNT
};

static struct pol_image *compiled(size_t *len)
{
	void *image;

	assert_int_equal(pol_compile_text("test", SOURCE, sizeof(SOURCE) - 1, &image, len, NULL), 0);
	assert_int_equal(((struct pol_image *)image)->rule_count, COUNT);
	return image;
}

/* A copy of exactly len bytes, so that a sanitizer sees one byte too many. */
static int opens(const void *image, size_t len, struct pol *pol)
{
	void *copy = malloc(len ? len : 1);
	int status;

	memcpy(copy, image, len);
	status = pol_open(pol, copy, len);
	if (status) {
		assert_int_equal(pol->state, POL_BROKEN);
		assert_null(pol->image);
		assert_true(pol->broken[0]);
	} else {
		struct pol_verdict v;
		struct pol_endpoint facts = {POL_BIND, "tcp://*:1", 4, 0, 0, 0};
		struct pol_facts context = {.moment = POL_ESTABLISHED,
					    .role = POL_ACCEPTOR,
					    .initiator = {"mallory@X", true},
					    .delegated = true};

		pol_judge(pol, &context, POL_ABOUT_PEER, &v);
		pol_judge(pol, &context, POL_ABOUT_DELEGATION, &v);
		pol_judge_plaintext(pol, &v);
		pol_judge_endpoint(pol, &facts, &v);
		facts.way = POL_CONNECT;
		if (pol_judge_endpoint(pol, &facts, &v) == POL_INJECT)
			assert_non_null(v.inject.service);
		pol_serves_own(pol);
		pol_accelerates(pol);
		pol_by_address(pol);
		pol_capture(pol);
		pol_enforces(pol);
		pol_rules(pol);
	}
	free(copy);
	return !status;
}

static void every_shorter_or_longer_image_is_refused(void **state)
{
	size_t len;
	struct pol_image *image = compiled(&len);
	char *longer = calloc(1, len + 8);
	struct pol pol;

	(void)state;
	assert_true(opens(image, len, &pol));
	for (size_t n = 0; n < len; n++)
		assert_false(opens(image, n, &pol));
	memcpy(longer, image, len);
	assert_false(opens(longer, len + 1, &pol));
	assert_false(opens(longer, len + 8, &pol));
	assert_int_equal(pol_open(&pol, NULL, 0), -1);
	assert_int_equal(pol_open(&pol, longer + 4, len), -1);
	free(longer);
	free(image);
}

static void every_changed_byte_is_noticed(void **state)
{
	size_t len;
	struct pol_image *image = compiled(&len);
	unsigned char *bytes = (unsigned char *)image;
	struct pol pol;

	(void)state;
	for (size_t i = 0; i < len; i++) {
		for (int bit = 0; bit < 8; bit++) {
			bytes[i] ^= (unsigned char)(1 << bit);
			assert_false(opens(image, len, &pol));
			bytes[i] ^= (unsigned char)(1 << bit);
		}
	}
	assert_true(opens(image, len, &pol));
	free(image);
}

static void a_wrong_image_with_a_right_checksum_leads_no_judge_astray(void **state)
{
	size_t len, opened = 0;
	struct pol_image *image = compiled(&len);
	unsigned char *bytes = (unsigned char *)image;
	struct pol pol;

	(void)state;
	for (size_t i = POL_CHECKED_FROM; i < len; i++) {
		unsigned char saved = bytes[i];

		for (int value = 0; value < 256; value++) {
			bytes[i] = (unsigned char)value;
			pol_checksum(image, len, image->checksum);
			opened += (size_t)opens(image, len, &pol);
		}
		bytes[i] = saved;
	}
	assert_true(opened > len); /* letters of patterns may be any */
	free(image);
}

static struct pol_rule *r;

static void word_of_another(void)
{
	r[UNSECURED].word = POL_W_STRIP;
}
static void word_at_a_list(void)
{
	r[ALLOW].word = POL_W_ALLOW;
}
static void no_word(void)
{
	r[UNSECURED].word = POL_W_NONE;
}
static void unknown_keyword(void)
{
	r[DELEGATION].keyword = 999;
}
static void keyword_twice(void)
{
	r[DENY].keyword = r[DENY_1].keyword = POL_K_PEERS_ALLOW;
}
static void scalar_as_list(void)
{
	r[UNSECURED].kind = POL_LIST;
}
static void scalar_with_items(void)
{
	r[UNSECURED].below = 1;
}
static void item_outside(void)
{
	r[ALLOW].below = 1;
}
static void list_over_the_end(void)
{
	r[INJECT].below = 4;
}
static void huge_list(void)
{
	r[ALLOW].below = 65535;
}
static void item_of_another_list(void)
{
	r[DENY_1].keyword = POL_K_PEERS_ALLOW;
}
static void item_with_fields(void)
{
	r[OK_1].below = 1;
}
static void fields_over_the_end(void)
{
	r[RULE_2].below = 3;
}
static void no_text(void)
{
	r[ALLOW_1].text = 0;
}
static void text_past_the_end(void)
{
	r[ALLOW_1].text = 0xfffffff0;
}
static void text_inside_another(void)
{
	r[ALLOW_1].text = r[ALLOW_2].text + 1;
}
static void text_of_a_choice(void)
{
	r[UNSECURED].text = r[ALLOW_1].text;
}
static void both_bind_and_connect(void)
{
	r[PRINCIPAL].keyword = POL_K_INJECT_CONNECT;
}
static void connect_without_service(void)
{
	r[SERVICE].keyword = POL_K_INJECT_PRINCIPAL;
}
static void bind_with_service(void)
{
	r[PRINCIPAL].keyword = POL_K_INJECT_SERVICE;
}
static void neither_bind_nor_connect(void)
{
	r[BIND].keyword = POL_K_INJECT_PRINCIPAL;
}
static void foreign_field(void)
{
	r[PRINCIPAL].keyword = POL_K_MODE;
	r[PRINCIPAL].text = 0;
	r[PRINCIPAL].word = POL_W_AUDIT;
}

static void zap_of_a_connection(void)
{
	r[BIND_3].keyword = POL_K_INJECT_CONNECT;
	r[PHASE] = r[SERVICE];
}
static void phase_of_a_connection(void)
{
	r[BIND_3].keyword = POL_K_INJECT_CONNECT;
	r[ZAP] = r[SERVICE];
}
static void phase_with_another_word(void)
{
	r[PHASE].word = POL_W_REFUSE;
}

static void what_the_compiler_never_writes_is_refused(void **state)
{
	static void (*const changes[])(void) = {
		word_of_another,
		word_at_a_list,
		no_word,
		unknown_keyword,
		keyword_twice,
		scalar_as_list,
		scalar_with_items,
		item_outside,
		list_over_the_end,
		huge_list,
		item_of_another_list,
		item_with_fields,
		fields_over_the_end,
		no_text,
		text_past_the_end,
		text_inside_another,
		text_of_a_choice,
		both_bind_and_connect,
		connect_without_service,
		bind_with_service,
		neither_bind_nor_connect,
		foreign_field,
		phase_with_another_word,
		zap_of_a_connection,
	};
	struct pol pol;

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		size_t len;
		struct pol_image *image = compiled(&len);

		r = image->rule;
		changes[i]();
		pol_checksum(image, len, image->checksum);
		if (opens(image, len, &pol))
			fail_msg("change %zu was not noticed", i);
		free(image);
	}
}

static void a_connection_has_a_phase(void **state)
{
	struct pol_endpoint facts = {POL_CONNECT, "tcp://*:2", 4, 0, 0, 0};
	struct pol_image *image;
	struct pol_verdict v;
	struct pol pol;
	size_t len;

	(void)state;
	image = compiled(&len);
	r = image->rule;
	r[CONNECT].text = r[BIND].text; /* another port, so that the third rule is reached */
	phase_of_a_connection();
	pol_checksum(image, len, image->checksum);
	assert_true(opens(image, len, &pol));
	assert_int_equal(pol_open(&pol, image, len), 0);
	assert_int_equal(pol_judge_endpoint(&pol, &facts, &v), POL_INJECT);
	assert_int_equal(v.inject.phase, POL_PHASE_REPORT);
	free(image);
}

static void head_that_does_not_add_up_is_refused(void **state)
{
	struct pol pol;

	(void)state;
	for (int i = 0; i < 6; i++) {
		size_t len;
		struct pol_image *image = compiled(&len);
		uint32_t *const heads[] = {&image->rule_count, &image->string_size, &image->version,
					   &image->size};

		if (i < 4)
			++*heads[i];
		else if (i == 4)
			image->rule_count = UINT32_MAX / 16 + 2; /* times 16 it wraps to a small number */
		else
			((char *)image)[len - 1] = 'x'; /* the last string is not terminated */
		pol_checksum(image, len, image->checksum);
		assert_false(opens(image, len, &pol));
		free(image);
	}
}

static void the_same_text_gives_the_same_bytes(void **state)
{
	size_t len, again;
	struct pol_image *first = compiled(&len), *second = compiled(&again);

	(void)state;
	assert_int_equal(len, again);
	assert_memory_equal(first, second, len);
	free(first);
	free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_shorter_or_longer_image_is_refused),
		cmocka_unit_test(every_changed_byte_is_noticed),
		cmocka_unit_test(a_wrong_image_with_a_right_checksum_leads_no_judge_astray),
		cmocka_unit_test(what_the_compiler_never_writes_is_refused),
		cmocka_unit_test(a_connection_has_a_phase),
		cmocka_unit_test(head_that_does_not_add_up_is_refused),
		cmocka_unit_test(the_same_text_gives_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
