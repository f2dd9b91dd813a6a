/* SPDX-License-Identifier: MIT */
/*
 * A policy in its compiled form, and its judgement: pure functions from facts to a verdict.
 *
 * The compiled form is one flat image without pointers, checked once as a whole by pol_open. Nothing here
 * allocates, locks, prints or reads a clock, so that it can run inside any host. A policy that is wanted but
 * cannot be used is `broken`: it denies everything it would have judged.
 */
#ifndef POL_POLICY_H
#define POL_POLICY_H

#include "policy/facts.h"

enum pol_state {
	POL_NONE = 0, /* no policy was asked for: everything is allowed */
	POL_READY,
	POL_BROKEN, /* everything judged is denied */
};

struct pol_image; /* private: policy/image.h */
struct pol_rule;
#define POL_KEYWORDS 160 /* more than any keyword's id */

struct pol {
	enum pol_state state;
	const struct pol_image *image; /* the caller keeps it mapped as long as this is used */
	char broken[160];	       /* why, for people; set when state is POL_BROKEN */
	/* What pol_open has found in the image, so that no call has to walk through it. */
	const struct pol_rule
		*rule[POL_KEYWORDS]; /* by keyword; NULL: the policy does not have it at its top */
	bool asks[POL_KEYWORDS];     /* a rule of this keyword stands somewhere in it */
	bool asks_of_contexts;	     /* see pol_judges_contexts */
	unsigned topics;	     /* bits 1 << enum pol_topic: those that a rule is about */
};

enum pol_action {
	POL_ALLOW = 0,
	POL_DENY,
	POL_CHANGE, /* delegation: strip it; plaintext: encrypt instead */
	POL_INJECT, /* GSSAPI is spoken for this endpoint, as verdict.inject says */
};

/* How libzmq reads a principal's name: the values of ZMQ_GSSAPI_NT_*. */
enum pol_nametype { POL_NT_HOSTBASED = 0, POL_NT_USER_NAME = 1, POL_NT_KRB5_PRINCIPAL = 2 };

/* Whether a connection may still go without security while servers and clients move. */
enum pol_phase {
	POL_PHASE_REQUIRE = 0, /* none; the default */
	POL_PHASE_REPORT,      /* one whose other end has none, which is reported */
};

struct pol_inject {
	const char *principal; /* template for pol_expand, or NULL: default credentials */
	const char *service;   /* template; connect rules only, never NULL there */
	enum pol_nametype principal_type, service_type;
	enum pol_phase phase;
	int skips_zap;	/* libzmq does not ask the program's ZAP handler */
	uint32_t fails; /* connect rules only: the line that wants the program's calls to fail where its peers
			   refuse it; 0: messages wait */
};

/*
 * A verdict. In audit mode a denial or change keeps its action and has audit set: the caller records "would
 * refuse" and lets the call pass unchanged. (POL_INJECT is carried out in both modes.)
 */
struct pol_verdict {
	enum pol_action action;
	int audit;
	bool waits;	  /* POL_ALLOW, since what decides is not known before the token leaves */
	const char *rule; /* static keyword path such as "zmq.unsecured"; "policy" when broken; NULL: no rule
			     decided */
	uint32_t line;	  /* of the source; 0 when there is none */
	uint32_t number;  /* of the rule, from 1 without gaps; 0 when no rule decided, and when broken */
	char reason[256]; /* one sentence for people, always terminated; "" with POL_ALLOW */
	struct pol_inject inject;
};

enum pol_way { POL_BIND = 1, POL_CONNECT = 2 };

/* What is known of a socket when it is about to be bound or connected. */
struct pol_endpoint {
	enum pol_way way;
	const char *endpoint; /* as the program gave it; NULL is taken as "" */
	int socket_type;      /* ZMQ_PAIR ...; -1 unknown */
	int mechanism;	      /* ZMQ_NULL 0, PLAIN 1, CURVE 2, GSSAPI 3; -1 unknown */
	int raw;	      /* ZMQ_ROUTER_RAW was set */
	int plaintext; /* with GSSAPI: 0 it encrypts; 1 it does not (ZMQ_GSSAPI_PLAINTEXT); -1 unknown */
};

/* Do these bytes begin as a compiled policy does? It may still be damaged. 1 or 0. */
int pol_is_image(const void *bytes, size_t len);

/*
 * Takes up a compiled policy of len bytes, which must be 8-byte aligned. Checks everything in it (magic,
 * version, checksum, every offset and string), whoever wrote it. On failure pol is left POL_BROKEN with its
 * reason. Returns 0 or -1.
 */
int pol_open(struct pol *pol, const void *image, size_t len);

/* Leaves pol POL_BROKEN for a reason of the caller's, such as a file that cannot be read. */
void pol_break(struct pol *pol, const char *why);

/* Is the policy there to refuse (mode: enforce, or broken)? */
int pol_enforces(const struct pol *pol);

/* The capture level (enum tr_level) the policy asks for, or -1 when it says nothing. */
int pol_capture(const struct pol *pol);

/* When it takes the place of another, does it end what it forbids (on-change)? 1 or 0. */
int pol_ends(const struct pol *pol);

/* How many seconds ahead it is to be told that a ticket ends (expires-ahead). */
uint32_t pol_expires_ahead(const struct pol *pol);

/* Does the policy say anything about ZeroMQ? 1 or 0. It walks the policy: ask once. */
int pol_says_zmq(const struct pol *pol);

/* Is GSSAPI spoken by the shim for programs that ask libzmq for it (zmq.engine)? 1 or 0; walks the policy. */
int pol_serves_own(const struct pol *pol);

/* May the shim protect messages by itself (zmq.accelerate)? 1 or 0. */
int pol_accelerates(const struct pol *pol);

/* Does any rule set GSSAPI on sockets (in both modes)? 1 or 0. */
int pol_injects(const struct pol *pol);

/* Has it a word about endpoints that their program leaves without security? 1 or 0. */
int pol_judges_endpoints(const struct pol *pol);

enum pol_family { POL_FAMILY_GSS = 1, POL_FAMILY_ZMQ = 2 };

/* The families (bits of enum pol_family) whose calls a rule wants to see, in both modes; all for a broken
 * policy. */
unsigned pol_families(const struct pol *pol);

/* Can all its rules about ZeroMQ be kept where no call is seen, by the addresses of connections? 1 or 0. */
int pol_by_address(const struct pol *pol);

/*
 * Each judge fills *verdict and returns its action. With POL_NONE: POL_ALLOW.
 *
 * pol_judge: one topic of a security context. An initiator's peer that is not known yet before the token
 * leaves is left to the next moment; from then on who is not known, or not known whole, passes no rule about
 * peers. POL_CHANGE: the delegation is to be taken away.
 */
enum pol_action pol_judge(const struct pol *pol, const struct pol_facts *facts, enum pol_topic topic,
			  struct pol_verdict *verdict);
/* One use of a context that is there. POL_CHANGE: the message is to be encrypted. */
enum pol_action pol_judge_use(const struct pol *pol, const struct pol_facts *facts, enum pol_use use,
			      struct pol_verdict *verdict);
/* The age from which on a context that may be used now may not (gss.max-context-age), in seconds; 0: it is
 * not known which rule counts; UINT32_MAX: no rule does. */
uint32_t pol_max_age(const struct pol *pol, const struct pol_facts *facts);
/* Has a rule a word about such a use, or, without one, about any? */
int pol_judges_use(const struct pol *pol, enum pol_use use);
int pol_judges_uses(const struct pol *pol);
/*
 * All topics in their order. Who hears the verdicts says of each denial and change whether it is kept: at the
 * first denial that is, the judgement ends with its verdict. Returns what was kept: POL_DENY, POL_CHANGE,
 * with the verdict of the last topic that changes something, or POL_ALLOW, where the verdict's waits says
 * that it is left open whether credentials may be delegated.
 */
struct pol_hearer {
	bool (*keeps)(const struct pol_hearer *hearer, enum pol_topic topic,
		      const struct pol_verdict *verdict);
};
enum pol_action pol_judge_context(const struct pol *pol, const struct pol_facts *facts,
				  struct pol_verdict *verdict, const struct pol_hearer *hearer);
/*
 * A context that was judged before, when `since` was the number of the last kick: has one that came after it
 * named the peer? POL_DENY, or POL_ALLOW. A name that is not known whole is nobody's.
 */
enum pol_action pol_judge_kick(const struct pol *pol, const struct pol_facts *facts, uint32_t since,
			       struct pol_verdict *verdict);
/* The number of the last kick; 0: there is none. */
uint32_t pol_last_kick(const struct pol *pol);
/* Does any rule want to know who is at the ends of a context? */
int pol_judges_peers(const struct pol *pol);
/* Does any rule want to know the groups of an acceptor's peer? */
int pol_judges_groups(const struct pol *pol);
/* May a context be refused by what is known of it once it is established? */
int pol_judges_contexts(const struct pol *pol);
/* Is it an object identifier of SPNEGO's or NegoEx', whose contexts are of another mechanism, that they
 * choose? */
bool pol_negotiates(const void *mech, size_t length);
/* Does any rule want to know the mechanism, where the own credential is from, the encryption type of a
 * session key, or the user that the program runs as? */
int pol_judges_mechanisms(const struct pol *pol);
int pol_judges_stores(const struct pol *pol);
int pol_judges_session(const struct pol *pol);
int pol_judges_user(const struct pol *pol);
/*
 * A credential that a program leaves to the defaults. Names are principals; what was asked for as
 * service@host is service/host, which has no realm.
 */
struct pol_wish {
	const struct pol_process *process; /* NULL: not known */
	enum pol_role role;
	bool addressed;		 /* an initiator's: the service is known by now, or should be */
	struct pol_name service; /* ... as it was asked for */
	bool named;		 /* the program wants it for this name */
	struct pol_name own;
	const char *host; /* this machine's name */
};

/* Where it is to be from: templates for pol_expand_by; NULL: the rule does not say. */
struct pol_acquire {
	const char *accept, *principal, *ccache, *keytab, *client_keytab, *rcache;
};

/*
 * POL_CHANGE: from there, as gss.acquire says; a place that cannot be used is to be denied. POL_DENY: it is
 * not known whether a rule is about it. A policy that cannot be used denies contexts, not credentials.
 */
enum pol_action pol_judge_wish(const struct pol *pol, const struct pol_wish *wish,
			       struct pol_acquire *acquire, struct pol_verdict *verdict);
/*
 * What was delegated in an acceptor's context that is established. POL_CHANGE: it is put to *place, a
 * template for pol_expand_by with the initiator's name. POL_DENY: there is a rule, and it is put nowhere.
 */
enum pol_action pol_judge_store(const struct pol *pol, const struct pol_facts *facts, const char **place,
				struct pol_verdict *verdict);
/* Does any rule want that? Is it to be removed with this context? */
int pol_stores(const struct pol *pol);
int pol_store_ends(const struct pol *pol, const struct pol_facts *facts);
/* Does any rule say where credentials are from? */
int pol_acquires(const struct pol *pol);

/*
 * Before zmq_bind or zmq_connect. facts.mechanism is what the program set, without what an earlier POL_INJECT
 * did to the socket. Every endpoint is judged afresh; inproc:// never leaves the process and is always
 * allowed.
 */
enum pol_action pol_judge_endpoint(const struct pol *pol, const struct pol_endpoint *facts,
				   struct pol_verdict *verdict);
/* Has the program asked for GSSAPI that encrypts on an endpoint where gsstap can speak it? 1 or 0. */
int pol_asks_gssapi(const struct pol_endpoint *facts);
/* A program sets ZMQ_GSSAPI_PLAINTEXT to a non-zero value. */
enum pol_action pol_judge_plaintext(const struct pol *pol, struct pol_verdict *verdict);

/* A peer that wants to come in, as a ZAP handler is asked about it (rfc.zeromq.org/spec/27). */
struct pol_visitor {
	const char *domain;
	const char *address;		 /* as libzmq has it: of ipc "localhost:UID:GID:PID"; "": not known */
	const char *mechanism;		 /* "NULL", "PLAIN", "CURVE", "GSSAPI" */
	const char *principal;		 /* that GSSAPI has proved; NULL: none */
	const struct pol_groups *groups; /* ... and where its groups are asked for; NULL: nobody can tell */
};
/* Peers that keep failing. With any of its keywords the brake is set. */
#define POL_BRAKE_MOST 32
struct pol_brake {
	uint32_t most;	       /* failures, up to POL_BRAKE_MOST; 0: it is not set */
	uint32_t within, hold; /* seconds */
	bool audit;	       /* only told of */
	const char *rule;      /* as of a verdict */
	uint32_t line;
};
struct pol_brake pol_brake(const struct pol *pol);
int pol_brakes(const struct pol *pol);
/* Are failures of this address left out? */
int pol_brake_ignores(const struct pol *pol, const char *address);

/* Does the policy say who may come in? */
int pol_authenticates(const struct pol *pol);
/* ... and by the groups of who proves himself by GSSAPI? */
int pol_authenticates_groups(const struct pol *pol);
/* Can peers of this endpoint, which libzmq does by itself, be asked about? Who connects is asked about by the
 * other end. */
enum pol_action pol_judge_entrance(const struct pol *pol, const struct pol_endpoint *facts,
				   struct pol_verdict *verdict);
/* The number of the rule of zmq.auth for an endpoint; 0: there is none. */
uint32_t pol_auth_rule(const struct pol *pol, enum pol_way way, const char *endpoint, const char *domain);
/* What that rule says by itself. POL_ALLOW of PLAIN and CURVE: if the peer proves what is in pol_auth_proof.
 */
enum pol_action pol_judge_visitor(const struct pol *pol, uint32_t rule, const struct pol_visitor *visitor,
				  struct pol_verdict *verdict);
/* Where users (plain) and certificates (curve, or "any") of a rule are, and the field of those that names a
 * client (NULL: its key). */
struct pol_proof {
	const char *plain, *curve, *user_id;
};
struct pol_proof pol_auth_proof(const struct pol *pol, uint32_t rule);
/* Is a peer's routing id its principal? 1 or 0. */
int pol_binds_routing_id(const struct pol *pol, uint32_t rule);
/* It was not proved, for this reason, which goes on after the rule's name and line. */
enum pol_action pol_deny_visitor(const struct pol *pol, uint32_t rule, const struct pol_visitor *visitor,
				 const char *why, struct pol_verdict *verdict);

/*
 * Addresses: 10.0.0.7, 10.0.0.0/8, fd00::/8, ipc, ipc:uid=1000, ipc:gid=100, all. An IPv6 address that stands
 * for an IPv4 one (::ffff:10.0.0.7) is that, and a zone (%eth0) is left out. 1 or 0.
 */
int pol_is_address(const char *pattern);
int pol_match_address(const char *pattern, const char *address);
/* Has it bits behind its prefix? */
int pol_address_is_loose(const char *pattern);

/* The name of the file that it was compiled from, without its directory; NULL: it is not known. */
const char *pol_source(const struct pol *pol);

/*
 * A rule's number, to be carried in a minor status, and the way back: keyword path and line.
 * pol_rule_by_number returns 0, or -1 for a number that the policy does not have (0, or of a policy replaced
 * since).
 */
uint32_t pol_rule_number(const struct pol *pol, const struct pol_verdict *verdict);
int pol_rule_by_number(const struct pol *pol, uint32_t number, const char **rule, uint32_t *line);

/*
 * Expands %h (host, this machine's name), %H (the host part of a tcp endpoint, an IPv6 address without its
 * brackets and zone) and %% of a template into out (size bytes, always terminated). Returns 0, or -1 when it
 * does not fit, when a value is missing (host NULL; an endpoint without a host, of ipc or of port 5555 on all
 * interfaces) or holds bytes that no host name has, or when the template is wrong.
 */
int pol_expand(const char *template, const char *host, const char *endpoint, char *out, size_t size);

/* The same with other values, NULL for what is not to be had; also %{uid}, and %principal as one name of a
 * file. */
#define POL_UID "{uid}"
#define POL_PRINCIPAL "principal"
struct pol_values {
	const char *host, *endpoint, *principal;
	const uint32_t *user;
};
int pol_expand_by(const char *template, const struct pol_values *values, char *out, size_t size);

/*
 * A principal as krb5_unparse_name writes it, and a pattern of one: as pol_match, but * ? and sets stay
 * within one component, and what is escaped in the name is no separator. A whole * for all that comes before
 * the realm matches any components; a pattern * any principal, and one without a realm whose end is a * any
 * realm. Returns 1 or 0.
 */
int pol_match_principal(const char *pattern, const char *name);
/* The same for a service: a pattern without a realm is compared with the name without its own. */
int pol_match_service(const char *pattern, const char *name);
/* A principal as somebody has written it: without a \ that stands before what needs none, as libkrb5 reads
 * it. */
void pol_drop_escapes(char *name);
/* service/host as libkrb5 makes it of service@host: the host in small letters, without a dot at its end. */
void pol_fold_host(char *name);

/*
 * Shell pattern match, bytewise, of the whole text: * ? [a-z] [!a-z] and \ ; '/' and ':' are ordinary, and so
 * is the
 * '[' of an IPv6 address, which is any '[' right after "://". Time grows at most with the product of both
 * lengths. Returns 1 or 0.
 */
int pol_match(const char *pattern, const char *text);

#endif
