/* SPDX-License-Identifier: MIT */
/*
 * The report: a line a check, with what was seen, its facts and what to do about it, as text or as JSON.
 *
 * A check begins a line, says what it has to say in any order, and ends it; the worst state that it named is
 * the line's. Texts may hold anything: they are made harmless here.
 */
#ifndef TOOLS_DOCTOR_LINE_H
#define TOOLS_DOCTOR_LINE_H

#include "tools/doctor/line_write.h"

struct lines;

struct lines *lines_new(struct out *out, bool json);
/* Writes the summary. Has any failed? */
bool lines_finish(struct lines *lines);
void lines_free(struct lines *lines);

/* check: static, a stable name. */
void line_begin(struct lines *lines, const char *check);
void line_is(struct lines *lines, enum line_state state);
/* Pieces of the sentence, which are joined with "; ". */
void line_say(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What to do, and the command that does it, to be pasted into a shell (NULL: there is none). */
void line_remedy(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
void line_command(struct lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Facts, for JSON alone; names are static. A NULL is left out. */
void line_text(struct lines *lines, const char *name, const char *value);
void line_number(struct lines *lines, const char *name, int64_t value);
void line_bool(struct lines *lines, const char *name, bool value);
void line_time(struct lines *lines, const char *name, int64_t seconds);
/* One more of an array: those of one name follow each other. */
void line_item(struct lines *lines, const char *name, const char *value);

void line_end(struct lines *lines);

/* A word as a shell reads it: bare where that is safe, else in quotes. A new string. */
char *line_word(const char *text);

#endif
