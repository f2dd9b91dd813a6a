/* SPDX-License-Identifier: MIT */
/*
 * The interposer's inside: what every wrapper uses.
 *
 * A wrapper bears the real name and has the same steps in the same order: enter, judge, call the real
 * function, record, leave. Nothing here exits, prints or changes errno, and nothing on the way of every call
 * allocates.
 */
#ifndef SHIM_TAP_H
#define SHIM_TAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>

#include "policy/policy.h"
#include "trace/writer.h"

#define TAP_EXPORT __attribute__((visibility("default")))
#define TAP_IDS 448 /* more than any call id */

enum { TAP_GSS = TR_FAMILY_gss, TAP_ZMQ = TR_FAMILY_zmq };

/*
 * The host's own calls are recorded. Of those that a library makes to itself, which are hundreds in a
 * handshake, only the ones that say why: failures, and handshakes within handshakes (SPNEGO's).
 */
enum tap_record { TAP_RECORD_NOT = 0, TAP_RECORD_FAILURE, TAP_RECORD };

/*
 * An object that calls us, with the real functions as they are found from its scope. Entries are made once,
 * never freed, and taken up again when something was unloaded.
 */
struct tap_caller {
	struct tap_caller *next;
	uintptr_t start, size; /* of the object in memory; size 0: code that belongs to no object */
	unsigned generation;   /* of tap_generation when real[] was filled */
	bool deepbind;	       /* loaded with RTLD_DEEPBIND: its own scope comes first */
	bool provider;	       /* stands for a library whose functions were handed out by dlsym */
	bool announced;	       /* in the trace */
	bool repaired;	       /* a libzmq whose inside is watched: shim/repair/inside.c */
	bool mechanism;	       /* a mechanism plugin: its calls are the library's own */
	uint8_t tells;	/* what it asks of libkrb5 tells of a handshake: 1 yes, 2 no, 0 not looked at */
	char name[192]; /* as the loader knows it; "" is the program itself */
	void *real[TAP_IDS];
};

/* Per-thread state, in static thread storage: reaching it costs nothing and cannot fail. */
struct tap_thread {
	uint32_t depth[TR_FAMILIES];
	uintptr_t frame[TR_FAMILIES]; /* of the outermost wrapper: tells a depth left behind by longjmp */
	struct tap_caller *caller;    /* the last one: mostly the next one too */
	bool hinted;		      /* it was named by a stub, not by where the call came from */
	uint32_t quiet;	       /* we ask the library for ourselves: what it calls then is not recorded */
	uintptr_t quiet_frame; /* of the outermost of those who ask */
};
extern __thread struct tap_thread tap_thread;
extern __thread uint32_t tap_provider_hint; /* set by the stubs that dlsym hands out; 0 none */

/* One call in flight. */
struct tap_scope {
	uint16_t call; /* enum tr_call_id */
	uint8_t library;
	uint8_t depth;
	uint8_t record; /* a call event is wanted: enum tap_record */
	bool watch;	/* handshakes and contexts are followed: any level at all, or a policy */
	bool nested;	/* a library's call to itself, or its mechanism's: part of another call */
	bool judge;	/* there is a policy */
	struct tap_caller *caller;
	const void *from; /* return address in the host */
	uint64_t start;	  /* ns since the epoch, when record */
};

extern unsigned tap_generation; /* counts dlclose: what was found before it may be gone */

/* Anything asked for? Without it a wrapper finds the real function and nothing else. */
extern bool tap_on;
extern struct pol tap_policy;

/* Steps of a wrapper: find the real function (NULL: no library has it), open the scope, close it. */
void *tap_find_real(enum tr_call_id call, const void *from);
void tap_open(struct tap_scope *scope, enum tr_call_id call, int library, const void *from, uintptr_t frame,
	      void *real);
void tap_leave(const struct tap_scope *scope);

/* Mostly the caller is the one of last time, and its function known. */
static inline void *tap_real(enum tr_call_id call, const void *from)
{
	const struct tap_caller *c = tap_thread.caller;

	if (__builtin_expect(c && (uintptr_t)from - c->start < c->size && c->real[call] &&
				     !tap_provider_hint && !tap_thread.hinted &&
				     c->generation == tap_generation,
			     1))
		return c->real[call];
	return tap_find_real(call, from);
}

#define TAP_REAL(name)                                                                                       \
	__typeof__(&name) const real_call =                                                                  \
		(__typeof__(&name))tap_real(TR_##name, __builtin_return_address(0))

#define TAP_ENTER(library, name)                                                                             \
	TAP_REAL(name);                                                                                      \
	TAP_SCOPE(library, name)

#define TAP_SCOPE(library, name)                                                                             \
	struct tap_scope scope;                                                                              \
	tap_open(&scope, TR_##name, library, __builtin_return_address(0),                                    \
		 (uintptr_t)__builtin_frame_address(0), (void *)real_call)

/* Another function of the library that this call goes to, or NULL. */
void *tap_other(const struct tap_scope *scope, enum tr_call_id call);
/* The same for a function that is not wrapped: found where the caller's library is. */
void *tap_unwrapped(const struct tap_scope *scope, const char *name);
/* A function of the library that holds `real`, wrapped or not; NULL: it has none. */
void *tap_beside(const void *real, const char *name);
/* Is the caller of the last call a GSSAPI library, and `real` a function of MIT's libkrb5? */
bool tap_caller_tells(const void *real);
#define TAP_OTHER(scope, name) ((__typeof__(&name))tap_other(scope, TR_##name))

/* Between these two the library is called on our own account: nothing is judged or recorded. */
static inline void tap_quiet_begin(void)
{
	if (!tap_thread.quiet++)
		tap_thread.quiet_frame = (uintptr_t)__builtin_frame_address(0);
}

static inline void tap_quiet_end(void)
{
	if (tap_thread.quiet)
		tap_thread.quiet--;
}

/* shim/loader/: who calls, and what they would have reached without us */
struct tap_caller *tap_caller_of(const void *address);
/* This process's trace tells of no object yet. */
void tap_unannounce(void);
/* Finds all that the library of this function refers to now, on a thread that may wait for the loader. */
void tap_resolve_ahead(const void *function);
bool tap_is_anywhere(unsigned id, const void *from);

/* names.c: the rows of calls.def */
int tap_call_id(const char *name); /* 0: not one of ours */
const char *tap_call_name(unsigned id);
size_t tap_call_name_length(unsigned id);
enum tr_purpose tap_call_purpose(unsigned id);

void *tap_wrapper(unsigned id);
/* An address that stands for a real function: our wrapper, or a stub of it where the wrapper alone would not
 * know. */
void *tap_pointer(unsigned id, void *found);
bool tap_is_stub(const void *address);
/* The entry of an object of which these values are known: it need not be there any more. */
struct tap_caller *tap_caller_at(uintptr_t start, uintptr_t size, const char *name);
/* What dlsym should answer for a real function that it found in `handle`, asked for by code at `from`. */
void *tap_redirect(unsigned id, void *handle, void *found, const void *from);

/* start.c */
void tap_start(void);

/* select.c: which calls become events, by id: enum tap_record of the host's own */
extern uint8_t tap_wanted[TAP_IDS];
/* Only those whose names match one of the shell patterns, which commas part, and judged ones that fail;
 * "failures": all that fail; NULL or "": the table as it is. */
void tap_select(const char *patterns);

/* dl.c: the real dynamic loader */
extern void *(*tap_real_dlsym)(void *handle, const char *name);
extern void *(*tap_real_dlvsym)(void *handle, const char *name, const char *version);
extern void *(*tap_real_dlopen)(const char *file, int mode);
extern int (*tap_real_dlclose)(void *handle);
void tap_find_loader(void);
void tap_find_last_error(void);
void *tap_find_next(const char *name);

/* newcomers.c */
/* Makes a slot of somebody's global offset table hold another function. */
void tap_point_slot(void **slot, void *to);

/* process.c, coverage.c: what a trace says first, and of an object that calls for the first time */
void tap_first_event(void);
void tap_announce(struct tap_caller *caller, void *real);

/* record.c */
/* Starts the event of a call that returns a major status, with status, text and errno; NULL: not wanted. */
struct tr_draft *tap_gss_event(struct tap_scope *scope, OM_uint32 major, const OM_uint32 *minor,
			       gss_const_OID mech);
/* The same for calls that return an int (or a pointer: 0 and NULL are what `failed` says). */
struct tr_draft *tap_int_event(struct tap_scope *scope, int result, bool failed, int error);
/* The same without the result, where that is a value that may not be shown. */
struct tr_draft *tap_call_event(struct tap_scope *scope, bool failed, int error);
/* An event that is not a call. */
struct tr_draft *tap_event(const struct tap_scope *scope, enum tr_event_id event);
/* Text of a minor status, fetched on this thread into the room, which is returned; "" when there is none. */
#define TAP_TEXT 400
const char *tap_minor_text(const struct tap_scope *scope, OM_uint32 minor, gss_const_OID mech,
			   char out[TAP_TEXT]);
/* The same, and the major status's where the minor says nothing ("Success", "Unknown code 0"). */
const char *tap_status_text(const struct tap_scope *scope, OM_uint32 major, OM_uint32 minor,
			    gss_const_OID mech, char out[TAP_TEXT]);
void tap_put_handle(struct tr_draft *d, enum tr_field_id id, const void *handle);
void tap_put_oid(struct tr_draft *d, enum tr_field_id id, gss_const_OID oid);
/* A protected message or a MIC: length and hash from level tokens, bytes from level messages on. */
void tap_put_message(struct tr_draft *d, enum tr_field_id id, const void *bytes, size_t length);
/* A second payload of the same call: an event of its own that goes ahead, before the call's event is begun.
 */
void tap_send_ahead(const struct tap_scope *scope, enum tr_field_id id, enum tr_where where,
		    const void *bytes, size_t length);
/* The display form of a name into out; false when there is none. Host-safe: errors leave no trace. */
bool tap_display_name(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size);
/* The same; *whole: nothing of it was cut off, and no byte of it is a NUL but those that end it. */
bool tap_display_whole(const struct tap_scope *scope, gss_const_name_t name, char *out, size_t size,
		       bool *whole);

/* judge.c */
#define TAP_MINOR_BASE 0x67730000u /* "gs": minor statuses of refusals; the low half is the rule's number */
/*
 * All that the policy has to say of a security context, topic by topic: POL_DENY with the verdict that denies
 * it, POL_CHANGE, or POL_ALLOW. Denials are recorded, would-be ones as well, unless told is false; subject is
 * whom they are about.
 */
enum pol_action tap_judge(const struct tap_scope *scope, const struct pol_facts *facts, bool told,
			  const char *subject, struct pol_verdict *verdict);
/* Records a denial (or, in audit mode, a would-be one); true when the call is to be refused. */
bool tap_refuses(const struct tap_scope *scope, const struct pol_verdict *verdict, const char *subject);
OM_uint32 tap_refuse_gss(const struct pol_verdict *verdict, OM_uint32 *minor_status);
void tap_load_policy(const char *path);
void tap_policy_event(void);
/* configuration.c: a `configuration` event where what is in force is not what the last one said. */
void tap_configuration_event(void);
/* The text of a minor status that a refusal gave; false: it is none of ours. */
bool tap_refusal_text(OM_uint32 minor, char *out, size_t size);

/* lock.c: locks that a signal handler or a fork cannot make wait for ever */
struct tap_lock {
	uint64_t owner; /* process and thread; 0 free */
};
/* False: the caller is a signal handler above the holder. */
bool tap_lock(struct tap_lock *lock);
void tap_unlock(struct tap_lock *lock);
/* This thread's id as the C library keeps it, without asking the kernel; a child of fork has its own. */
uint32_t tap_kept_thread_id(void);
/* The process whose memory this is: in a child of vfork, the parent. */
uint32_t tap_process(void);

/* A copy of text into out, cut to size, always terminated. */
void tap_copy(char *out, size_t size, const char *text);
void tap_append(char *out, size_t size, const char *text);

#endif
