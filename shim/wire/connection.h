/* SPDX-License-Identifier: MIT */
/*
 * The connections of secured endpoints, by descriptor: what is known of each, and who may touch it. Private
 * to the room.
 *
 * Two kinds of threads come to one: the I/O thread that libzmq has for it, in the hooks of slots.c, and a
 * thread of pool.c while a step of its handshake is made. All of it is looked at and changed under its lock,
 * which nobody keeps while he waits. It goes with its last reference: the descriptor's, and that of a step.
 */
#ifndef SHIM_WIRE_CONNECTION_H
#define SHIM_WIRE_CONNECTION_H

#include "shim/core/ending.h"
#include "shim/core/tap.h"
#include "shim/gss/groups.h"
#include "shim/wire/tie.h"
#include "shim/wire/frame.h"
#include "shim/wire/seal.h"

#include <sys/types.h>

#define GREETING 64u
#define HELD_AT 11u /* of a greeting: what a peer needs to go on */
#define MECHANISM 12u
#define MECHANISM_END 32u
#define MINOR 11u /* version */
#define WIRE_USER 256
#define WIRE_METADATA 4096 /* of a ZAP handler's answer */
/* What a peer's READY may have more for libzmq than it came with. */
#define WIRE_GROWS (3 * WIRE_USER + WIRE_METADATA + 96u)

enum wire_phase {
	WIRE_GREETING,
	WIRE_HANDSHAKE,
	WIRE_DATA,
	WIRE_CLEAR, /* both ends go without security, as the rule allows: bytes pass as they are */
	WIRE_DEAD,  /* libzmq is told of a lost connection, which it makes anew */
};
enum wire_choice { WIRE_UNDECIDED, WIRE_GSSAPI, WIRE_NULL };

struct wire {
	struct wire *next, *previous; /* in a queue of the pool's, or in a batch */
	uint64_t queued;	      /* since when */
	struct tap_lock lock;
	unsigned references;
	int fd;
	uint32_t process;    /* its lineage */
	struct tap_tie *tie; /* referred to */
	uint64_t identity;   /* of an unseen libzmq's: which socket it is */
	enum wire_phase phase;
	enum wire_choice choice;
	bool server;
	bool closed;	/* the descriptor is nobody's of ours any more */
	bool left;	/* the peer has closed its end */
	bool through;	/* messages could pass */
	uint64_t begun; /* ns since the epoch */
	bool told;	/* why it failed is in the trace */
	bool unreached; /* ... which was that no KDC could be reached */
	bool given_up;	/* libzmq is told so, and does not come again: refused.c */
	bool proxied;	/* a SOCKS proxy is talked to before the greeting */
	bool asked;	/* ... and was asked to connect; its answer is the last that it says */
	uint8_t answer[5];
	unsigned answered_bytes;
	bool guessed;	  /* it is for this tie by its path, which other sockets may have, too */
	bool own_way;	  /* such a socket has a mechanism of its own: bytes pass as they are */
	bool mismatched;  /* libzmq is to say so of the greeting, which is all that it gets */
	bool marked;	  /* the peer is one of ours: a client that waits for our choice, or a server */
	bool stepping;	  /* a thread of the pool is at GSSAPI for it */
	bool pushing;	  /* ... or waits for the kernel to take what is in `out` */
	bool going;	  /* messages pass, or did */
	bool established; /* the context; READY is still to come */
	bool answered;	  /* the client has answered the last token: our READY is due */
	bool ready;	  /* and was sent */
	bool subscriber;  /* the peer is a SUB that says its topics without what it wants of them */
	uint8_t own[GREETING], peer[GREETING];
	unsigned own_count, own_sent, peer_count, peer_given;
	unsigned said_count, said_left_out;
	gss_ctx_id_t context;
	OM_uint32 flags;      /* granted */
	bool sealed;	      /* messages go past GSSAPI's library, whose context is not there any more */
	struct context *kept; /* ... but what its events need */
	union {
		struct seal seal;  /* of one that is sealed */
		uint8_t said[512]; /* until then: the properties of libzmq's READY, as far as they have room
				    */
	};
	struct wire_buffer token; /* for the step: the peer's */
	struct wire_buffer in;	  /* from the kernel: frames of tokens, the last perhaps in part */
	struct wire_buffer plain; /* for libzmq */
	struct wire_buffer part;  /* from libzmq: a frame that is not complete yet */
	struct wire_buffer out;	  /* for the kernel, which had no room */
	uint64_t made;		  /* since when messages can pass; 0: one has passed, or cannot yet */
	size_t taken;		  /* bytes of the peer's handshake so far; 0 when that is over */
	bool held;		  /* the last byte of a frame was only looked at: it keeps the poller awake */
	bool again;		  /* libzmq comes again with its last byte, which was taken already */
	uint64_t unsecured;	  /* since when it is clear; 0: it is not */
	uint64_t sent, received;  /* bytes, of one that is clear */
	const char *why;	  /* it was ended here, after its handshake; a literal */
	const char *fault;	  /* of the peer's, in the step under way; a literal */
	char from[64];		  /* where it was accepted from, as zmq.brake counts; "": nobody counts */
	char other[128];	  /* the address of the other end; "" until it is known */
	char user[WIRE_USER];	  /* the principal that the peer is; "": not known */
	struct wire_buffer called;  /* what the ZAP handler calls it, with its NUL; empty: it was not asked */
	struct wire_buffer granted; /* what the handler says of it besides */
};

/* What a descriptor of libzmq's is for. */
struct wire_place {
	_Atomic(struct tap_tie *) tie; /* of a listener, and of a socket that is about to be connected */
	_Atomic(uint32_t) seen;	       /* it was made, or accepted, here, by this lineage */
	_Atomic(bool) robbed;	       /* the program has closed libzmq's, and nothing is there */
	_Atomic(bool) refused;	       /* it is for a secured endpoint, and it cannot be told for which */
	_Atomic(uint64_t) identity;    /* which socket libzmq has made, accepted or was given; 0: not known */
	_Atomic(struct tap_user *) user; /* using.h: it is the mailbox of this socket */
	struct wire *wire;
};

/* --- table.c: descriptors */
extern unsigned tap_wires_going; /* on which messages pass */
/* NULL: beyond what can be followed. */
struct wire_place *tap_wire_place(int fd);
/* What a descriptor is for from now on; NULL: nothing. The place has a reference of its own. */
void tap_wire_tie(struct wire_place *place, struct tap_tie *tie);
/* A connection begins on this descriptor; whatever was there is over. NULL: no memory. */
struct wire *tap_wire_new(int fd, struct tap_tie *tie);
/* The connection of a descriptor, locked; NULL: it has none. */
struct wire *tap_wire_take(int fd);
/* Unlocked, with its last reference gone it is, too. errno is kept. */
void tap_wire_leave(struct wire *wire);
/* One reference less, locked before and unlocked after. */
void tap_wire_release(struct wire *wire);
/* The descriptor is closed, or is another one now. */
void tap_wire_gone(int fd);
/* The first of this process's at or after *fd that nobody has for long, locked; *fd is behind it then. NULL:
 * none. *passed_over: somebody had one for long. */
struct wire *tap_wire_next(int *fd, bool *passed_over);
/* It was closed by somebody whose calls do not come here, and its number is another's. */
bool tap_wire_is_stale(const struct wire *wire);

/* Where an endpoint is secured: the program has put another socket in the place of libzmq's. errno is kept.
 */
bool tap_wire_is_another(int fd);

/* --- pace.c: denied clients come again twice a second, and others as often as libzmq has them */
bool tap_wire_is_too_early(const struct tap_tie *tie);
/* It is closed. */
void tap_wire_pace(const struct wire *wire);

/* --- refused.c: clients whose program is to be told (on-failure: error) */
/* A socket is about to be connected for it. */
void tap_wire_tries(struct tap_tie *tie);
/* libzmq was told that a connection is over, or is about to be. True: this was the last, and `plain` is to be
 * given instead. */
bool tap_wire_gives_up(struct wire *wire);
/* The peer has said itself that it refuses this end. */
void tap_wire_denied(struct wire *wire);
/* Messages can pass. */
void tap_wire_through(struct wire *wire);

/* --- robbed.c: what libzmq was given by the kernel, at a number that it does not use yet. -1: it is closed.
 */
int tap_wire_own_number(int fd);
/* A descriptor that libzmq has is such a one. */
bool tap_wire_is_robbed(int fd);

/* --- end.c: how a connection ends, and what is told of it */
/* -1 with errno ECONNRESET: libzmq makes a lost connection anew, and never one of a protocol error. The first
 * reason is recorded, unless GSSAPI's own failure was. */
int tap_wire_fail(struct wire *wire, const char *reason);
/* The same where it is a refusal. */
int tap_wire_refuse(struct wire *wire, const char *reason);
/* The same where this end gives it up, and nothing is wrong with it. */
int tap_wire_give_up(struct wire *wire, const char *reason);
/* The same where the reason is in the trace already. */
int tap_wire_reset(struct wire *wire);
/* It failed, and libzmq ends it. */
void tap_wire_tell_failed(struct wire *wire, const char *reason);
void tap_wire_tell_closing(struct wire *wire);
/* Longer than who is only slow takes. */
bool tap_wire_was_waited_for(const struct wire *wire);
/* Those that are still open when the process ends: for tap_at_end. */
void tap_wires_end(enum tap_end end);
/* It goes on without security from here. */
void tap_wire_tell_unsecured(struct wire *wire, const char *why);

/* --- told.c: what is told of a connection that is made */
void tap_wire_put_ends(struct tr_draft *d, const struct wire *wire);
/*
 * By what events name its context. Where no call is recorded it is the connection: the handle may be
 * another's when messages are sealed here, since the library's own context is deleted then.
 */
const void *tap_wire_context_name(const struct wire *wire);
/* That, who its ends are, and the name of its handshake. */
void tap_wire_put_context(struct tr_draft *d, const struct wire *wire);
/* As far as the peer's has come. */
void tap_wire_put_greeting(struct tr_draft *d, const struct wire *wire);
/* The body of libzmq's own READY. */
void tap_wire_note_ready(struct wire *wire, const uint8_t *body, size_t count);
/* The peer's READY was unwrapped, and is good; NULL: it goes on without security. */
void tap_wire_tell_made(const struct wire *wire, const uint8_t *ready, size_t count);

/* --- flush.c: what the kernel takes of `out` now. False: the connection is broken; the rest stays. */
bool tap_wire_flush(struct wire *wire);

/* --- greeting.c, handshake.c, data.c: what the hooks do in each phase; as recv and send */
ssize_t tap_wire_greeting_recv(struct wire *wire, uint8_t *bytes, size_t count);
ssize_t tap_wire_greeting_send(struct wire *wire, const uint8_t *bytes, size_t count);
ssize_t tap_wire_handshake_recv(struct wire *wire, uint8_t *bytes, size_t count);
ssize_t tap_wire_handshake_send(struct wire *wire, const uint8_t *bytes, size_t count);
ssize_t tap_wire_data_recv(struct wire *wire, uint8_t *bytes, size_t count);
ssize_t tap_wire_data_send(struct wire *wire, const uint8_t *bytes, size_t count);
/* What libzmq has before it reads on; there is some. */
ssize_t tap_wire_give(struct wire *wire, uint8_t *bytes, size_t count);
/* The greetings are done. */
void tap_wire_handshake_begin(struct wire *wire);

/* --- blame.c: the peer's fault, for zmq.brake. Locked; returns the reason. */
const char *tap_wire_blame(const struct wire *wire, const char *reason);
/* zap.c: the address of a descriptor's other end, as a handler is told it; "": not known. errno is kept. */
void tap_wire_said_address(int fd, char *out, size_t size);

/* --- early.c: what handshakes may cost */
/* So many more bytes came of the peer's. NULL, or why the connection ends. */
const char *tap_wire_take_early(struct wire *wire, size_t n);
/* They count no longer: the handshake has succeeded, or the connection goes. */
void tap_wire_early_over(struct wire *wire);

/* --- again.c: what becomes of them when the policy is replaced */
/* Messages pass from now on; but it may be ended here. */
void tap_wire_goes_on(struct wire *wire);
/* One of libzmq's threads is about to wait for as many ms: for how many it may. */
int tap_wire_nap(int timeout);

/* --- message.c: as GSSAPI's library makes and takes them, or by seal.c */
/* A message's, which libzmq gives in two where it is large: it is put together where it is wrapped. */
struct wire_body {
	const uint8_t *bytes;
	size_t count;
	const uint8_t *more;
	size_t more_count;
};
/* A message of libzmq's, wrapped behind `out`. False: it could not be. */
bool tap_wire_wrap(struct wire *wire, uint8_t wire_flags, uint8_t inner, const struct wire_body *body);
/* False: it is none to be delivered. The plaintext may lie in the token; it is given back by the other. */
bool tap_wire_unwrap(struct wire *wire, uint8_t *token, size_t count, gss_buffer_t plain);
void tap_wire_unwrapped(const struct wire *wire, gss_buffer_t plain);

/* --- pool.c */
/* A thread of ours gets it. Locked, as its caller has the connection, which goes on while this is under way.
 */
bool tap_wire_submit(struct wire *wire);
/* As tap_wire_flush, when libzmq would not come again to send: what is left over is sent by such a thread. */
bool tap_wire_push(struct wire *wire);

/* --- batch.c */
/* The next step of the handshake is made by such a thread, to which it is handed over when this one is about
 * to wait. */
bool tap_wire_step(struct wire *wire);
/* It is. errno is kept. */
void tap_wire_about_to_wait(void);
/* A connection with such a step is closed: its thread may not wait again. errno is kept. */
void tap_wire_batch_end(void);

/* --- gss.c: GSSAPI, through our own wrappers, so that it is judged and recorded as any program's */
/* Why none is begun under TAP_DEATH_HANDSHAKE. */
#define TAP_NO_HANDSHAKE                                                                                     \
	"the program has forbidden itself, by a seccomp filter, what a handshake asks of the system: it "    \
	"would be its end"

/* Finds the library. False: there is none, with the reason. */
bool tap_wire_gss_ready(char *reason, size_t size);
/* One step with the token that came (an initiator's first: none). Not locked: it may wait. */
OM_uint32 tap_wire_gss_step(struct wire *wire, const gss_buffer_desc *token, gss_buffer_t out,
			    const char **why);
/* Where the groups of an acceptor's peer are asked for, until tap_groups_end; NULL: nobody can tell. */
const struct pol_groups *tap_wire_gss_groups(const struct wire *wire, struct tap_scope *scope,
					     struct tap_groups *groups);
bool tap_wire_gss_wrap(struct wire *wire, const void *plain, size_t count, gss_buffer_t token);
bool tap_wire_gss_unwrap(struct wire *wire, const void *token, size_t count, gss_buffer_t plain);
/* From now on messages are sealed here, if this context is one for it. */
void tap_wire_gss_seal(struct wire *wire);
void tap_wire_gss_release(gss_buffer_t buffer);
void tap_wire_gss_delete(struct wire *wire);
/* See tap_guest_context_forbidden. */
const char *tap_wire_gss_forbidden(struct wire *wire, uint64_t *ends);
/* It is open when the process ends. */
void tap_wire_gss_ends(struct wire *wire, enum tap_end end);

#endif
