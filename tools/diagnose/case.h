/* SPDX-License-Identifier: MIT */
/*
 * One handshake that went wrong, with all that can be known of it: what either side's trace says, its tokens,
 * and what the system has of the keytabs, ticket caches and configuration that the two processes used, as
 * long as this is the system that they ran on.
 */
#ifndef TOOLS_DIAGNOSE_CASE_H
#define TOOLS_DIAGNOSE_CASE_H

#include "tools/diagnose/finding.h"
#include "tools/diagnose/says.h"
#include "tools/doctor/ccache.h"
#include "tools/doctor/config.h"
#include "tools/doctor/keytab.h"
#include "tools/token/token.h"

struct diagnose_case {
	const struct model_talk *init, *acc; /* one may be NULL: no trace that was given has it */
	struct token request, error;	     /* the first token, and what the acceptor answered */
	const struct token_node *ap_req;     /* in request; NULL: none */
	const struct token_node *krb_error;  /* in error, or NULL */
	unsigned found;			     /* diagnoses so far */
	const struct model_talk *before;     /* accepted the same first token before, or NULL */
	const struct model_talk *others[2];  /* lists of all that are kept, linked by next */
	size_t *compared;		     /* ends of connections so far, of all cases */
	struct on_the_way_kept *kept;	     /* their tokens */
	/* No handshake but this program; else NULL. */
	struct model_program *program;
	bool here;			     /* it ran on this system */
	const struct model_about *executed;  /* what it executed, which left no trace; or NULL */
	const struct model_process *process; /* one of it, with what it did to its ZeroMQ sockets; or NULL */
	struct model *model;
	bool keytab_known, client_keytab_known, own_keytab_known, ccache_known, config_known[2];
	bool keytab_seen, client_keytab_seen, own_keytab_seen, ccache_seen;
	struct probe_keytab keytab, client_keytab, own_keytab;
	struct probe_ccache ccache;
	struct probe_config config[2]; /* of initiator, acceptor */
	struct list unseen;	       /* what could not be looked at, and why */
	struct list texts;	       /* that live as long as the case */
};

/* From what was gathered; to be freed. */
void case_begin(struct diagnose_case *c, const struct model_talk *init, const struct model_talk *acc);
void case_end(struct diagnose_case *c);

/* The side that failed first: what it says is no consequence. */
const struct model_talk *case_failed(const struct diagnose_case *c);
/* The step of either side, or of the one given, that failed with an error of libkrb5's table, number 0 to
 * 255; NULL: none did. By status, and by text where the mechanism glue has mapped it. */
const struct model_step *case_says(const struct diagnose_case *c, unsigned code);
const struct model_step *talk_says(const struct model_talk *talk, unsigned code);
/* Whose step it is. */
const struct model_talk *case_step_talk(const struct diagnose_case *c, const struct model_step *step);
/* A step whose text has this in it, or NULL. */
const struct model_step *talk_says_text(const struct model_talk *talk, const char *part);
/* The code of the acceptor's KRB-ERROR, or -1. */
int64_t case_error_code(const struct diagnose_case *c);

/* Texts live as long as the case; NULL: not known. */
const char *case_text(struct diagnose_case *c, struct model_text text);
const char *case_format(struct diagnose_case *c, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* A word as a shell reads it, and as kadmin does. */
const char *case_word(struct diagnose_case *c, const char *text);
const char *case_kadmin_word(struct diagnose_case *c, const char *text);
/* "kadmin", as the principal's database is to be asked. */
const char *case_kadmin(struct diagnose_case *c, const char *principal);
/* "host/a@R": of the ticket that was sent, else of what was asked for. */
const char *case_service(struct diagnose_case *c);
/* As the program gave it: "host@a". */
const char *case_asked(struct diagnose_case *c);
const char *case_client(struct diagnose_case *c);
/* Of the ticket; false: not known. */
bool case_kvno(const struct diagnose_case *c, uint32_t *kvno);
bool case_enctype(const struct diagnose_case *c, int32_t *enctype);
const char *enctype_text(struct diagnose_case *c, int32_t enctype);
/* "gss-server", for causes: those of all its processes are one. */
const char *case_name(struct diagnose_case *c, const struct model_talk *talk);
/* The same in a cause that names both, which may be called alike: "the initiator python3". */
const char *case_name_beside(struct diagnose_case *c, const struct model_talk *talk,
			     const struct model_talk *other);
/* "gss-server[4711]". */
const char *case_program(struct diagnose_case *c, const struct model_talk *talk);
const char *time_text(struct diagnose_case *c, int64_t seconds);

/* The keytab that the acceptor read, the ticket cache that the initiator used, as they are now; NULL when
 * they cannot be looked at: `unseen` says why. */
const struct probe_keytab *case_keytab(struct diagnose_case *c);
const struct probe_ccache *case_ccache(struct diagnose_case *c);
/* The keytab that libkrb5 gets the initiator's tickets with. */
const struct probe_keytab *case_client_keytab(struct diagnose_case *c);
/* That from which the initiator would accept, were it a service; NULL also where it has no key. */
const struct probe_keytab *case_own_keytab(struct diagnose_case *c);
/* A value of a credential store that the program gave, such as "keytab", or NULL. */
const char *case_stored(struct diagnose_case *c, const struct model_talk *talk, const char *key);
/* libkrb5's configuration as this side has it. */
const struct probe_config *case_config(struct diagnose_case *c, const struct model_talk *talk);
/* A variable of the process's environment, or NULL. */
const char *talk_setting(struct diagnose_case *c, const struct model_talk *talk, enum tr_field_id variable);

/* The mechanism that a step is about, or NULL: it is not known, or not one alone. */
const char *case_mech(const struct model_step *step);
/* Why it failed, in the library's words; NULL: it gave none. */
const char *case_reason(struct diagnose_case *c, const struct model_talk *talk);
/* The words of an evidence that a step gives: "gss_accept_sec_context in gss-server[4711] said ...". */
const char *case_said(struct diagnose_case *c, const struct model_talk *talk, const struct model_step *step);
const char *keytab_text(struct diagnose_case *c, const struct probe_keytab *keytab, const char *principal);

#endif
