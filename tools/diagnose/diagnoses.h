/* SPDX-License-Identifier: MIT */
/* The checks of diagnoses.def. Each says in the finding what it found and by what it is proved, or returns
 * false. */
#ifndef TOOLS_DIAGNOSE_DIAGNOSES_H
#define TOOLS_DIAGNOSE_DIAGNOSES_H

#include "tools/diagnose/case.h"

struct diagnosis {
	unsigned id;
	const char *name, *title;
	bool (*check)(struct diagnose_case *c, struct finding *finding);
};
/* Ends with name NULL. */
extern const struct diagnosis diagnoses[];
/* Is this one about a handshake that did not fail; NULL: is any? */
bool diagnosis_concerns(const struct diagnosis *diagnosis, const struct model_talk *talk);
/* Is whatever else could be said a consequence of this one? */
bool diagnosis_settles(const struct diagnosis *diagnosis);
/* Is it asked where there is no handshake? */
bool diagnosis_without(const struct diagnosis *diagnosis);
/* By "GT0009", or NULL. */
const struct diagnosis *diagnosis_of(const char *id);

#endif
