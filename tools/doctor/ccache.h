/* SPDX-License-Identifier: MIT */
/*
 * What is in a ticket cache: whose tickets, for what, until when, of which encryption types. Session keys are
 * forgotten as they are read.
 */
#ifndef TOOLS_DOCTOR_CCACHE_H
#define TOOLS_DOCTOR_CCACHE_H

#include "tools/doctor/probe.h"

#include <stddef.h>

struct probe_ticket {
	char *client, *server;
	int64_t start, end, renew; /* seconds since 1970; renew 0: not renewable */
	uint32_t flags;		   /* TKT_FLG_... */
	int32_t session_enctype;
	bool decoded; /* the ticket's outside could be read: */
	int32_t ticket_enctype;
	uint32_t kvno;
};

struct probe_ccache {
	char *name; /* "FILE:/tmp/krb5cc_1000", "KCM:1000:2" */
	char type[16];
	bool is_default;
	enum probe_state state;
	struct probe_file file; /* FILE and DIR */
	int32_t code;		/* of libkrb5, 0: none, with its message */
	char *text;
	char *principal; /* NULL: unknown */
	struct probe_ticket *tickets;
	size_t count;
};

/*
 * name: NULL: the default (KRB5CCNAME, default_ccache_name); where that is a collection and client is not
 * NULL, the cache in it that is client's, as libkrb5 would choose. To be freed whatever the state.
 */
void probe_ccache_open(struct probe_ccache *cache, const char *name, const char *client);
void probe_ccache_free(struct probe_ccache *cache);

/* May another program put tickets into it, such as kinit? */
bool probe_ccache_takes(const struct probe_ccache *cache);

/* The ticket for a server with its realm, or NULL; of several that which lasts longest. */
const struct probe_ticket *probe_ccache_ticket(const struct probe_ccache *cache, const char *server);
/* The ticket-granting ticket of the realm of the cache's own principal, or NULL. */
const struct probe_ticket *probe_ccache_tgt(const struct probe_ccache *cache);

#endif
