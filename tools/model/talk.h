/* SPDX-License-Identifier: MIT */
/*
 * One side of one handshake as it happened: its calls in order, with their tokens, what failed within them,
 * and what the handshake event says. What timelines and diagnoses are made of.
 *
 * Kept by who asks for talks (struct model_listener); memory follows what is open at one time and what the
 * listener keeps.
 */
#ifndef TOOLS_MODEL_TALK_H
#define TOOLS_MODEL_TALK_H

#include "tools/model/model.h"

/* A token, with its bytes as far as they are in the trace. */
struct model_token {
	uint64_t length; /* 0: there was none */
	uint8_t hash[16];
	struct model_text bytes;
	struct model_text phrase; /* a listener's, who needs the bytes no more */
};

/* One call: of the handshake itself (depth 0), or one that failed within. */
struct model_step {
	struct model_step *next;
	uint64_t time, duration; /* ns; time: when it returned */
	uint32_t call, major;
	uint32_t tid;
	uint64_t minor;
	uint8_t depth;
	bool failed;
	uint64_t handle; /* of the context */
	uint64_t cred;	 /* handle of the credential that was given, or got; 0: none */
	uint32_t usage, flags_req, bindings_kind;
	struct model_text text; /* of the minor status */
	struct model_text name; /* acceptor, initiator or name, as the call has it */
	struct model_text mech; /* OID */
	struct model_token in, out, bindings;
	struct model_text store; /* "KEY=VALUE" of a credential store's elements, each ends with a NUL */
};

/* Zeros are none. */
struct model_steps {
	struct model_step *first, *last;
	unsigned count;
};

/* The values of a configuration event, by field from TR_F_KRB5_CONFIG on; at NULL: not set. */
#define MODEL_SETTINGS (TR_F_GSS_USE_PROXY - TR_F_KRB5_CONFIG + 1)
struct model_settings {
	bool known;
	struct model_text values[MODEL_SETTINGS];
};

struct model_talk {
	struct model_talk *next, *next_kept; /* for who keeps it: of all, of some */
	struct model_process *process;
	uint32_t pid, tid;
	uint64_t handle;      /* of the context; 0: there was none */
	uint64_t first, last; /* ns */
	struct model_steps steps;

	/* Its last call that never returned. */
	struct {
		uint32_t call;		   /* 0: there was none */
		uint64_t entered, noticed; /* ns; entered 0: not known */
	} left;

	bool credential; /* no handshake: a credential that the program asked for could not be had */
	bool zmq;	 /* libzmq's, or of one of its connections */
	bool follows;	 /* this handshake was told before as established: what became of its connection */
	/* What the handshake event says; outcome 0: there was none. */
	enum tr_outcome outcome;
	enum tr_role role;
	uint64_t duration, rounds;
	struct model_text hash;	   /* 16 bytes, of the first token */
	struct model_text accepts; /* an acceptor acquired a credential by this name, and by no other */
	bool accepts_by_it;	   /* its calls were given that very credential */
	bool accepts_any;	   /* they were given one that has no name, or none */
	struct model_text initiator, acceptor, asked, mech, reason, ccache, keytab, endpoint, peer;
	uint32_t major;
	uint64_t minor;
	uint32_t ticket_enctype, session_enctype, kvno, ticket_flags, flags_ret;
	uint64_t authtime, endtime;
	bool delegated, has_lifetime;
	uint32_t lifetime;		/* seconds; where has_lifetime */
	struct model_settings settings; /* in force; copies */
};

/* What is gathered of a process while its events are read. */
struct model_gathering {
	struct model_settings settings;
	uint64_t begun; /* when an initiator's first call was made that has not returned; 0: none */
	uint32_t begun_pid, begun_tid;
	struct model_steps waiting; /* failures that belong to no handshake yet */
	struct model_text accepts;  /* the name of its credentials as an acceptor */
	uint64_t accepts_by;	    /* the last of them */
	uint64_t unnamed; /* the last that was acquired by no name; 0: none, or it may have got one since */
	bool several;	  /* it has some by other names, or by none */
};

struct facts;

/* Who is given each talk when it ended, and owns it from then on. False: no memory. */
struct model_listener {
	bool (*ended)(struct model_listener *listener, struct model_talk *talk);
	/* NULL, or who is shown each event after it was learned; the same. */
	bool (*event)(struct model_listener *listener, const struct facts *facts);
};

/* Was it given up in a call that never returned? When that was is not known then. */
bool model_talk_was_left(const struct model_talk *talk);
/* The last call of the handshake itself, or NULL. */
const struct model_step *model_talk_last(const struct model_talk *talk);
/* The hash of its first token, by its calls: of one of which no event tells the end it is in no other place.
 * At NULL: there was none. */
struct model_text model_talk_first_token(const struct model_talk *talk);
/* Flags that the initiator asked for. */
uint32_t model_talk_flags_req(const struct model_talk *talk);
void model_talk_free(struct model_talk *talk);

void model_steps_add(struct model_steps *steps, struct model_step *step);
/* The first, which the caller owns then; there is one. */
struct model_step *model_steps_take(struct model_steps *steps);
void model_step_free(struct model_step *step);
void model_steps_free(struct model_steps *steps);
void model_settings_free(struct model_settings *settings);
void model_gathering_free(struct model_gathering *gathering);

#endif
