/* SPDX-License-Identifier: MIT */
/*
 * Takes up a compiled policy. Whoever wrote the bytes, once pol_open has passed them every offset, count,
 * word and order that judge.c relies on holds. Linked into the shim: no allocation, no stdio, no locale, no
 * lock.
 */
#include "policy/policy.h"
#include "policy/image.h"
#include "policy/say.h"

#include <string.h>

#define XXH_INLINE_ALL
#ifdef __SSE2__
/* A hash with AVX2 would slow down the SSE crypto that follows it in the host. */
#define XXH_VECTOR XXH_SSE2
#endif
#include <xxhash.h>

void pol_checksum(const void *image, size_t size, uint8_t checksum[16])
{
	XXH128_hash_t hash = XXH3_128bits((const char *)image + POL_CHECKED_FROM, size - POL_CHECKED_FROM);
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, hash);
	memcpy(checksum, canonical.digest, 16);
}

int pol_is_image(const void *bytes, size_t len)
{
	return len >= 8 && !memcmp(bytes, POL_IMAGE_MAGIC, 8);
}

void pol_break(struct pol *pol, const char *why)
{
	struct pol_say say = pol_say_into(pol->broken, sizeof(pol->broken));

	pol_say(&say, why);
	pol->state = POL_BROKEN;
	pol->image = NULL;
}

const char *pol_text(const struct pol_image *image, const struct pol_rule *rule)
{
	return rule && rule->text ? (const char *)&image->rule[image->rule_count] + rule->text : NULL;
}

const struct pol_rule *pol_next(const struct pol_rule *item)
{
	return item + 1 + item->below;
}

/* A list's items stand between it and the next top-level rule. */
static const struct pol_rule *after(const struct pol_rule *rule)
{
	const struct pol_rule *next = rule + 1;

	for (unsigned i = 0; i < rule->below; i++)
		next = pol_next(next);
	return next;
}

const struct pol_rule *pol_find(const struct pol_image *image, uint16_t keyword)
{
	const struct pol_rule *end = image->rule + image->rule_count;

	for (const struct pol_rule *r = image->rule; r < end; r = after(r))
		if (r->keyword == keyword)
			return r;
	return NULL;
}

const struct pol_rule *pol_field(const struct pol_rule *item, uint16_t keyword)
{
	for (unsigned i = 1; i <= item->below; i++)
		if (item[i].keyword == keyword)
			return item + i;
	return NULL;
}

int pol_is_literal(const char *pattern)
{
	return !pattern[strcspn(pattern, "*?[\\")];
}

/* What the walk over an image under check knows. */
struct check {
	const struct pol_image *image;
	const struct pol_rule *at, *end;
	const char *why; /* NULL as long as all is well */
};

static void fail(struct check *check, const char *why)
{
	if (!check->why)
		check->why = why;
}

/* A text that is there, starts after a terminator, is not empty and is not longer than what compiles. */
static int text_fits(const struct check *check, const struct pol_rule *rule)
{
	const char *strings = (const char *)check->end;
	uint32_t size = check->image->string_size;
	size_t len;

	if (!rule->text || rule->text >= size || strings[rule->text - 1])
		return 0;
	len = strlen(strings + rule->text); /* the area ends with 0 */
	return len && len <= POL_TEXT_MAX;
}

static int shape_fits(const struct check *check, const struct pol_rule *rule, const struct pol_keyword *k)
{
	int has_word = k->type == POL_T_SETTING || k->type == POL_T_CHOICE || k->type == POL_T_WORDS;
	int has_text = k->type == POL_T_PATTERN || k->type == POL_T_TEMPLATE ||
		       (k->type == POL_T_PATTERNS && rule->kind == POL_ITEM);

	return (has_word ? pol_takes(k, rule->word) : !rule->word) &&
	       (has_text ? text_fits(check, rule) : !rule->text);
}

/* The next rule, when it is of this kind and fits its keyword. */
static const struct pol_rule *take(struct check *check, enum pol_kind kind,
				   const struct pol_keyword **keyword)
{
	const struct pol_rule *rule = check->at;
	const struct pol_keyword *k;

	if (rule >= check->end) {
		fail(check, "a list runs past its end");
		return NULL;
	}
	k = pol_keyword(rule->keyword);
	if (!k) {
		fail(check, "it has a keyword that this gsstap does not know: compile it again");
		return NULL;
	}
	if (rule->kind != kind || !shape_fits(check, rule, k)) {
		fail(check, "a rule does not fit its keyword");
		return NULL;
	}
	check->at++;
	*keyword = k;
	return rule;
}

/* bind or connect, and a service with connect alone: what judge.c hands out is complete. */
static void check_inject(struct check *check, const struct pol_rule *item)
{
	int binds = !!pol_field(item, POL_K_INJECT_BIND), connects = !!pol_field(item, POL_K_INJECT_CONNECT);

	if (binds == connects || connects != !!pol_field(item, POL_K_INJECT_SERVICE) ||
	    (connects && pol_field(item, POL_K_INJECT_ZAP)))
		fail(check, "the keys of a rule of zmq.inject do not go together");
}

static void check_item(struct check *check, const struct pol_keyword *list)
{
	const struct pol_keyword *k;
	const struct pol_rule *item = take(check, POL_ITEM, &k);

	if (!item)
		return;
	if (k != list || (item->below && list->type != POL_T_RECORDS))
		fail(check, "an item is in another list than its own");
	for (unsigned i = 0; i < item->below && !check->why; i++)
		if (take(check, POL_FIELD, &k) && !pol_is_field_of(k, list))
			fail(check, "a field is in another list than its own");
	if (!check->why && list->id == POL_K_INJECT)
		check_inject(check, item);
}

static void check_rule(struct check *check)
{
	const struct pol_keyword *k = pol_keyword(check->at->keyword);
	int is_list = k && (k->type == POL_T_PATTERNS || k->type == POL_T_RECORDS);
	int is_scalar = k && (k->type == POL_T_SETTING || k->type == POL_T_CHOICE);
	const struct pol_rule *rule;

	if (k && !is_list && !is_scalar) {
		fail(check, "a field stands outside a list");
		return;
	}
	rule = take(check, is_list ? POL_LIST : POL_SCALAR, &k);
	if (!rule)
		return;
	if (is_scalar && rule->below)
		fail(check, "a rule does not fit its keyword");
	for (unsigned i = 0; i < rule->below && !check->why; i++)
		check_item(check, k);
}

/* Two rules for one keyword could say two things: the compiler never writes that. */
static void check_once(struct check *check)
{
	for (const struct pol_rule *r = check->image->rule; r < check->end && !check->why; r = after(r))
		if (pol_find(check->image, r->keyword) != r)
			fail(check, "a keyword stands in it twice");
}

static const char *check_head(const struct pol_image *image, size_t len)
{
	uint8_t checksum[16];

	if ((uintptr_t)image % 8)
		return "the compiled policy is not aligned in memory";
	if (!pol_is_image(image, len))
		return "it is no compiled policy";
	if (len < sizeof(*image))
		return "the compiled policy is cut off";
	if (image->version != POL_IMAGE_VERSION)
		return "it was compiled by another version of gsstap: compile it again";
	if (image->size != len)
		return len < image->size ? "the compiled policy is cut off"
					 : "the compiled policy has bytes too many";
	pol_checksum(image, len, checksum);
	if (memcmp(checksum, image->checksum, sizeof(checksum)))
		return "the compiled policy is damaged: its checksum is wrong";
	if (image->rule_count > POL_RULES_MAX)
		return "it has too many rules";
	return NULL;
}

static const char *check_body(const struct pol_image *image, size_t len)
{
	size_t rules = image->rule_count * sizeof(struct pol_rule), room = len - sizeof(*image);
	struct check check = {.image = image, .at = image->rule, .end = image->rule + image->rule_count};
	const char *strings = (const char *)image + sizeof(*image) + rules;

	/* rule_count is at most POL_RULES_MAX, so rules cannot wrap */
	if (rules > room || image->string_size != room - rules)
		return "its parts do not add up";
	if (!image->string_size || strings[0] || strings[image->string_size - 1])
		return "its strings are not closed";
	while (check.at < check.end && !check.why)
		check_rule(&check);
	check_once(&check);
	return check.why;
}

/* How many items at the head of a list are plain texts that stand in order: they can be looked up. */
static unsigned sorted(const struct pol_image *image, const struct pol_rule *list)
{
	const char *last = "";
	unsigned n = 0;

	for (; n < list->below; n++) {
		const char *text = pol_text(image, list + 1 + n);

		if (!text || !pol_is_literal(text) || strcmp(last, text) > 0)
			break;
		last = text;
	}
	return n;
}

static void resolve(struct pol *pol)
{
	const struct pol_image *image = pol->image;

	for (const struct pol_rule *r = image->rule; r < image->rule + image->rule_count; r = after(r)) {
		pol->rule[r->keyword] = r;
		if (pol_keyword(r->keyword)->type == POL_T_PATTERNS)
			pol->sorted[r->keyword] = sorted(image, r);
	}
}

int pol_open(struct pol *pol, const void *image, size_t len)
{
	const char *why = image ? check_head(image, len) : "there is no compiled policy";

	memset(pol, 0, sizeof(*pol));
	if (!why)
		why = check_body(image, len);
	if (why) {
		pol_break(pol, why);
		return -1;
	}
	pol->state = POL_READY;
	pol->image = image;
	resolve(pol);
	return 0;
}
