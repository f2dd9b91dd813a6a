/* SPDX-License-Identifier: MIT */
/*
 * The libzmq that a program of this system would load: is there one, and has it GSSAPI?
 */
#ifndef TOOLS_DOCTOR_ZMQ_H
#define TOOLS_DOCTOR_ZMQ_H

#include "tools/doctor/probe.h"

struct probe_zmq {
	enum probe_state
		state; /* PROBE_OK: loaded; PROBE_MISSING, PROBE_MALFORMED: text says what the loader does */
	char *text;
	char *path;
	char version[32]; /* "4.3.4" */
	bool gssapi;
};

/* Loads it into this process. To be freed. */
void probe_zmq_look(struct probe_zmq *zmq);
void probe_zmq_free(struct probe_zmq *zmq);

#endif
