/* SPDX-License-Identifier: MIT */
/*
 * Words of a summary for people, and its parts in their order. Every part prints whole lines; words print
 * none.
 */
#ifndef TOOLS_VIEW_SUMMARY_WORDS_H
#define TOOLS_VIEW_SUMMARY_WORDS_H

#include "tools/model/model.h"
#include "tools/out/out.h"

#define RED "31"
#define YELLOW "33"
#define GREEN "32"
#define FAINT "2"
#define BOLD "1"
#define PLAIN "0"

void say_words(struct out *out, struct model_text text);
void say_words_or(struct out *out, struct model_text text, const char *otherwise);
void say_state(struct out *out, enum model_state state);
void say_plural(struct out *out, uint64_t count, const char *what);
void say_program(struct out *out, const struct model_program *program);
void say_peer(struct out *out, const struct model_peer *peer);
void say_span(struct out *out, uint64_t first, uint64_t last);
/* Why somebody stands as he does: what this process knows itself comes before what it supposes of its peer.
 */
void say_reason(struct out *out, const struct model_program *program, const struct model_tally *tally,
		enum model_state state);
/*
 * The end of a line: "2 unsecured (open 1), 3 handshakes by aes256-cts-hmac-sha1-96 (mutual,
 * confidentiality), 4 failed; TIME to TIME: REASON". last_from may be nothing.
 */
void say_standing(struct out *out, const struct model_program *program, const struct model_tally *tally,
		  enum model_state state, struct model_text last_from);
/* The same of what has no tally. */
void say_times(struct out *out, uint64_t first, uint64_t last, struct model_text reason);

/* What was not observed; chosen: because nobody asked for it, else because something went wrong. How much. */
uint64_t summary_gaps(struct out *out, struct model *model, bool chosen, uint64_t damaged);
/* Who is in this state, under a heading. How many. */
uint64_t summary_urgent(struct out *out, struct model *model, enum model_state state, const char *heading,
			const char *colour);
/* Who uses weak encryption, tickets of keys that were superseded, tickets that end within the hour after
 * `now` (seconds since the epoch). */
void summary_terms(struct out *out, struct model *model, uint64_t now);
/* All there is of a program. */
void summary_program(void *program, void *out);

#endif
