/* SPDX-License-Identifier: MIT */
/*
 * Takes up a compiled policy. Whoever wrote the bytes, once pol_open has passed them every offset, count,
 * word and order that judge.c relies on holds. Linked into the shim: no allocation, no stdio, no locale, no
 * lock.
 */
#include "policy/decide.h"
#include "policy/image.h"
#include "policy/say.h"

#include <stdbool.h>
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

const struct pol_rule *pol_next(const struct pol_rule *rule)
{
	return rule + 1 + rule->below;
}

static const struct pol_rule *among(const struct pol_rule *first, const struct pol_rule *end,
				    uint16_t keyword)
{
	for (const struct pol_rule *r = first; r < end; r = pol_next(r))
		if (r->keyword == keyword)
			return r;
	return NULL;
}

const struct pol_rule *pol_field(const struct pol_rule *item, uint16_t keyword)
{
	return among(item + 1, pol_next(item), keyword);
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
	const char *strings = (const char *)&check->image->rule[check->image->rule_count];
	uint32_t size = check->image->string_size;
	size_t len;

	if (!rule->text || rule->text >= size || strings[rule->text - 1])
		return 0;
	len = strlen(strings + rule->text); /* the area ends with 0 */
	return len && len <= POL_TEXT_MAX;
}

static bool is_list(const struct pol_keyword *k)
{
	return k->type == POL_T_PATTERNS || k->type == POL_T_SET || k->type == POL_T_RECORDS;
}

static bool is_scalar(const struct pol_keyword *k)
{
	return k->type == POL_T_SETTING || k->type == POL_T_CHOICE || k->type == POL_T_DURATION ||
	       k->type == POL_T_NUMBER || k->type == POL_T_PLACE;
}

static int word_fits(const struct pol_rule *rule, const struct pol_keyword *k)
{
	if (k->type == POL_T_SETTING || k->type == POL_T_CHOICE || k->type == POL_T_WORDS ||
	    (k->type == POL_T_SET && rule->kind == POL_ITEM))
		return pol_takes(k, rule->word);
	if (k->type == POL_T_PATTERNS && rule->kind == POL_LIST)
		return rule->word <= rule->below;
	return !rule->word;
}

static int shape_fits(const struct check *check, const struct pol_rule *rule, const struct pol_keyword *k)
{
	int may_have_text = k->id == POL_K_VERSION && rule->text; /* the source's name */
	int has_text = may_have_text || k->type == POL_T_PATTERN || k->type == POL_T_TEMPLATE ||
		       k->type == POL_T_PLACE || k->type == POL_T_TEXT ||
		       (k->type == POL_T_PATTERNS && rule->kind == POL_ITEM);

	return word_fits(rule, k) && (k->type == POL_T_DURATION || k->type == POL_T_NUMBER ||
				      (has_text ? text_fits(check, rule) : !rule->text));
}

/* The next rule, when it fits its keyword and what it stands in; what belongs to it ends where that does. */
static const struct pol_rule *take(struct check *check, const struct pol_keyword **keyword)
{
	const struct pol_rule *rule = check->at;
	const struct pol_keyword *k = pol_keyword(rule->keyword);

	if (!k)
		fail(check, "it has a keyword that this gsstap does not know: compile it again");
	else if (!shape_fits(check, rule, k))
		fail(check, "a rule does not fit its keyword");
	else if (rule->below >= check->end - rule)
		fail(check, "a list runs past its end");
	if (check->why)
		return NULL;
	check->at++;
	*keyword = k;
	return rule;
}

/* Two rules for one keyword could say two things: the compiler never writes that. */
static void check_once(struct check *check, const struct pol_rule *first, const struct pol_rule *end)
{
	for (const struct pol_rule *r = first; r < end && !check->why; r = pol_next(r))
		if (among(first, end, r->keyword) != r)
			fail(check, "a keyword stands in it twice");
}

/* bind or connect, and a service with connect alone: what judge.c hands out is complete. */
static void check_inject(struct check *check, const struct pol_rule *item)
{
	int binds = !!pol_field(item, POL_K_INJECT_BIND), connects = !!pol_field(item, POL_K_INJECT_CONNECT);

	if (binds == connects || connects != !!pol_field(item, POL_K_INJECT_SERVICE) ||
	    (connects && pol_field(item, POL_K_INJECT_ZAP)) ||
	    (binds && pol_field(item, POL_K_INJECT_ON_FAILURE)))
		fail(check, "the keys of a rule of zmq.inject do not go together");
}

/* What a rule of zmq.auth asks of addresses is one list. */
static void check_auth(struct check *check, const struct pol_rule *item)
{
	if (pol_field(item, POL_K_AUTH_ALLOW) && pol_field(item, POL_K_AUTH_DENY))
		fail(check, "the keys of a rule of zmq.auth do not go together");
}

static void check_value(struct check *check, const struct pol_keyword *record);

/* The keys of a mapping, which is what is left before end. */
static void check_mapping(struct check *check, const struct pol_rule *end, const struct pol_keyword *record)
{
	const struct pol_rule *first = check->at, *outer = check->end;

	check->end = end;
	while (check->at < end && !check->why)
		check_value(check, record);
	check_once(check, first, end);
	check->end = outer;
}

static void check_item(struct check *check, const struct pol_keyword *list)
{
	const struct pol_keyword *k;
	const struct pol_rule *item = take(check, &k);

	if (!item)
		return;
	if (k != list || item->kind != POL_ITEM || (item->below && list->type != POL_T_RECORDS))
		fail(check, "an item is in another list than its own");
	else if (list->type == POL_T_RECORDS)
		check_mapping(check, pol_next(item), list);
	if (!check->why && list->id == POL_K_INJECT)
		check_inject(check, item);
	if (!check->why && list->id == POL_K_AUTH)
		check_auth(check, item);
	/* One that is none would match nobody, and a list of those who are denied would let all pass. */
	if (!check->why && !strcmp(list->values, "address") && !pol_is_address(pol_text(check->image, item)))
		fail(check, "an address in it is none");
}

/* Plain texts stand in the order of their bytes, as many as the head says. */
static void check_order(struct check *check, const struct pol_rule *list)
{
	const char *last = "";

	for (unsigned i = 1; i <= list->word && !check->why; i++) {
		const char *text = pol_text(check->image, list + i);

		if (!pol_is_literal(text) || strcmp(last, text) > 0)
			fail(check, "a list is not in its order");
		last = text;
	}
}

static void check_items(struct check *check, const struct pol_rule *list, const struct pol_keyword *k)
{
	const struct pol_rule *outer = check->end;

	check->end = pol_next(list);
	while (check->at < check->end && !check->why)
		check_item(check, k);
	check->end = outer;
	if (!check->why && k->type == POL_T_PATTERNS)
		check_order(check, list);
}

/* A key and what belongs to it: at the top of a policy, or (record) in an item of such a list. */
static void check_value(struct check *check, const struct pol_keyword *record)
{
	const struct pol_keyword *k;
	const struct pol_rule *rule = take(check, &k);
	enum pol_kind kind;

	if (!rule)
		return;
	kind = is_list(k) ? POL_LIST : is_scalar(k) ? POL_SCALAR : POL_FIELD;
	if (record ? !pol_is_field_of(k, record) || k->type == POL_T_RECORDS
		   : kind == POL_FIELD || pol_is_field(k))
		fail(check, "a key stands where it does not belong");
	else if (rule->kind != kind || (kind != POL_LIST && rule->below))
		fail(check, "a rule does not fit its keyword");
	else if (kind == POL_LIST)
		check_items(check, rule, k);
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
	check_mapping(&check, check.end, NULL);
	return check.why;
}

static void resolve(struct pol *pol)
{
	const struct pol_image *image = pol->image;
	const struct pol_rule *end = image->rule + image->rule_count;

	for (const struct pol_rule *r = image->rule; r < end; r = pol_next(r))
		pol->rule[r->keyword] = r;
	for (const struct pol_rule *r = image->rule; r < end; r++)
		pol->asks[r->keyword] = true;
	pol->asks_of_contexts = pol_asks_of_contexts(pol);
	for (int topic = 0; topic < POL_TOPICS; topic++)
		pol->topics |= pol_asks_about(pol, (enum pol_topic)topic) ? 1u << topic : 0;
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
