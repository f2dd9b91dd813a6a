/* SPDX-License-Identifier: MIT */
/*
 * From a GSSAPI object inside libzmq back to the endpoint that it serves.
 *
 * libzmq passes the principal's name as a string. The one we inject ends in a tag; the tag is taken off where
 * libzmq imports the name, and followed from name to credential to context. It says which endpoint, and in
 * which role.
 */
#ifndef SHIM_TIES_H
#define SHIM_TIES_H

#include "shim/core/tap.h"

#include <sys/types.h>

#define TAP_TAG "#gsstap-"

struct tap_tie {
	uint32_t number;
	bool closed; /* its socket: the place may be taken when there is no other */
	bool server;
	bool falls_back; /* a connect that may go without GSSAPI */
	bool reports; /* a bind that leaves the program's own endpoint unsecured, and tells who comes there */
	bool told_credentials, told_subscriptions; /* the repair is in the trace */
	bool own_usage;				   /* the credential is acquired as libzmq asks for it */
	bool default_name;			   /* no principal was asked for: the default credential */
	unsigned ticket;   /* prefetch.c: whose ticket it needs, plus 1; 0: nobody fetches it ahead */
	uint64_t attached; /* of a connect: tap_subscriptions_now then, for its first connection; else 0 */
	void *socket;
	int socket_type;
	char endpoint[256]; /* as the program gave it */
	char actual[256];   /* where it was made instead, or as well, by a migration; else "" */
	char bound[256];    /* of a migrating bind: what ZMQ_LAST_ENDPOINT says of the program's; else "" */
	/* shim/wire: GSSAPI is spoken on the connections, and libzmq knows nothing of it. */
	bool wire;
	bool decides;	 /* a connection may go without: both ends see what the other offers */
	bool unseen;	 /* an address, by which a libzmq is judged whose calls are not seen */
	bool denied;	 /* ... and where none may go that has no security of its own */
	int send_buffer; /* the program's own ZMQ_SNDBUF */
	int64_t largest; /* its ZMQ_MAXMSGSIZE, in bytes; -1: no limit */
	char principal[240], service[240]; /* "" principal: the default credential */
	enum pol_nametype principal_type, service_type;
	void *credential; /* of a server, once it was acquired; it goes with the process */
	pid_t steps_in;	  /* the process of which threads are at GSSAPI for it, */
	unsigned steps;	  /* and how many */
};

extern unsigned tap_injected; /* endpoints given GSSAPI so far: without any, names and credentials are not
				 looked at */

/* A tie for an endpoint, good until its socket is closed: an endpoint can reconnect for ever. NULL: no room.
 */
struct tap_tie *tap_tie_new(void *socket, const char *endpoint, bool server, bool default_name);
/*
 * shim/wire: the tie of an endpoint with these names and options, shared by all sockets that have the same;
 * it stays for good, since a socket that was closed goes on connecting for as long as it has something to
 * send. NULL: no room.
 */
struct tap_tie *tap_tie_for_wire(const struct tap_tie *wanted);
/* The socket is being closed. Its connections may live a little longer, so its ties are the last to be taken
 * again. */
void tap_ties_close(void *socket);
/* The tie of an endpoint that a program names again, to undo it: as it gave it, or as ZMQ_LAST_ENDPOINT told.
 * NULL: it has none. */
struct tap_tie *tap_tie_of_endpoint(void *socket, const char *endpoint);
/* Both ends of a migrating bind, as libzmq calls them: a wildcard is undone by no other name. NULL: the
 * program's own could not be bound. */
void tap_tie_bound(void *socket, const char *endpoint, const char *bound, const char *actual);
/* Does a connection to this address of ours, as tcp://address:port or ipc://path, come to an endpoint that
 * reports? Until such an endpoint's own address is known, any may. */
bool tap_ties_report(const char *local);
/* The tie whose tag ends this name, and the length of the name before it; NULL: it has none. */
struct tap_tie *tap_tie_of_text(const char *name, size_t length, size_t *bare);

/* shim/wire: the tie whose tag is this value of ZMQ_SNDBUF; the newest client's of an ipc:// endpoint. NULL:
 * none. */
#define TAP_SNDBUF_TAG 0x67730000
static inline bool tap_is_tag(int value)
{
	return (value & ~0xffff) == TAP_SNDBUF_TAG;
}
struct tap_tie *tap_tie_of_tag(int value);
struct tap_tie *tap_tie_of_path(const char *endpoint);

/* Handles, their ties, and the connection they were made for (tap_line_now). A NULL tie forgets. */
void tap_tie_handle(const void *handle, struct tap_tie *tie, int fd);
struct tap_tie *tap_tied(const void *handle, int *fd);

/* A `repair` event; about this endpoint, when tie is not NULL. */
void tap_repair_event(const char *repair, const struct tap_tie *tie, const char *peer, const char *reason);

#endif
