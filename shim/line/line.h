/* SPDX-License-Identifier: MIT */
/*
 * libzmq's connections by descriptor (line.c), those of injected clients (fallback.c), and what passes on one
 * that goes without security (plain.c): private to the three and to inside.c, which puts the functions here
 * into libzmq's slots.
 */
#ifndef SHIM_LINE_H
#define SHIM_LINE_H

#include "shim/line/connection.h"
#include "shim/zmq/repairs.h"

#include <netdb.h>
#include <sys/socket.h>

#define GREETING 64

struct plain; /* plain.c */

struct line {
	uint8_t own[GREETING], peer[GREETING]; /* as they are on the wire */
	uint8_t own_count, peer_count;
	int serial;	/* counts the connections on this descriptor */
	bool talked;	/* more came than the greeting */
	bool left;	/* the peer ended it */
	uint64_t began; /* ns: our greeting */
	bool doomed;
	bool foreign;	    /* libzmq does not speak ZMTP here: a STREAM socket, or ZMQ_ROUTER_RAW */
	bool old;	    /* the peer speaks ZMTP 1 or 2, or something else */
	uint64_t unsecured; /* since when both ends talk NULL, where that is reported; else 0 */
	/* Of a connection that an injected client makes: */
	uint16_t attempt;    /* its endpoint, plus one; 0: it is none of these */
	bool absent;	     /* there was nobody to connect to */
	bool established;    /* GSSAPI, to the peer's READY */
	bool refused;	     /* by the policy: that is no reason to go without */
	struct plain *plain; /* it goes without GSSAPI */
	bool probe;	     /* it is only to show whether somebody is there */
};

/* line.c */
struct line *tap_line(int fd);
bool tap_line_offers(const uint8_t *greeting, const char *mechanism);
/* A `handshake` event of a connection whose greetings are all there is. */
void tap_line_failed(int fd, const struct line *line, const char *reason);
/* For libzmq a lost connection, which it makes anew: -1 with errno ECONNRESET. */
int tap_line_reset(int fd, struct line *line);
ssize_t tap_line_recv(int fd, void *buffer, size_t length, int flags);
ssize_t tap_line_send(int fd, const void *buffer, size_t length, int flags);
int tap_line_close(int fd);

/* fallback.c */
int tap_fallback_connect(int fd, const struct sockaddr *address, socklen_t length);
int tap_fallback_resolve(const char *node, const char *service, const struct addrinfo *hints,
			 struct addrinfo **found);
/* libzmq asks whether the connection is made. */
int tap_fallback_connected(int fd, int level, int option, void *value, socklen_t *length);
/* Before such a connection is closed: whether the next may go without. */
void tap_fallback_ends(int fd, struct line *line);
/* What became of one with GSSAPI, which is none to be told of where it was not tried. */
void tap_fallback_failed(const struct line *line, const char *reason);
void tap_fallback_established(const struct line *line);
/* The endpoint of such a connection as the program gave it, and why GSSAPI failed the last time. */
const char *tap_fallback_endpoint(const struct line *line);
void tap_fallback_why(const struct line *line, char *out, size_t size);

/* plain.c; NULL: no memory. */
struct plain *tap_plain_new(void);
void tap_plain_free(struct plain *plain);
/* Exchanges the mechanism in a part of a greeting that begins at `at`. False: it is another one. */
bool tap_plain_greeting(uint8_t *bytes, size_t length, unsigned at, bool outgoing);
ssize_t tap_plain_recv(int fd, struct line *line, void *buffer, size_t length, int flags);
ssize_t tap_plain_send(int fd, struct line *line, const void *buffer, size_t length, int flags);

#endif
