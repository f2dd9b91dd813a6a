/* SPDX-License-Identifier: MIT */
/* See zmq.h. */
#include "shim/zmq/zmq.h"

#include <string.h>

const char *tap_zmq_moved(const void *socket, const char *endpoint)
{
	bool moved = endpoint && tap_socket_has(socket, TAP_SOCKET_ZAP_MOVED) && !strcmp(endpoint, TAP_ZAP);

	return moved ? TAP_ZAP_MOVED : endpoint;
}

void tap_zmq_undone(const void *socket, const char *endpoint)
{
	if (endpoint && !strcmp(endpoint, TAP_ZAP))
		tap_socket_unflag(socket, TAP_SOCKET_ZAP | TAP_SOCKET_ZAP_MOVED);
}

void tap_zmq_name_back(char *endpoint, size_t length)
{
	if (length == sizeof(TAP_ZAP) && !memcmp(endpoint, TAP_ZAP_MOVED, length))
		memcpy(endpoint, TAP_ZAP, length);
}
