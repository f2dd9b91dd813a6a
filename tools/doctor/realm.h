/* SPDX-License-Identifier: MIT */
/*
 * Realms: that of a host, and the KDCs that the configuration names for one.
 */
#ifndef TOOLS_DOCTOR_REALM_H
#define TOOLS_DOCTOR_REALM_H

#include "tools/doctor/probe.h"
#include "tools/base/list.h"

/* The addresses of a realm's KDCs as [realms] has them, in its words. */
void probe_realm_kdcs(const char *realm, struct list *kdcs);

struct probe_host_realm {
	char *realm; /* NULL: none, and code and text say why */
	bool mapped; /* by [domain_realm] (or DNS, or a plugin); else it is a guess: the KDC is asked for a
			referral */
	int32_t code;
	char *text;
};

/* May ask DNS. */
void probe_host_realm_find(struct probe_host_realm *found, const char *host);
void probe_host_realm_free(struct probe_host_realm *found);

#endif
