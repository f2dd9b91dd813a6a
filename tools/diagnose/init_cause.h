/* SPDX-License-Identifier: MIT */
/* What the causes on the initiator's side share. */
#ifndef TOOLS_DIAGNOSE_INIT_CAUSE_H
#define TOOLS_DIAGNOSE_INIT_CAUSE_H

#include "tools/diagnose/case.h"

/* A step of the initiator that failed over its ticket cache; NULL: none, or the initiator did not fail first.
 */
const struct model_step *about_cache(const struct diagnose_case *c);
/* The initiator's ticket cache when it failed first and has tickets of somebody; or NULL. */
const struct probe_ccache *failed_cache(struct diagnose_case *c);

/* Is "host/a@R" what "host@a", "host@", "host/a" or "host/a@R" means? */
bool names_principal(const char *principal, const char *name);
/* What this step asked credentials of, as a principal where its text has that; or NULL. */
const char *wanted_client(struct diagnose_case *c, const struct model_step *step);
/* The principal that the KDC was asked for: as its refusal names it. NULL: not known. */
const char *wanted_service(struct diagnose_case *c, const struct model_step *step);
/* The same with a realm, the initiator's own where it is not told. */
const char *full_service(struct diagnose_case *c, const struct model_step *step);
/* Does it say "Server krbtgt/OTHER@R not found": of a realm, that is, and no service? */
bool krbtgt_unknown(const struct model_step *step);
/* "a" of "host@a" and of "host/a@R"; NULL: there is none. */
const char *host_of(struct diagnose_case *c, const char *name);
/* "R" of "host/a@R"; NULL: it has none. */
const char *realm_of(const char *principal);

void said_evidence(struct diagnose_case *c, struct finding *finding, const struct model_step *step);
/* "kinit -c CACHE NAME", with -k where the program's own keytab has the key; name: NULL: nobody knows whose.
 */
void kinit_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache,
		  const char *name);
/* The same into the cache that the initiator told of, else the default. */
void kinit_default_remedy(struct diagnose_case *c, struct finding *finding, const char *name);
/* Tickets of somebody besides those that the cache has, which are another one's and stay. */
void kinit_beside_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_ccache *cache,
			 const char *name);
/* "kadmin -q 'REQUEST NAME'", of which name may hold anything. */
void kadmin_remedy(struct diagnose_case *c, struct finding *finding, const char *request, const char *name);
/* "kadmin -q 'REQUEST NAME WHAT'" */
void kadmin_remedy_of(struct diagnose_case *c, struct finding *finding, const char *request, const char *name,
		      const char *what);
/* "write into [SECTION] of FILE: LINE" */
void setting_remedy(struct diagnose_case *c, struct finding *finding, const char *section, const char *line);

#endif
