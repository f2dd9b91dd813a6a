/* SPDX-License-Identifier: MIT */
/*
 * All that gsstap doctor --service finds out before it judges: the probes, each asked once, in an order in
 * which one builds on the other.
 */
#ifndef TOOLS_DOCTOR_EVIDENCE_H
#define TOOLS_DOCTOR_EVIDENCE_H

#include "tools/doctor/ccache.h"
#include "tools/doctor/config.h"
#include "tools/doctor/kdc.h"
#include "tools/doctor/keytab.h"
#include "tools/doctor/names.h"
#include "tools/doctor/service.h"
#include "tools/doctor/zmq.h"

struct evidence_question {
	struct probe_target target;
	const char *keytab; /* the acceptor's; NULL: not asked about, or the default with as_server */
	const char *client; /* whose ticket; NULL: the cache's */
	bool as_server;	    /* the acceptor's side only */
};

enum evidence_asked {
	EVIDENCE_NOT_ASKED, /* no KDC, no ticket or no key to ask it with */
	EVIDENCE_BY_TICKET,
	EVIDENCE_BY_KEY,
};

struct evidence {
	const struct evidence_question *question;
	int64_t now; /* seconds since 1970 */
	struct probe_config config;
	struct probe_names names;
	struct probe_kdcs kdcs[2]; /* of the service's realm, and of the client's when that is another */
	size_t realms;
	bool answered; /* by a KDC of each */

	bool with_cache;
	struct probe_ccache cache;
	char *client; /* with its realm; NULL: unknown */
	bool with_keytab;
	struct probe_keytab keytab;
	enum evidence_asked asked;
	char *logged_in; /* EVIDENCE_BY_KEY: the principal whose key was used */
	struct probe_service service;
	struct probe_zmq zmq;
};

/* progress: told what is being waited for; or NULL. To be freed. */
void evidence_gather(struct evidence *evidence, const struct evidence_question *question,
		     void (*progress)(const char *what));
void evidence_free(struct evidence *evidence);

/* The principal whose key an acceptor needs: as the KDC called it, else as libkrb5 asks for it, with its
 * realm. A new string; NULL: unknown. */
char *evidence_principal(const struct evidence *evidence);

#endif
