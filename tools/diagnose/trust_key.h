/* SPDX-License-Identifier: MIT */
/* GT0017, where two realms trust each other by a principal of which they have different keys. */
#ifndef TOOLS_DIAGNOSE_TRUST_KEY_H
#define TOOLS_DIAGNOSE_TRUST_KEY_H

#include "tools/diagnose/case.h"

bool trust_key_differs(struct diagnose_case *c, struct finding *finding);

#endif
