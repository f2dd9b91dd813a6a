/* SPDX-License-Identifier: MIT */
/* Which tickets an acceptor takes that acquired its credential by a name. */
#ifndef TOOLS_DOCTOR_ACCEPTOR_NAME_H
#define TOOLS_DOCTOR_ACCEPTOR_NAME_H

#include <stdbool.h>

/*
 * Would it take none for this principal, as libgssapi and libkrb5 compare? name: as gss_display_name has it.
 * Takes at most deadline_ms, since a host's name may be asked of DNS; false also where nobody can tell.
 */
bool probe_acceptor_name_excludes(const char *name, const char *principal, int deadline_ms);

#endif
