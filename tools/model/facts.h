/* SPDX-License-Identifier: MIT */
/*
 * One event while it is learned: its fields, and what most handlers do with them.
 */
#ifndef TOOLS_MODEL_FACTS_H
#define TOOLS_MODEL_FACTS_H

#include "tools/model/live.h"

struct model_step;
struct model_token;

struct facts {
	const struct tr_event *event;
	struct model *model;
	struct model_process *process;
};

/* Points into the event. */
struct model_text facts_text(const struct facts *facts, enum tr_field_id id);
uint64_t facts_number(const struct facts *facts, enum tr_field_id id);
bool facts_has(const struct facts *facts, enum tr_field_id id);
/* Keeps a copy, where something is said. */
void facts_keep(const struct facts *facts, struct model_text *at, struct model_text text);

/* A handshake on a connection of which a connection event tells once it is secured: not before. */
bool facts_until_ready(const struct facts *facts);
/* What became of a connection whose handshake was told before, as established: by its hash, and no token. */
bool facts_follows(const struct facts *facts);
void facts_seen(const struct facts *facts, uint64_t *first, uint64_t *last);
/* One more of these, now, for what this process knows itself, or supposes of its peer. */
void facts_count(const struct facts *facts, struct model_tally *tally, enum model_fact fact, bool supposed);

/* By this field, a hash. NULL: there is none, it is not to be made, or no memory. */
struct model_handshake *facts_handshake(const struct facts *facts, enum tr_field_id field, bool make,
					bool *made);
/* The program of texts that a process event has. */
struct model_program *facts_program(const struct facts *facts, const struct model_text texts[5]);
/* NULL, all of them: no memory. */
struct model_endpoint *facts_endpoint(const struct facts *facts, enum tr_role role, struct model_text name);
struct model_peer *facts_peer(const struct facts *facts, struct model_endpoint *endpoint,
			      struct model_text principal);
/* An entry of this key: the texts, then the numbers. */
void *facts_get(const struct facts *facts, struct model_list *list, size_t size, const uint64_t *numbers,
		size_t count, const struct model_text *texts, size_t text_count, bool *made);
/* So many more of these. */
void facts_gap(const struct facts *facts, enum model_gap_kind kind, struct model_about about, uint64_t count);
void facts_gap_of(const struct facts *facts, struct model_program *program, enum model_gap_kind kind,
		  struct model_about about, uint64_t count);

/* Handlers, one a kind of event: process.c, gap.c, handshake.c, endpoint.c, refusal.c, use.c. */
struct model_process *facts_process(const struct facts *facts);
void learn_process(struct facts *facts);
void learn_coverage(struct facts *facts);
void learn_exec(struct facts *facts);
void learn_policy(struct facts *facts);
void learn_dropped(struct facts *facts);
void learn_handshake(struct facts *facts);
void learn_context(struct facts *facts);
void learn_refused(struct facts *facts);
void learn_inject(struct facts *facts);
void learn_connection(struct facts *facts);
void learn_unsecured(struct facts *facts);
void learn_gss_call(struct facts *facts);
/* Contexts that go from process to process: transfer.c. */
void learn_transfer(struct facts *facts);
void learn_zmq_call(struct facts *facts);
/* A token of the event, and the event as a call that whoever calls this owns; NULL: no memory. talk_step.c
 */
void facts_token(const struct facts *facts, enum tr_field_id id, struct model_token *token);
struct model_step *facts_step(const struct facts *facts);
/* NULL: no memory. */
struct model_step *facts_step_copy(struct model *model, const struct model_step *from);
/* For who asked for talks (talk.h): talk_learn.c. */
void learn_talk_call(struct facts *facts);
void learn_talk_left(struct facts *facts);
void learn_talk_handshake(struct facts *facts);
void learn_configuration(struct facts *facts);
/* For the same, what sockets were set to: zmq_ends.c. Of a call, after learn_zmq_call; of an inject event; of
 * a process or library event, by which it is known where libzmq lies. */
void learn_zmq_ends(struct facts *facts);
void learn_zmq_injected(struct facts *facts);
void learn_zmq_library(struct facts *facts);
/* Was this event's call made by a libzmq? */
bool facts_by_zmq(const struct facts *facts);
/* Is this a call of a handshake that failed because its context is established already? */
bool facts_too_late(const struct facts *facts);
/* Handshakes without an end: begun.c. Of a call that makes a context, and of a handshake event. */
void learn_begun(struct facts *facts);
void learn_begun_end(struct facts *facts);
void begun_settle(struct model *model);
/* Talks that never ended: talk_open.c. */
void talks_settle(struct model *model);

#endif
