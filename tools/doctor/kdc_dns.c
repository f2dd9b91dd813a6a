/* SPDX-License-Identifier: MIT */
/*
 * KDCs that DNS knows: the SRV records of a realm. The answer is read by the C library's own reader of DNS
 * messages. All of them are asked, so priority and weight do not matter.
 */
#include "tools/doctor/kdc_dns.h"

#include "tools/base/list.h"

#include <arpa/nameser.h>
#include <netdb.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void take(struct probe_kdcs *kdcs, ns_msg *message, const ns_rr *record, unsigned transports)
{
	char host[NS_MAXDNAME], port[8], named[NS_MAXDNAME + 8];
	const unsigned char *data = ns_rr_rdata(*record);

	if (ns_rr_type(*record) != ns_t_srv || ns_rr_rdlen(*record) < 7 ||
	    dn_expand(ns_msg_base(*message), ns_msg_end(*message), data + 6, host, sizeof(host)) < 0)
		return;
	if (!*host) /* ".": this realm has none of this kind */
		return;
	snprintf(port, sizeof(port), "%u", ns_get16(data + 4));
	snprintf(named, sizeof(named), "%s:%s", host, port);
	probe_kdcs_add(kdcs, named, host, port, transports);
}

static void ask(struct probe_kdcs *kdcs, struct __res_state *resolver, const char *label, unsigned transports)
{
	/* The final dot: the realm is all of the name, whatever resolv.conf would append. */
	char *name = must_format("%s.%s.", label, kdcs->realm);
	static const size_t room = 65536;
	unsigned char *answer = must_calloc(1, room);
	int length = res_nquery(resolver, name, ns_c_in, ns_t_srv, answer, (int)room);
	ns_msg message;
	ns_rr record;

	if (length > 0 && (size_t)length <= room && !ns_initparse(answer, length, &message))
		for (int i = 0; i < ns_msg_count(message, ns_s_an); i++)
			if (!ns_parserr(&message, ns_s_an, i, &record))
				take(kdcs, &message, &record, transports);
	free(answer);
	free(name);
}

void probe_kdcs_find_dns(struct probe_kdcs *kdcs)
{
	struct __res_state resolver = {0};

	if (res_ninit(&resolver))
		return;
	ask(kdcs, &resolver, "_kerberos._udp", 1U << PROBE_UDP);
	ask(kdcs, &resolver, "_kerberos._tcp", 1U << PROBE_TCP);
	res_nclose(&resolver);
}
