/* SPDX-License-Identifier: MIT */
/*
 * What KDCs say when they are asked as a process would ask them, the initiator's where none is given. An
 * answer is good for a few seconds, so that a thousand handshakes that fail alike ask once.
 */
#ifndef TOOLS_DIAGNOSE_ASK_H
#define TOOLS_DIAGNOSE_ASK_H

#include "tools/diagnose/case.h"
#include "tools/doctor/kdc_list.h"
#include "tools/doctor/service.h"

/* Does the KDC give the initiator a ticket for this principal, by the tickets of its cache; NULL: it could
 * not be asked. */
const struct probe_service *ask_service(struct diagnose_case *c, const char *principal);
/* What the KDCs of its realm say of a principal when a client of that name asks for a ticket, which is looked
 * up before anything else. Nobody logs in. */
enum ask_client { ASK_UNTOLD, ASK_UNKNOWN, ASK_KNOWN };
enum ask_client ask_client(struct diagnose_case *c, const struct model_talk *talk, const char *principal);
/* The KDCs of a realm and whether they answer; NULL: nobody knows where this process looked for them. */
const struct probe_kdcs *ask_kdcs(struct diagnose_case *c, const char *realm);

#endif
