/* SPDX-License-Identifier: MIT */
/*
 * The KDCs of a realm that DNS names.
 */
#ifndef TOOLS_DOCTOR_KDC_DNS_H
#define TOOLS_DOCTOR_KDC_DNS_H

#include "tools/doctor/kdc_list.h"

/* Adds those of the SRV records _kerberos._udp and _kerberos._tcp. */
void probe_kdcs_find_dns(struct probe_kdcs *kdcs);

#endif
