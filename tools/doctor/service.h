/* SPDX-License-Identifier: MIT */
/*
 * Does the KDC know a service, and with which key: a ticket for it is got, by somebody's ticket-granting
 * ticket or by a key of a keytab, into memory. Nobody's ticket cache is changed.
 */
#ifndef TOOLS_DOCTOR_SERVICE_H
#define TOOLS_DOCTOR_SERVICE_H

#include "tools/doctor/probe.h"
#include "tools/doctor/target.h"

struct probe_service {
	bool late;	/* the KDC did not answer in time: nothing else is known */
	bool logged_in; /* with a keytab: the KDC took its key; code and text are of what
			   came then */
	int32_t code;	/* of libkrb5, with its message; 0: the KDC gave a ticket: */
	char *text;
	char *server; /* as the KDC calls it, with its realm */
	uint32_t kvno;
	int32_t ticket_enctype, session_enctype;
	uint32_t flags; /* TKT_FLG_... */
	int64_t end;	/* seconds since 1970 */
};

/* By a ticket cache, of which its ticket-granting tickets alone are used: what it has for the service may be
 * old. */
void probe_service_ask(struct probe_service *service, const char *cache, const struct probe_target *target,
		       int deadline_ms);

/* By the keytab's key of client, who logs in and asks for a ticket for the principal server, maybe itself. */
void probe_service_log_in(struct probe_service *service, const char *keytab, const char *client,
			  const char *server, int deadline_ms);

void probe_service_free(struct probe_service *service);

#endif
