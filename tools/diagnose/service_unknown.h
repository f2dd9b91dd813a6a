/* SPDX-License-Identifier: MIT */
/* A service that the KDC does not know: under the name that was given, or under that which libkrb5 made of
 * it.
 */
#ifndef TOOLS_DIAGNOSE_SERVICE_UNKNOWN_H
#define TOOLS_DIAGNOSE_SERVICE_UNKNOWN_H

#include "tools/diagnose/case.h"

/* The step of the initiator that failed of it, or NULL. */
const struct model_step *unknown_service(const struct diagnose_case *c);
/* The principal with the host's name as the program gave it, where another was asked for and the KDC, as far
 * as it can be asked, knows this one; or NULL. */
const char *better_name(struct diagnose_case *c, const struct model_step *step);
/* The same where libkrb5 guessed at a realm for the other name, after the client's own KDC did not know it:
 * what fails is the way there. That KDC has to say that it knows this one. */
const char *better_than_guessed(struct diagnose_case *c, const struct model_step *step);

#endif
