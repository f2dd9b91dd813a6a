/* SPDX-License-Identifier: MIT */
/*
 * What is known of a security context, as far as a policy may ask: filled by who watches the handshake,
 * judged by pol_judge. What is not known is told apart from what is: a name that was cut or that nobody
 * proved is never compared.
 */
#ifndef POL_FACTS_H
#define POL_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pol_role { POL_INITIATOR = 1, POL_ACCEPTOR = 2 };

/* When a context is judged. Whatever makes it usable passes at least one of them. */
enum pol_moment {
	POL_BEFORE_TOKEN = 1, /* an initiator's first token is about to be made: nothing has left yet */
	POL_ESTABLISHED,      /* the context can protect messages */
	POL_IMPORTED,	      /* it was established elsewhere and comes from gss_import_sec_context */
};

/* A principal as gss_display_name and krb5_unparse_name write it. */
struct pol_name {
	const char *text; /* NULL: not known */
	bool whole;	  /* no byte of it was cut off or is a NUL */
};

#define POL_NO_USER UINT32_MAX /* (uid_t)-1, which is nobody's: not known */

/* The program that a context is in. */
struct pol_process {
	const char *program; /* the path of its file; NULL: not known */
	const char *script;  /* the script that it was given; "": none; NULL: not known */
	uint32_t user;	     /* its effective user id */
};

#define POL_SIDS "S-" /* the beginning of all SIDs */

/* Where the groups of an acceptor's peer are asked for, once a rule wants to know them. */
struct pol_groups {
	/*
	 * Visits what he has of one attribute of his name, as lists have it: "auth-indicators=strong"; the
	 * attribute is given with its equals sign. Of POL_SIDS it is "S-1-5-21-1-2-3-512"; idle: it counts
	 * for being refused alone. True from visit is enough. Returns whether that is all, and he has any, as
	 * the mechanism has proved: who has none may have left it out.
	 */
	bool (*each)(const struct pol_groups *groups, const char *attribute, size_t length,
		     bool (*visit)(void *context, const char *text, bool idle), void *context);
};

struct pol_facts {
	const struct pol_process *process; /* NULL: not known */
	enum pol_moment moment;
	enum pol_role role;
	/* Proved by the mechanism, or, before a token leaves, by the ticket that it will carry. */
	struct pol_name initiator, acceptor;
	struct pol_name asked; /* the acceptor as the program asked for it, or as its ticket was read */
	struct pol_name store; /* what the own credential is from: an initiator's ticket cache, an acceptor's
				  keytab */
	const struct pol_groups *groups; /* of the initiator; NULL: nobody can tell */
	bool kerberos;			 /* libkrb5 was seen to send the ticket, or to read it */
	bool anonymous;			 /* the initiator asked to be */
	uint32_t flags_requested;	 /* GSS_C_*_FLAG; an initiator's only */
	uint32_t flags_granted;		 /* from POL_ESTABLISHED on */
	bool delegated;	      /* an acceptor was sent a credential; one of its own for S4U2Proxy is none */
	bool constrained;     /* it has made that one itself */
	bool delegation_open; /* an initiator's request could not be judged before the token left */
	const void *mech;     /* the DER body of the mechanism's object identifier, or NULL */
	size_t mech_length;
	uint32_t ticket_enctype, session_enctype; /* 0: not known */
	uint32_t kvno;	       /* of the key that the ticket is encrypted in; 0: not known */
	uint32_t ticket_flags; /* RFC 4120, section 2; 0 when ticket_endtime is 0 */
	int64_t ticket_authtime, ticket_endtime; /* seconds since the epoch; 0: not known */
	uint32_t lifetime;			 /* seconds left; UINT32_MAX: without end, or not known */
	bool lifetime_known;
	uint32_t age; /* seconds since it could be used; UINT32_MAX: not known */
	bool bound;   /* channel bindings were given; an acceptor's: and the initiator's token had the same */
};

/* What a policy can have something to say about, one verdict each. */
enum pol_topic {
	POL_ABOUT_PEER,
	POL_ABOUT_MECHANISM,
	POL_ABOUT_FLAGS,
	POL_ABOUT_TICKET, /* its encryption type */
	POL_ABOUT_SESSION,
	POL_ABOUT_BINDINGS,
	POL_ABOUT_LIFETIME,
	POL_ABOUT_STORE,
	POL_ABOUT_DELEGATION,
	POL_ABOUT_CONSTRAINED, /* S4U2Proxy */
	POL_TOPICS
};

/* What may be done with a context that is there, and a policy can forbid. */
enum pol_use {
	POL_WRAPS_BARE,	    /* a message is about to be wrapped without confidentiality */
	POL_WRAPPED_BARE,   /* it cannot be wrapped with it, or was not */
	POL_UNWRAPPED_BARE, /* one that came has none */
	POL_EXPORTS,	    /* it is to go elsewhere, as gss_export_sec_context makes it */
	POL_IMPORTS,	    /* it came from elsewhere */
	POL_EXPORTS_LUCID,  /* its keys are asked for, with all that is needed to use them ... */
	POL_ASKS_KEY,	    /* ... or one of them alone */
	POL_GOES_ON,	    /* it is used at all, at its age */
	/* Ways to a credential, which there is no context for yet. */
	POL_BY_PASSWORD,
	POL_BY_S4U,    /* on behalf of somebody who has given none */
	POL_BY_STORE,  /* a cache or keytab that the program names */
	POL_BY_IMPORT, /* one that was exported elsewhere */
	POL_USES
};

#endif
