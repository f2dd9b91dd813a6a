/* SPDX-License-Identifier: MIT */
/*
 * KDCs and what they answered: a list that grows by host names.
 */
#ifndef TOOLS_DOCTOR_KDC_LIST_H
#define TOOLS_DOCTOR_KDC_LIST_H

#include "tools/doctor/probe.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

enum probe_transport { PROBE_UDP, PROBE_TCP, PROBE_TRANSPORTS };

struct probe_answer {
	bool asked;
	int error; /* errno: ECONNREFUSED, ETIMEDOUT ...; EPROTO: what came is no Kerberos; 0: it answered */
	int64_t took_us;  /* from connecting to the answer */
	bool has_code;	  /* KRB-ERROR: */
	int32_t code;	  /* as libkrb5's: KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN ... */
	int64_t ahead_us; /* the KDC's clock less ours */
};

struct probe_kdc {
	char *named; /* "kdc.example.org:88", in the words of krb5.conf or DNS */
	char *text;  /* why that has no address; NULL: it has */
	bool proxy;  /* https://...: libkrb5 goes through it, we do not ask */
	struct sockaddr_storage address;
	socklen_t length;
	char shown[INET6_ADDRSTRLEN + 8]; /* "127.0.0.1:88", "[::1]:88" */
	struct probe_answer answers[PROBE_TRANSPORTS];
};

enum probe_kdc_source { PROBE_KDC_NOWHERE, PROBE_KDC_CONFIG, PROBE_KDC_DNS };

struct probe_kdcs {
	char *realm;
	enum probe_kdc_source source;
	bool late; /* name services did not answer in time: what is known is not all */
	struct probe_kdc *list;
	size_t count;
	/* Asked by libkrb5, where there is none above that can be asked: it may find others, or go through a
	 * proxy. */
	struct probe_answer library;
};

#define PROBE_KDCS_MAX 16 /* of a realm: more are not looked at */

#define PROBE_KDC_BOTH (1U << PROBE_UDP | 1U << PROBE_TCP)

/* One more, without an address. NULL: there are too many. */
struct probe_kdc *probe_kdcs_new(struct probe_kdcs *kdcs, const char *named);
/* Adds the addresses of a host for these transports (bits 1 << PROBE_UDP ...), or why it has none. */
void probe_kdcs_add(struct probe_kdcs *kdcs, const char *named, const char *host, const char *port,
		    unsigned transports);

void probe_kdcs_free(struct probe_kdcs *kdcs);

#endif
