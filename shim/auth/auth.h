/* SPDX-License-Identifier: MIT */
/*
 * A ZAP handler (rfc.zeromq.org/spec/27) for programs that have none: zmq.auth. decide.c answers one
 * question, with what plain.c and curve.c read in files; handler.c is the thread that libzmq asks, one for
 * each context, and theirs.c asks a handler that the program has itself; place.c sees to it that libzmq asks
 * ours.
 *
 * Which rule a question is about is known when an endpoint is bound, and not from what libzmq asks: so the
 * ZAP domain that libzmq is given has the rule's number before the program's own (mark.c).
 */
#ifndef SHIM_AUTH_H
#define SHIM_AUTH_H

#include "policy/policy.h"
#include "shim/auth/lines.h"

#define TAP_KEY 32	/* bytes of a CURVE key, */
#define TAP_KEY_TEXT 41 /* and of its text (rfc.zeromq.org/spec/32) with its end */
#define TAP_AUTH_USER 256

/* Room for what is done for one question, which is too much for a stack. */
struct tap_auth_room {
	struct tap_lines lines;
	char names[8192]; /* of files */
	char crypt[132 << 10] __attribute__((aligned(16)));
};

/* What a peer has said of itself. */
struct tap_credentials {
	const char *user, *password; /* PLAIN; NULL: not given */
	const uint8_t *key;	     /* CURVE; NULL: not given */
};

struct tap_auth_answer {
	int status;		  /* 200, 300 (it may come again), 400, 500; 0: there is none */
	char user[TAP_AUTH_USER]; /* what the program is told as User-Id */
	struct pol_verdict verdict;
};

/* decide.c */
void tap_auth_decide(const struct pol *pol, uint32_t rule, const struct pol_visitor *visitor,
		     const struct tap_credentials *credentials, struct tap_auth_room *room,
		     struct tap_auth_answer *answer);

/* Why a peer did not prove who it is: NULL, it did. *status is 400, or what says that it was not the peer. */
/* plain.c: this user, with this password, by a file of them */
const char *tap_plain_why_not(const char *file, const char *user, const char *password,
			      struct tap_auth_room *room, int *status);
/* curve.c: this key, by a directory of certificates or "any". user: what the field says of it; without a
 * field its text. */
const char *tap_curve_why_not(const char *directory, const char *field, const uint8_t key[TAP_KEY],
			      struct tap_auth_room *room, char *user, size_t size, int *status);

/* engine.c: of a connection that GSSAPI is spoken on, or could have been: what the rules say without files,
 * and that is told. NULL, or why the peer does not come in. *binds_id: it does, and its routing id is its
 * principal. */
const char *tap_auth_why_not(enum pol_way way, const char *endpoint, const struct pol_visitor *visitor,
			     bool *binds_id, char *reason, size_t size);

/* tell.c: the decision is told, in the trace. */
void tap_auth_tell(const struct pol_visitor *visitor, const struct tap_auth_answer *answer);

/* known_place.c: an endpoint's number; 0: there is no room for it. enforces: ZMQ_ZAP_ENFORCE_DOMAIN. */
uint32_t tap_auth_place(enum pol_way way, const char *endpoint, bool enforces);
/* The rule for what has this number, by the policy in force; 0: there is none. */
uint32_t tap_auth_place_rule(const struct pol *policy, uint32_t number, const char *domain, bool *enforces);

/* mark.c: the domain that libzmq is given. rule: a place's number, 0 for none, or TAP_AUTH_PASS for a
 * connection that libzmq would ask nobody about. False: it is too long. */
#define TAP_AUTH_PASS UINT32_MAX
#define TAP_AUTH_THEIRS (UINT32_MAX - 1) /* ... on which we have decided, and the program's handler is to */
bool tap_auth_mark(char *out, size_t size, uint32_t rule, const char *domain);
/* The rule, and where the program's own domain begins. What is no mark has rule 0. */
const char *tap_auth_unmark(const char *marked, uint32_t *rule);

#endif
