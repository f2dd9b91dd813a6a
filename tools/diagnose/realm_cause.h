/* SPDX-License-Identifier: MIT */
/* What the causes about realms share. */
#ifndef TOOLS_DIAGNOSE_REALM_CAUSE_H
#define TOOLS_DIAGNOSE_REALM_CAUSE_H

#include "tools/diagnose/case.h"
#include "tools/doctor/kdc_list.h"

/* The step of an initiator that failed first, over the realm that it looked for the service in; or NULL. */
const struct model_step *realm_step(const struct diagnose_case *c);
/* The realm that the text of a step is about, or NULL. */
const char *realm_in_text(struct diagnose_case *c, const struct model_step *step);
/* The initiator's own, or NULL: not known. */
const char *client_realm(struct diagnose_case *c);
/* Is it known to be another than the initiator's own? */
bool is_foreign(struct diagnose_case *c, const char *realm);

bool kdcs_answer(const struct probe_kdcs *kdcs);
/* Of a realm none of whose KDCs answers: what is wrong, as a sentence goes on; what each answered, and what
 * to do about it. */
const char *no_kdc_of(struct diagnose_case *c, const struct probe_kdcs *kdcs);
void no_kdc_remedies(struct diagnose_case *c, struct finding *finding, const struct probe_kdcs *kdcs);

#endif
