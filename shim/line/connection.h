/* SPDX-License-Identifier: MIT */
/*
 * libzmq's connections, as the rooms above this one know them: by a number that no later connection has.
 */
#ifndef SHIM_CONNECTION_H
#define SHIM_CONNECTION_H

#include "shim/core/tap.h"

extern bool tap_reports;  /* unsecured peers are to be told of: a migration is under way */
extern bool tap_connects; /* the connections of injected clients are followed: fallback.c */
/* With tap_reports: does a connection to this address of ours, as tcp://address:port or ipc://path, come to
 * an endpoint that reports? */
extern bool (*tap_reported)(const char *local);

/* The connection this thread is working for, as a number that no later connection has; -1: none yet. */
int tap_line_now(void);
/* The address of a connection's other end, as tcp://address:port; "" when it is not known. */
void tap_line_peer(int connection, char *out, size_t size);
/* Ends a connection so that both sides notice now, and a client of libzmq's tries again. */
void tap_line_doom(int connection);
bool tap_line_doomed(int connection);
/* What becomes of a handshake on it: of use where the next connection may go without (phase: report). */
void tap_line_established(int connection);
void tap_line_refused(int connection);
void tap_line_why(int connection, const char *reason);
/* Does it go without GSSAPI, where libzmq believes that it has it? */
bool tap_line_without(int connection);

/* Connections to `endpoint` are those of an injected client, whose program connects to `own`. */
void tap_client_add(const char *own, const char *endpoint);
/*
 * phase: report of a connect rule: connections to `endpoint` (where the program's own is made, by a
 * migration or not) are tried with GSSAPI, and after each that fails the next one is made to `own` without.
 * 0, or an errno with the reason.
 */
int tap_fallback_add(const char *own, const char *endpoint, char *reason, size_t size);

#endif
