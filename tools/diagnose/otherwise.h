/* SPDX-License-Identifier: MIT */
/* Which handshakes that did not fail some diagnosis is asked about: see diagnoses.def. These are cheap. */
#ifndef TOOLS_DIAGNOSE_OTHERWISE_H
#define TOOLS_DIAGNOSE_OTHERWISE_H

#include "tools/model/talk.h"

#define DIAGNOSIS(id, name, title)
#define OTHERWISE(id, concerns) bool concerns(const struct model_talk *talk);
#include "tools/diagnose/diagnoses.def"
#undef OTHERWISE
#undef DIAGNOSIS

#endif
