/* SPDX-License-Identifier: MIT */
/* Cases, verdicts and what is not known, in words. */
#ifndef TOOLS_REPLAY_WORDS_H
#define TOOLS_REPLAY_WORDS_H

#include "tools/out/json.h"
#include "tools/replay/judge.h"

/* "3 contexts", "1 context", "no context". */
void words_count(struct out *out, uint64_t count, const char *one, const char *many);
/* "3 contexts and 1 endpoint"; uses UINT64_MAX: nothing is said of them. */
void words_judged(struct out *out, uint64_t contexts, uint64_t uses, uint64_t endpoints);
/* When, in which process, who with whom: one of its examples. */
void words_example(struct out *out, const struct replay_case *c, unsigned example);
/* The same without when: its kind as a whole. */
void words_case(struct out *out, const struct replay_case *c);
/* Keys of the object that is open. */
void words_case_json(struct js *js, const struct replay_case *c, unsigned example);

/* Facts that some rule asks for and these traces do not hold, each with how many have it not. */
void words_missing(struct out *out, const struct pol *pol, const struct replay *replay,
		   const struct replay_open *open);
void words_missing_json(struct js *js, const struct pol *pol, const struct replay *replay,
			const struct replay_open *open);

#endif
