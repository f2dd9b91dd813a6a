/* SPDX-License-Identifier: MIT */
/*
 * The checks of gsstap doctor --service, in the order of a handshake. Each judges evidence and writes its
 * lines; none asks the system anything.
 */
#ifndef TOOLS_DOCTOR_CHECKS_H
#define TOOLS_DOCTOR_CHECKS_H

#include "tools/doctor/evidence.h"
#include "tools/doctor/line.h"

void check_config(struct lines *lines, const struct evidence *evidence);
void check_names(struct lines *lines, const struct evidence *evidence);
void check_realm(struct lines *lines, const struct evidence *evidence);
void check_kdcs(struct lines *lines, const struct evidence *evidence);
void check_clock(struct lines *lines, const struct evidence *evidence);
void check_cache(struct lines *lines, const struct evidence *evidence);
void check_tgt(struct lines *lines, const struct evidence *evidence);
void check_service(struct lines *lines, const struct evidence *evidence);
void check_ticket(struct lines *lines, const struct evidence *evidence);
void check_keytab(struct lines *lines, const struct evidence *evidence);
void check_key(struct lines *lines, const struct evidence *evidence);
void check_enctypes(struct lines *lines, const struct evidence *evidence);
void check_zmq(struct lines *lines, const struct evidence *evidence);

#endif
