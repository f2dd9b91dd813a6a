/* SPDX-License-Identifier: MIT */
/* What the causes about a ticket and a keytab share. */
#ifndef TOOLS_DIAGNOSE_KEYTAB_CAUSE_H
#define TOOLS_DIAGNOSE_KEYTAB_CAUSE_H

#include "tools/diagnose/case.h"

/* The keytab that an acceptor failed with, when it can be read and a ticket came; or NULL. */
const struct probe_keytab *failed_keytab(struct diagnose_case *c);
/*
 * Is all that is known of the acceptor's keytab that its KRB-ERROR has this code, since its trace was not
 * given or is of another machine? Then that is the evidence.
 */
bool told_by_acceptor(struct diagnose_case *c, struct finding *finding, int64_t code);
/* Does this acceptor answer to every name that its keytab has a key of, as its trace has it? */
bool accepts_any(struct diagnose_case *c);
/* Tries every key of it on the ticket that came, whatever it is called: an alias is found so. False: it could
 * not be tried. */
bool ticket_tried(struct diagnose_case *c, const struct probe_keytab *keytab, bool *opens);

/* When it ends, as a key of the acceptor's keytab lets it be read; 0: none does. Whose it is, case_client
 * knows then. */
int64_t ticket_opened_end(struct diagnose_case *c);

/* "the ticket is for host/a@R kvno 3 aes256..." */
void ticket_evidence(struct diagnose_case *c, struct finding *finding);
/* A keytab that cannot be read now may have been the cause: where another one is told, or none. */
void keytab_gone(struct diagnose_case *c, struct finding *finding);
/* What the acceptor itself said. */
void acceptor_evidence(struct diagnose_case *c, struct finding *finding);
/* As kadmin and a shell name it. */
const char *keytab_path(const struct probe_keytab *keytab);
/* Put the service's present keys into the keytab. */
void ktadd_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab);
/* The same, on a machine that cannot be looked at. */
void ktadd_there(struct diagnose_case *c, struct finding *finding);
/* ... in place of the key that has the ticket's version. */
void ktadd_there_instead(struct diagnose_case *c, struct finding *finding);
/* Any name that a keytab has, and what it needs: "ktadd -norandkey -k FILE NAME", one word of a shell. */
void ktadd_command(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const char *principal);
/* The same of a name that the KDC may not have yet; talk: of who asks for it. */
void ktadd_maybe_new(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk,
		     const struct probe_keytab *keytab, const char *principal);
/* Into the default keytab of who types it. */
void ktadd_default(struct diagnose_case *c, struct finding *finding, const char *principal);
/* "cp -p FILE FILE.old", or another command; nothing is lost where it is typed again. */
void set_aside(struct finding *finding, const char *command, const char *path);
/* The same in place of its keys of this version, "all" for each: libkrb5 takes the first of two that are
 * alike, and what is added comes last. */
void ktadd_instead(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const char *principal, const char *kvno);

#endif
