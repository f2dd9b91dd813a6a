/* SPDX-License-Identifier: MIT */
/*
 * One event while it is learned: its fields, and what most handlers do with them.
 */
#ifndef TOOLS_MODEL_FACTS_H
#define TOOLS_MODEL_FACTS_H

#include "tools/model/live.h"

struct facts {
	const struct tr_event *event;
	struct summary *summary;
	struct sum_process *process;
};

/* Points into the event. */
struct sum_text facts_text(const struct facts *facts, enum tr_field_id id);
uint64_t facts_number(const struct facts *facts, enum tr_field_id id);
bool facts_has(const struct facts *facts, enum tr_field_id id);
/* Keeps a copy, where something is said. */
void facts_keep(const struct facts *facts, struct sum_text *at, struct sum_text text);

void facts_seen(const struct facts *facts, uint64_t *first, uint64_t *last);
/* One more of these, now, for what this process knows itself, or supposes of its peer. */
void facts_count(const struct facts *facts, struct sum_tally *tally, enum sum_fact fact, bool supposed);

/* The program of texts that a process event has. */
struct sum_program *facts_program(const struct facts *facts, const struct sum_text texts[5]);
/* NULL, all of them: no memory. */
struct sum_endpoint *facts_endpoint(const struct facts *facts, enum tr_role role, struct sum_text name);
struct sum_peer *facts_peer(const struct facts *facts, struct sum_endpoint *endpoint,
			    struct sum_text principal);
struct sum_gap *facts_gap(const struct facts *facts, enum sum_gap_kind kind, struct sum_text object,
			  struct sum_text library, struct sum_text why);

/* Handlers, one a kind of event: process.c, handshake.c, endpoint.c. */
struct sum_process *facts_process(const struct facts *facts);
void learn_process(struct facts *facts);
void learn_coverage(struct facts *facts);
void learn_policy(struct facts *facts);
void learn_dropped(struct facts *facts);
void learn_handshake(struct facts *facts);
void learn_context(struct facts *facts);
void learn_repair(struct facts *facts);
void learn_refused(struct facts *facts);
void learn_inject(struct facts *facts);
void learn_unsecured(struct facts *facts);
void learn_gss_call(struct facts *facts);
void learn_zmq_call(struct facts *facts);

/* endpoint.c: a connection that is known by its two addresses only. */
struct sum_endpoint *endpoint_by_address(struct facts *facts, struct sum_text own);

#endif
