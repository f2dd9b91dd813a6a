/* SPDX-License-Identifier: MIT */
/*
 * A handshake as rows in order of time, each of one side: what `gsstap timeline` prints as two columns, as
 * one, or as JSON.
 */
#ifndef TOOLS_VIEW_TIMELINE_H
#define TOOLS_VIEW_TIMELINE_H

#include "tools/model/exchange.h"
#include "tools/out/json.h"
#include "tools/view/timeline_choice.h"

enum timeline_kind {
	TIMELINE_OPENED,  /* an endpoint of ZeroMQ */
	TIMELINE_GREETED, /* libzmq begins its handshake: both greetings said GSSAPI */
	TIMELINE_BEFORE,  /* a name imported, a credential acquired */
	TIMELINE_CALL,	  /* of the handshake */
	TIMELINE_LEFT,	  /* the same, which never returned */
	TIMELINE_WITHIN,  /* a call that failed within it */
	TIMELINE_TOKEN,	  /* the token that a call made */
	TIMELINE_WAIT,	  /* until the next call of this side */
	TIMELINE_OUTCOME, /* no calls are in the trace: what the handshake's event says */
	TIMELINE_MESSAGE,
	TIMELINE_MORE,	 /* messages that are only counted */
	TIMELINE_FAILED, /* a call in the context that failed */
	TIMELINE_IMPORT,
	TIMELINE_FORK, /* a child goes on with it */
	TIMELINE_END,
};

struct timeline_row {
	uint64_t time;	/* by the initiator's clock, where both are known */
	unsigned order; /* of those of one time */
	int side;	/* EXCHANGE_INITIATOR, EXCHANGE_ACCEPTOR */
	enum timeline_kind kind;
	const struct model_step *step;	    /* BEFORE, CALL, WITHIN, TOKEN, FAILED */
	const struct exchange_place *place; /* MESSAGE, MORE, FAILED, IMPORT, FORK, END */
	const struct exchange_message *message;
	enum exchange_kind messages; /* MESSAGE, MORE */
	uint64_t wait, worked;	     /* WAIT: how long, and for how much of it the other side worked */
	bool arrived;		     /* TOKEN, MESSAGE that was sent: the other side has it */
};

struct timeline_rows {
	struct timeline_row *rows;
	size_t count, room;
	uint64_t start;	 /* of the handshake */
	int64_t shifted; /* ns taken from the acceptor's times */
	struct exchange_clock clock;
};

/* For exchanges_new: puts a phrase in the place of a token's bytes. */
void timeline_phrase(struct model_token *token, uint64_t time);

/* False: no memory. */
bool timeline_rows(struct timeline_rows *rows, const struct exchange *exchange);
void timeline_rows_free(struct timeline_rows *rows);

/* Is the row about a token that this side received? */
const struct model_token *timeline_received(const struct timeline_row *row);
/* Ran the two sides on different hosts? */
bool timeline_two_hosts(const struct exchange *exchange);
const char *timeline_outcome_word(enum tr_outcome outcome);
const char *timeline_outcome(const struct exchange *exchange);
/* Does it belong to those that were asked for? */
bool timeline_is_chosen(const struct timeline_choice *choice, const struct exchange *exchange);

/* "READY" or "first message" of one of libzmq's that is; else NULL. */
const char *timeline_zmtp(const struct exchange *exchange, const struct timeline_row *row);

/* What a row says, harmless, to be freed; NULL: no memory. */
char *timeline_words(const struct exchange *exchange, const struct timeline_row *row);
/* "gss-client[4711] on host"; the same. */
char *timeline_who(const struct model_program *program, uint32_t pid);

/* False: no memory. columns: of the terminal; 0: none. */
bool timeline_text(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows,
		   unsigned columns);
bool timeline_json(struct out *out, const struct exchange *exchange, const struct timeline_rows *rows);

#endif
