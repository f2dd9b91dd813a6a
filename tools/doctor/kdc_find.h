/* SPDX-License-Identifier: MIT */
/*
 * Where the KDCs of a realm are: krb5.conf, else DNS, as libkrb5 does it. Locator plugins are not asked.
 */
#ifndef TOOLS_DOCTOR_KDC_FIND_H
#define TOOLS_DOCTOR_KDC_FIND_H

#include "tools/doctor/kdc_list.h"

/* Fills source, list and count. Waits for name services as long as they like. */
void probe_kdcs_find(struct probe_kdcs *kdcs, bool dns);

#endif
