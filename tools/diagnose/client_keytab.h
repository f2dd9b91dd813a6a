/* SPDX-License-Identifier: MIT */
/* The keytab from which libkrb5 gets an initiator's first ticket where its cache has none. */
#ifndef TOOLS_DIAGNOSE_CLIENT_KEYTAB_H
#define TOOLS_DIAGNOSE_CLIENT_KEYTAB_H

#include "tools/diagnose/case.h"

/* Has somebody named it: KRB5_CLIENT_KTNAME, or a credential store? Else it is libkrb5's default. */
bool client_keytab_named(struct diagnose_case *c);
/* Whose keys are tried: of who was asked for (NULL: nobody in particular) the first; NULL: it has none. */
const char *client_keytab_principal(const struct probe_keytab *keytab, const char *wanted);
/* Is it a call that logs in with a password? */
bool login_by_password(const struct model_step *step);
/* What a KDC refused to log the initiator in by, or NULL. */
const struct model_step *login_refusal(const struct diagnose_case *c);
/* Where it has keys of the principal, and none of the encryption type that the KDC chose; or NULL. */
const struct model_step *client_keytab_lacks(const struct diagnose_case *c);
/* What getting a ticket by it failed of: the KDC's refusal, or that it lacks such a key, or the principal
 * that was asked for; NULL: that was not it. */
const struct model_step *client_keytab_fails(struct diagnose_case *c);

#endif
