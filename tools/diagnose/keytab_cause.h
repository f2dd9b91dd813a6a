/* SPDX-License-Identifier: MIT */
/* What the causes about a ticket and a keytab share. */
#ifndef TOOLS_DIAGNOSE_KEYTAB_CAUSE_H
#define TOOLS_DIAGNOSE_KEYTAB_CAUSE_H

#include "tools/diagnose/case.h"

/* The keytab that an acceptor failed with, when it can be read and a ticket came; or NULL. */
const struct probe_keytab *failed_keytab(struct diagnose_case *c);

/* "the ticket is for host/a@R kvno 3 aes256..." */
void ticket_evidence(struct diagnose_case *c, struct finding *finding);
/* What the acceptor itself said. */
void acceptor_evidence(struct diagnose_case *c, struct finding *finding);
/* Put the service's present keys into the keytab. */
void ktadd_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab);

#endif
