/* SPDX-License-Identifier: MIT */
/* Which key of a keytab opens a ticket. */
#ifndef TOOLS_DIAGNOSE_OPEN_TICKET_H
#define TOOLS_DIAGNOSE_OPEN_TICKET_H

#include "tools/elf/list.h"
#include "trace/reader.h"

/* ticket: as in an AP-REQ. keys gets "host/a@R kvno 3" of each that opens it. Returns 0, or a code of
 * libkrb5: it could not be tried. */
int32_t ticket_openers(const char *keytab, struct tr_bytes ticket, struct elf_list *keys);

#endif
