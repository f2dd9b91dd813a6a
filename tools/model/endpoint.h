/* SPDX-License-Identifier: MIT */
/*
 * What handlers of several files do with endpoints.
 */
#ifndef TOOLS_MODEL_ENDPOINT_H
#define TOOLS_MODEL_ENDPOINT_H

#include "tools/model/facts.h"

/* Server, client, or 0: no call that makes an endpoint. */
enum tr_role endpoint_role_of_call(uint64_t call);
/* A connection that is known by its two addresses only. */
struct model_endpoint *endpoint_by_address(struct facts *facts, struct model_text own);
/* The event's process has it from now on. */
void endpoint_taken_over(const struct facts *facts, struct model_endpoint *endpoint);
/* A server's connections are those of the process before no more. */
void endpoint_end_open(struct model_peer *peer);
/* The program itself goes without security; how often, and how often at one time. */
void endpoint_goes_plain(struct facts *facts, struct model_endpoint *endpoint);

#endif
