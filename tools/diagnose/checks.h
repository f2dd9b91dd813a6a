/* SPDX-License-Identifier: MIT */
/* The checks of diagnoses.def. Each says in the finding what it found and by what it is proved, or returns
 * false. One that gives no cause found that this case is a consequence of another, which tells it. */
#ifndef TOOLS_DIAGNOSE_CHECKS_H
#define TOOLS_DIAGNOSE_CHECKS_H

#include "tools/diagnose/case.h"

#define DIAGNOSIS(id, name, title) bool diagnose_##name(struct diagnose_case *c, struct finding *finding);
#include "tools/diagnose/diagnoses.def"
#undef DIAGNOSIS

#endif
