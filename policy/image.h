/* SPDX-License-Identifier: MIT */
/*
 * A compiled policy as bytes: the head, then rules, then strings. Shared by what compiles and what judges;
 * nobody else reads it. No pointers: strings are offsets into the string area, whose first byte is 0 (offset
 * 0: no string) and whose last byte is 0. Everything after the head is under the checksum; the head's own
 * fields have one legal value.
 */
#ifndef POL_IMAGE_H
#define POL_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#define POL_IMAGE_MAGIC "gsstapP\n"
#define POL_IMAGE_VERSION 2
#define POL_IMAGE_MAX (1u << 24) /* bytes; far above what POL_RULES_MAX can use */
/* Where a file size limit leaves no room for the image's file, PATH, symbolic links PATH.0, PATH.1 ... lead
 * to so many of its bytes each, in hexadecimal: they have no size that counts. The first that is not there
 * ends it. */
#define POL_LINK_BYTES 500 /* XFS takes links of 1023 characters */
#define POL_RULES_MAX 65535
#define POL_TEXT_MAX 255 /* bytes of a pattern or template: what libzmq takes as a principal */

enum pol_keyword_id {
#define KEYWORD(id, symbol, path, type, values, doc) POL_K_##symbol = id,
#include "policy/keywords.def"
};

enum pol_word_id {
	POL_W_NONE = 0,
#define WORD(id, symbol, text) POL_W_##symbol = id,
#include "policy/keywords.def"
};

enum pol_type {
	POL_T_SETTING = 1,
	POL_T_CHOICE,
	POL_T_PATTERNS,
	POL_T_RECORDS,
	POL_T_PATTERN,
	POL_T_TEMPLATE,
	POL_T_WORDS,
	POL_T_SET,
	POL_T_DURATION,
	POL_T_PLACE,
	POL_T_TEXT,
	POL_T_NUMBER,
};

struct pol_keyword {
	uint16_t id;
	uint16_t type; /* enum pol_type */
	const char *path, *values, *doc;
};

/* The rows of keywords.def, in their order; the last has id 0. */
extern const struct pol_keyword pol_keywords[];

/* A keyword's row, or NULL. */
const struct pol_keyword *pol_keyword(uint32_t id);

/* The id of the len bytes at word, when keyword takes that word; else POL_W_NONE. */
uint16_t pol_word(const struct pol_keyword *keyword, const char *word, size_t len);

/* A word's text, or NULL. */
const char *pol_word_text(uint16_t word);

/* Does keyword take the word of this id? 1 or 0. */
int pol_takes(const struct pol_keyword *keyword, uint16_t word);

/*
 * Is field a key of the mappings in the RECORDS list? Those of gss.match have every demand of gss as well,
 * those of gss.acquire what gss.match asks of the process. 1 or 0.
 */
int pol_is_field_of(const struct pol_keyword *field, const struct pol_keyword *list);

/* Does it stand in the mappings of a RECORDS list alone? 1 or 0. */
int pol_is_field(const struct pol_keyword *keyword);

/*
 * A rule, numbered from 1 in the order of the array. A SETTING or CHOICE has a word, a PLACE a text, a
 * DURATION its seconds, a NUMBER itself. A list is a rule of its own (POL_LIST), followed by its items
 * (POL_ITEM) in the order of the source; the item of a RECORDS list is followed by the rules of its keys:
 * POL_FIELD, or what stands at the top as well. below counts all that belongs to a rule, at any depth: what
 * follows after that is the next rule of the same mapping or list. Of a list of patterns the word says how
 * many of its items are plain texts: they stand first, in the order of their bytes, so that they can be
 * looked up. The version may have a text: the name of the file that it was compiled from. The line of an item
 * of kick is its number, which counts all that were ever put into the policy.
 */
enum pol_kind { POL_SCALAR = 1, POL_LIST, POL_ITEM, POL_FIELD };

struct pol_rule {
	uint16_t keyword;
	uint16_t kind;
	uint32_t line;
	uint32_t text; /* offset of the pattern or template; a DURATION's seconds; a NUMBER */
	uint16_t word;
	uint16_t below;
};

struct pol_image {
	char magic[8];
	uint32_t version;
	uint32_t size;	      /* of all of it */
	uint8_t checksum[16]; /* XXH3-128, canonical, of what follows */
	uint32_t rule_count;
	uint32_t string_size;
	struct pol_rule rule[];
	/* char strings[string_size]; */
};

_Static_assert(sizeof(struct pol_rule) == 16, "a rule is part of the format");
_Static_assert(sizeof(struct pol_image) == 40, "the head is part of the format");

#define POL_CHECKED_FROM offsetof(struct pol_image, rule_count)

/* The checksum of a whole image of size bytes, as it stands in its head. */
void pol_checksum(const void *image, size_t size, uint8_t checksum[16]);

/* What follows is for images that have passed pol_open, or were just built. */

/* Is a pattern a plain text, which matches itself alone? 1 or 0. */
int pol_is_literal(const char *pattern);

/* The rule that follows this one and what belongs to it. */
const struct pol_rule *pol_next(const struct pol_rule *rule);

/* The key of an item of a RECORDS list, or NULL. */
const struct pol_rule *pol_field(const struct pol_rule *item, uint16_t keyword);

/* A rule's pattern or template; NULL for no rule or no text. */
const char *pol_text(const struct pol_image *image, const struct pol_rule *rule);

#endif
