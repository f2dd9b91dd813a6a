/* SPDX-License-Identifier: MIT */
/*
 * A service as a user names it.
 */
#ifndef TOOLS_DOCTOR_TARGET_H
#define TOOLS_DOCTOR_TARGET_H

#include <stdbool.h>
#include <stdint.h>

/* zmq@HOST, a host-based service, or zmq/HOST[@REALM], a principal that is taken as it is. */
struct probe_target {
	const char *service, *host;
	const char *principal; /* NULL: host-based */
};

/* Returns 0, or -1: it is neither. */
int probe_target_parse(struct probe_target *target, const char *text);
/* Is this the form of a principal, whoever it may be? */
bool probe_target_is_principal(const char *text);
void probe_target_free(struct probe_target *target);
/* The principal that is asked for; context: a krb5_context, principal: a krb5_principal *. May ask DNS. */
int32_t probe_target_principal(void *context, const struct probe_target *target, void *principal);

#endif
