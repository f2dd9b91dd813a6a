/* SPDX-License-Identifier: MIT */
/*
 * A policy between its text and its image: the rules in the order of the source, and the complaints made so
 * far. Private to the compiler: parse.c fills it, check.c judges it, build.c makes the image.
 */
#ifndef POL_DRAFT_H
#define POL_DRAFT_H

#include "policy/compile.h"
#include "policy/image.h"

#include <stdbool.h>

struct draft_rule {
	const struct pol_keyword *keyword;
	enum pol_kind kind;
	uint32_t line, column; /* from 1 */
	char *text;	       /* owned, or NULL */
	uint16_t word;
	uint32_t seconds; /* of a DURATION; a NUMBER */
	size_t below;	  /* as in struct pol_rule */
	size_t record; /* number of the item of a list but zmq.inject that it stands in, from 1; 0: in none */
};

struct draft {
	const char *name; /* of the file, for complaints */
	struct pol_complaints *complaints;
	unsigned errors;
	struct draft_rule *rules;
	size_t count, room;
	size_t record;	  /* that of the rules which are added now */
	uint32_t retired; /* line of a keyword that is no more, after which zmq.engine is stated */
};

/* Where a complaint points to; line 0: the file as a whole. */
struct place {
	uint32_t line, column;
};

/* A whole line, to who is told; NULL: to nobody. */
void draft_tell(struct pol_complaints *complaints, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Texts of the file that are no patterns stand in quotes, by draft_quote. */
void draft_error(struct draft *draft, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void draft_warn(const struct draft *draft, struct place place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Text of the file in quotes: printable whatever it holds, cut where it is long. Returns out. */
#define DRAFT_QUOTE 200
const char *draft_quote(const char *text, size_t len, char out[DRAFT_QUOTE]);

/* Appends a rule and returns it, valid until the next one is appended. */
struct draft_rule *draft_add(struct draft *draft, const struct pol_keyword *keyword, enum pol_kind kind,
			     struct place place);
void draft_free(struct draft *draft);

/* Fills the draft from a text. */
void draft_parse(struct draft *draft, const char *text, size_t len);

/* What keyword, which takes a text, takes: "a pattern" ... */
const char *draft_wanted(const struct pol_keyword *keyword);
/* Is this a text that keyword can take? Complains when not. */
void draft_check_text(struct draft *draft, const struct pol_keyword *keyword, const char *text, size_t len,
		      struct place place);
/*
 * Appends a rule of this kind for each text that the len bytes at text stand for: {a,b} for both, a name for
 * its numbers (names.def, the user database). Complains about what keyword cannot take, where it stands (at).
 */
void draft_add_texts(struct draft *draft, const struct pol_keyword *keyword, enum pol_kind kind,
		     const char *text, size_t len, struct place at, struct place rule);
/* Seconds that a time such as 90, 15m or 8h stands for; -1: it is none, or one of more than 136 years. */
int64_t draft_seconds(const char *text, size_t len);
/* Does the template use %c? */
bool draft_uses(const char *template, char c);
/* A template of a name or place, of which gss keeps something: is it one that keyword can take? */
void draft_check_place(struct draft *draft, const struct pol_keyword *keyword, const char *template,
		       struct place place);
/* A key of the item that begins at draft->rules[item], or NULL. */
const struct draft_rule *draft_field(const struct draft *draft, size_t item, uint16_t keyword);
/* Do the fields of an item of gss.acquire go together? */
void draft_check_acquire(struct draft *draft, size_t item);
/* check_auth.c: the same of a TEXT and an address, and of a rule of zmq.auth */
void draft_check_place_of_proof(struct draft *draft, const struct pol_keyword *keyword, const char *text,
				struct place place);
void draft_check_address(struct draft *draft, const struct pol_keyword *keyword, const char *text,
			 struct place place);
void draft_check_auth(struct draft *draft, size_t item);
/* Do the fields of the last item, which begins at draft->rules[item], go together? */
void draft_check_record(struct draft *draft, size_t item);
/* Warns about what is legal and will surprise. The draft has no errors. */
void draft_warn_all(const struct draft *draft);

/* The keyword or group nearest to what was written, of those below parent ("" or "zmq" ...), or NULL; static.
 */
const char *draft_suggest(const char *parent, const char *key);

/* Does every text that the pattern `later` matches also match `earlier`? 0 also when that is not plain to
 * see. */
bool draft_covers(const char *earlier, const char *later);
/* The same of principals. */
bool draft_covers_principal(const char *earlier, const char *later);

/* Makes the image. Returns 0 or -1 after a complaint. */
int draft_build(struct draft *draft, void **image, size_t *len);

#endif
