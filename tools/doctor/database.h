/* SPDX-License-Identifier: MIT */
/* Is this the machine of a realm's KDC, where kadmin.local works? */
#ifndef TOOLS_DOCTOR_DATABASE_H
#define TOOLS_DOCTOR_DATABASE_H

#include <stdbool.h>

/* By the configuration that kadmin.local would read (kdc.conf) and the database that it would open, for who
 * may look at them: the KDC may be installed and never set up. Of a realm other than the default one the
 * configuration has to name it. realm: NULL: the default one. */
bool probe_database_here(const char *realm);
/* Would kadmin have this for its own realm? */
bool probe_database_default(const char *realm);

#endif
