/* SPDX-License-Identifier: MIT */
/* Is this the machine of a KDC, where kadmin.local works? */
#ifndef TOOLS_DOCTOR_DATABASE_H
#define TOOLS_DOCTOR_DATABASE_H

#include <stdbool.h>

/* By the configuration that kadmin.local would read (kdc.conf), for who may look at it. */
bool probe_database_here(void);

#endif
