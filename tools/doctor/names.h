/* SPDX-License-Identifier: MIT */
/*
 * A service as a user names it, the names and addresses of its host, and the principal that libkrb5 makes of
 * it.
 */
#ifndef TOOLS_DOCTOR_NAMES_H
#define TOOLS_DOCTOR_NAMES_H

#include "tools/doctor/probe.h"
#include "tools/doctor/target.h"

#include <stddef.h>

#define PROBE_ADDRESSES_MAX 8

struct probe_names {
	bool late;	 /* name services did not answer in time: nothing below is known */
	bool is_address; /* HOST is one itself */
	int error;	 /* of getaddrinfo, with its message; 0: it has addresses */
	char *text;
	char *canonical; /* what DNS calls it; NULL: unknown */
	struct probe_address {
		char *address;
		char *name; /* that it has in reverse; NULL: none */
	} addresses[PROBE_ADDRESSES_MAX];
	size_t count;
	char *principal; /* "zmq/host@REALM", with nothing after the @ where the KDC is to tell; NULL: none */
	int32_t code;	 /* why there is none, of libkrb5 */
	char *code_text;
	char *realm; /* that the KDC is asked in; NULL: none, and realm_text says why */
	bool mapped; /* by configuration */
	char *realm_text;
};

/* Takes at most deadline_ms. To be freed. */
void probe_names_look(struct probe_names *names, const struct probe_target *target, int deadline_ms);
void probe_names_free(struct probe_names *names);

#endif
