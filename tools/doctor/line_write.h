/* SPDX-License-Identifier: MIT */
/*
 * How a line of the report looks, as text and as JSON. Reads it only.
 */
#ifndef TOOLS_DOCTOR_LINE_WRITE_H
#define TOOLS_DOCTOR_LINE_WRITE_H

#include "tools/out/json.h"

/* From the best to the worst. */
enum line_state { LINE_OK, LINE_SKIP, LINE_WARN, LINE_FAIL, LINE_STATES };

enum line_kind { LINE_TEXT, LINE_NUMBER, LINE_BOOL, LINE_TIME, LINE_ITEM };

struct line_fact {
	const char *name;
	enum line_kind kind;
	char *text;
	int64_t number;
};

struct line_advice { /* one of them */
	char *text, *command;
};

struct line {
	const char *check;
	enum line_state state;
	char *said;
	struct line_fact *facts;
	size_t fact_count;
	struct line_advice *remedies;
	size_t remedy_count;
};

void line_write_text(struct out *out, const struct line *line);
void line_write_json(struct js *json, const struct line *line);

/* counts: by state; first: the check that failed first, or NULL. */
void line_summary_text(struct out *out, const size_t *counts, const char *first);
void line_summary_json(struct js *json, const size_t *counts, const char *first);

#endif
