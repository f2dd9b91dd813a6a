/* SPDX-License-Identifier: MIT */
/* What exchange_learn.c does with one event or talk, a topic a file: exchange_before.c, exchange_message.c,
 * exchange_handle.c, exchange_zmq.c. */
#ifndef TOOLS_MODEL_EXCHANGE_PARTS_H
#define TOOLS_MODEL_EXCHANGE_PARTS_H

#include "tools/model/exchange.h"

/* A call that succeeded before any handshake that it may be for. */
void exchange_keep_before(struct exchanges *exchanges, const struct facts *facts);
/* Those of them that this talk needed. */
void exchange_take_before(struct exchanges *exchanges, const struct model_talk *talk,
			  struct model_steps *before);

/* Is this a call that protects or opens messages, and of which kind? */
bool exchange_kind_of(uint32_t call, enum exchange_kind *kind);
void exchange_count(struct exchange_place *place, const struct facts *facts, enum exchange_kind kind);
/* A call in the context that failed. */
void exchange_fails(struct exchange_place *place, const struct facts *facts);

/* A context has begun at the event's handle. NULL: it tells none, or no memory. */
struct exchange_stay *exchange_stay_begin(struct exchanges *exchanges, const struct facts *facts,
					  struct exchange_side *side);
/* The context that the event's handle stands for, inherited if need be; NULL: none that is known, or no
 * memory. */
struct exchange_stay *exchange_stay_of(struct exchanges *exchanges, const struct facts *facts);
/* Whose context stood last at a handle of this image; NULL: nobody's that is known. */
struct exchange_side *exchange_side_at(const struct exchanges *exchanges, uint64_t image, uint64_t number);
/* It ends with this event, unless it did before. */
void exchange_stay_end(struct exchange_stay *stay, const struct facts *facts);

/* zmq_bind or zmq_connect; GSSAPI set for that; a handshake of libzmq's on it; a connection without. False:
 * no memory. */
void exchange_opened(struct exchanges *exchanges, const struct facts *facts);
void exchange_injected(struct exchanges *exchanges, const struct facts *facts);
void exchange_served(struct exchanges *exchanges, const struct facts *facts, struct exchange_side *side);
bool exchange_unsecured(struct exchanges *exchanges, const struct facts *facts);

#endif
