/* SPDX-License-Identifier: MIT */
/* A ticket-granting ticket that the KDC which it is for does not take: it has another key. */
#ifndef TOOLS_DIAGNOSE_TGT_REFUSED_H
#define TOOLS_DIAGNOSE_TGT_REFUSED_H

#include "tools/diagnose/case.h"

/* The one of the initiator's cache, and the realm whose KDC, asked again, still refuses it; NULL: that was
 * not it. */
const struct probe_ticket *tgt_refused(struct diagnose_case *c, const char **realm);
/* The step that failed so; there is one where tgt_refused is not NULL. */
const struct model_step *tgt_refusal(const struct diagnose_case *c);

#endif
