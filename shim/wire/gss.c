/* SPDX-License-Identifier: MIT */
/*
 * The calls of GSSAPI for a connection. They go through our own wrappers, so that the policy judges them and
 * the trace tells of them as of any program's: the caller is the library itself, as for a pointer that dlsym
 * has handed out (shim/loader/pointers.h), and those wrappers are told whom they serve (shim/gss/guest.h).
 */
#include "shim/wire/abroad.h"
#include "shim/wire/connection.h"
#include "shim/wire/wire.h"

#include "shim/core/filter.h"
#include "shim/gss/acquire.h"
#include "shim/gss/groups.h"
#include "shim/gss/guest.h"
#include "shim/gss/kept.h"
#include "shim/loader/loader.h"
#include "shim/loader/next.h"
#include "shim/loader/pointers.h"
#include "trace/unconst.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

#define LIBRARY "libgssapi_krb5.so.2"

/* What stock libzmq asks for, and that no message is left out on the way. */
#define FLAGS                                                                                                \
	(GSS_C_MUTUAL_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG | GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG)
#define NEEDED (GSS_C_CONF_FLAG | GSS_C_INTEG_FLAG)

static uint32_t provider; /* the library's number; 0: not found yet */
/* Its own functions, for what is asked on our own account. */
static struct {
	__typeof__(&gss_inquire_sec_context_by_oid) inquire;
	__typeof__(&gss_release_buffer_set) release_set;
	__typeof__(&gss_krb5_free_lucid_sec_context) free_lucid;
} own;
static __thread struct wire *serving;

/* The next wrapper that is called on this thread is called for the library. */
#define THROUGH(call) (tap_provider_hint = __atomic_load_n(&provider, __ATOMIC_ACQUIRE), call)

static void describe(struct tr_draft *draft)
{
	if (!serving)
		return;
	tap_wire_put_ends(draft, serving);
	tap_wire_put_greeting(draft, serving);
}

/* Why it was ended here, after its handshake. */
static void went(struct tr_draft *draft)
{
	if (serving && serving->why)
		tr_put_text(draft, TR_F_REASON, serving->why);
}

static const void *stands_for(void)
{
	return serving ? tap_wire_context_name(serving) : NULL;
}

static const char *given_up(void)
{
	if (!serving)
		return NULL;
	return serving->left
		       ? "the peer went away before the context was established: it refused, or was closed"
		       : "the connection was given up before the context was established";
}

/*
 * By the policy, or in audit mode it would be. Nobody else looks at these while a step is made. Who is judged
 * again later is known.
 */
static void denied(const char *peer)
{
	if (!serving || !serving->server || serving->established)
		return;
	serving->fault = "the policy denies its security context";
	if (peer && strlen(peer) < sizeof(serving->user))
		tap_copy(serving->user, sizeof(serving->user), peer);
}

static void release_credentials_left(void)
{
	OM_uint32 minor;

	for (gss_cred_id_t cred; (cred = tap_tie_credential_left());) {
		tap_abroad_call();
		THROUGH(gss_release_cred(&minor, &cred));
		tap_abroad_called();
	}
}

bool tap_wire_gss_ready(char *reason, size_t size)
{
	static const struct tap_gss_guest guest = {
		.describe = describe, .went = went, .given_up = given_up, .stands_for = stands_for};
	void *library, *function;
	uint32_t number;

	if (tap_is_death(TAP_DEATH_HANDSHAKE)) {
		tap_copy(reason, size, TAP_NO_HANDSHAKE);
		return false;
	}
	tap_abroad_anew();
	if (__atomic_load_n(&provider, __ATOMIC_ACQUIRE))
		return true;
	/* Never closed: handshakes go on for as long as the process lives. */
	library = tap_real_dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
	function = library ? tap_real_dlsym(library, "gss_init_sec_context") : NULL;
	number = function ? tap_provide(function) : 0;
	if (!number) {
		tap_copy(reason, size,
			 function ? "too many GSSAPI libraries are in this process"
				  : "there is no " LIBRARY ": install MIT Kerberos' GSSAPI library");
		return false;
	}
	own.inquire = (__typeof__(own.inquire))tap_real_dlsym(library, "gss_inquire_sec_context_by_oid");
	own.release_set = (__typeof__(own.release_set))tap_real_dlsym(library, "gss_release_buffer_set");
	own.free_lucid =
		(__typeof__(own.free_lucid))tap_real_dlsym(library, "gss_krb5_free_lucid_sec_context");
	__atomic_store_n(&tap_gss_guest_set, &guest, __ATOMIC_RELEASE);
	__atomic_store_n(&tap_acceptor_denies, denied, __ATOMIC_RELEASE);
	__atomic_store_n(&provider, number, __ATOMIC_RELEASE);
	return true;
}

/*
 * As gss_krb5_export_lucid_sec_context, which deletes the context although sealing it should fail. The first
 * message was READY, which came by gss_unwrap.
 */
void tap_wire_gss_seal(struct wire *wire)
{
	static gss_OID_desc lucid_1 = {12, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x06\x01"};
	gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
	gss_krb5_lucid_context_v1_t *lucid = NULL;
	OM_uint32 minor;

	if (!own.inquire || !own.release_set || !own.free_lucid)
		return;
	tap_abroad_call();
	tap_quiet_begin();
	if (own.inquire(&minor, wire->context, &lucid_1, &set) == GSS_S_COMPLETE && set->count == 1 &&
	    set->elements[0].length == sizeof(lucid)) {
		memcpy(&lucid, set->elements[0].value, sizeof(lucid));
		wire->sealed = tap_seal_begin(&wire->seal, lucid, wire->flags, 1);
		own.free_lucid(&minor, lucid);
	}
	own.release_set(&minor, &set);
	if (wire->sealed) {
		wire->kept = tap_keep(wire->context);
		THROUGH(gss_delete_sec_context(&minor, &wire->context, GSS_C_NO_BUFFER));
	}
	tap_quiet_end();
	tap_abroad_called();
}

static gss_name_t import(const char *text, enum pol_nametype type)
{
	static gss_OID_desc hostbased = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"};
	static gss_OID_desc user = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"};
	static gss_OID_desc principal = {10, "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"};
	gss_buffer_desc buffer = {strlen(text), TR_UNCONST(text)};
	gss_name_t name = GSS_C_NO_NAME;
	OM_uint32 minor;

	THROUGH(gss_import_name(&minor, &buffer,
				type == POL_NT_KRB5_PRINCIPAL ? &principal
				: type == POL_NT_USER_NAME    ? &user
							      : &hostbased,
				&name));
	return name;
}

static void drop_name(gss_name_t *name)
{
	OM_uint32 minor;

	if (*name != GSS_C_NO_NAME)
		THROUGH(gss_release_name(&minor, name));
}

/* libkrb5's codes (krb5.h): no KDC of the realm, or none that is known. */
static void note_unreached(struct wire *wire, OM_uint32 major, OM_uint32 minor)
{
	static const int32_t kdc_unreach = -1765328228, cannot_resolve = -1765328164, unknown = -1765328230;
	int32_t code = (int32_t)minor;

	wire->unreached =
		GSS_ERROR(major) && (code == kdc_unreach || code == cannot_resolve || code == unknown);
}

static OM_uint32 acquire(struct wire *wire, gss_cred_id_t *cred)
{
	gss_name_t name = import(wire->tie->principal, wire->tie->principal_type);
	gss_name_t target = GSS_C_NO_NAME;
	OM_uint32 major, minor;

	if (name == GSS_C_NO_NAME)
		return GSS_S_BAD_NAME;
	if (!wire->server)
		target = import(wire->tie->service, wire->tie->service_type);
	tap_acquires_for = target;
	major = THROUGH(gss_acquire_cred(&minor, name, GSS_C_INDEFINITE, GSS_C_NO_OID_SET,
					 wire->server ? GSS_C_ACCEPT : GSS_C_INITIATE, cred, NULL, NULL));
	note_unreached(wire, major, minor);
	tap_acquires_for = GSS_C_NO_NAME;
	drop_name(&target);
	drop_name(&name);
	return major;
}

/*
 * The credential of the rule's principal, for the role; none is the default one. An acceptor's is a keytab by
 * its name, which is read at each handshake, and its name has to be looked up: it is acquired once, by one
 * thread for each endpoint (pool.c). An initiator's ends with its tickets.
 */
static OM_uint32 credential(struct wire *wire, gss_cred_id_t *cred)
{
	OM_uint32 major;

	*cred = GSS_C_NO_CREDENTIAL;
	if (!wire->tie->principal[0])
		return GSS_S_COMPLETE;
	if (!wire->server)
		return acquire(wire, cred);
	*cred = __atomic_load_n(&wire->tie->credential, __ATOMIC_ACQUIRE);
	if (*cred)
		return GSS_S_COMPLETE;
	release_credentials_left();
	major = acquire(wire, cred);
	if (!GSS_ERROR(major))
		__atomic_store_n(&wire->tie->credential, *cred, __ATOMIC_RELEASE);
	return major;
}

/* Who the peer is, as libzmq tells programs by User-Id. False: it cannot be told as a whole. */
static bool learn_user(struct wire *wire, gss_name_t source)
{
	gss_buffer_desc shown = GSS_C_EMPTY_BUFFER;
	OM_uint32 minor;
	bool whole;

	if (source == GSS_C_NO_NAME ||
	    THROUGH(gss_display_name(&minor, source, &shown, NULL)) != GSS_S_COMPLETE)
		return false;
	whole = shown.length < sizeof(wire->user) && !memchr(shown.value, 0, shown.length);
	if (whole) {
		memcpy(wire->user, shown.value, shown.length);
		wire->user[shown.length] = 0;
	}
	tap_wire_gss_release(&shown);
	return whole;
}

static OM_uint32 initiate(struct wire *wire, const gss_buffer_desc *token, gss_cred_id_t cred,
			  gss_buffer_t out, OM_uint32 *flags)
{
	gss_name_t target = import(wire->tie->service, wire->tie->service_type);
	OM_uint32 major, minor;

	if (target == GSS_C_NO_NAME)
		return GSS_S_BAD_NAME;
	major = THROUGH(gss_init_sec_context(
		&minor, cred, &wire->context, target, GSS_C_NO_OID, FLAGS, 0, GSS_C_NO_CHANNEL_BINDINGS,
		token->length ? TR_UNCONST(token) : GSS_C_NO_BUFFER, NULL, out, flags, NULL));
	note_unreached(wire, major, minor);
	drop_name(&target);
	return major;
}

/* Its token is none that anybody would take; and not for want of a key here, nor of a place for replays. */
static bool is_peers(OM_uint32 major, OM_uint32 minor)
{
	uint32_t error = minor - (uint32_t)ERROR_TABLE_BASE_krb5; /* RFC 4120, section 7.5.9 */

	switch (GSS_ROUTINE_ERROR(major)) {
	case GSS_S_DEFECTIVE_TOKEN:
	case GSS_S_BAD_SIG:
	case GSS_S_BAD_MECH:
	case GSS_S_BAD_BINDINGS:
		return true;
	case GSS_S_FAILURE:
		return error > 30 && error < 60 && error != 35 && error != 44 && error != 45;
	default:
		return false;
	}
}

static OM_uint32 accept_token(struct wire *wire, const gss_buffer_desc *token, gss_cred_id_t cred,
			      gss_buffer_t out, OM_uint32 *flags)
{
	gss_name_t source = GSS_C_NO_NAME;
	OM_uint32 major, minor;

	major = THROUGH(gss_accept_sec_context(&minor, &wire->context, cred, TR_UNCONST(token),
					       GSS_C_NO_CHANNEL_BINDINGS, &source, NULL, out, flags, NULL,
					       NULL));
	if (is_peers(major, minor))
		wire->fault = "the GSSAPI library does not take its token";
	if (major == GSS_S_COMPLETE && !learn_user(wire, source))
		*flags = 0; /* programs may go by it */
	drop_name(&source);
	return major;
}

OM_uint32 tap_wire_gss_step(struct wire *wire, const gss_buffer_desc *token, gss_buffer_t out,
			    const char **why)
{
	OM_uint32 major, minor, flags = 0;
	gss_cred_id_t cred;

	*out = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	*why = NULL;
	serving = wire;
	major = credential(wire, &cred);
	if (!GSS_ERROR(major))
		major = wire->server ? accept_token(wire, token, cred, out, &flags)
				     : initiate(wire, token, cred, out, &flags);
	if (!wire->server && cred != GSS_C_NO_CREDENTIAL)
		THROUGH(gss_release_cred(&minor, &cred));
	serving = NULL;
	wire->flags = flags;
	if (major == GSS_S_COMPLETE && (flags & NEEDED) != NEEDED) {
		*why = "the security context protects no messages (its peer asked for, or granted, no "
		       "confidentiality), or the peer's name cannot be told";
		tap_wire_gss_release(out);
		wire->fault = "its security context protects no messages, or its name cannot be told";
		return GSS_S_FAILURE;
	}
	return major;
}

const struct pol_groups *tap_wire_gss_groups(const struct wire *wire, struct tap_scope *scope,
					     struct tap_groups *groups)
{
	struct pol_facts facts = {.role = POL_ACCEPTOR, .moment = POL_ESTABLISHED};
	__typeof__(&gss_inquire_context) inquire;
	gss_OID mech = GSS_C_NO_OID;
	OM_uint32 minor;

	*scope = (struct tap_scope){.caller = tap_provider(__atomic_load_n(&provider, __ATOMIC_ACQUIRE))};
	inquire = TAP_OTHER(scope, gss_inquire_context);
	tap_quiet_begin();
	if (inquire &&
	    inquire(&minor, wire->context, NULL, NULL, NULL, &mech, NULL, NULL, NULL) == GSS_S_COMPLETE &&
	    mech) {
		facts.mech = mech->elements;
		facts.mech_length = mech->length;
	}
	tap_quiet_end();
	tap_groups_begin(groups, scope, wire->context, &facts);
	return facts.groups;
}

bool tap_wire_gss_wrap(struct wire *wire, const void *plain, size_t count, gss_buffer_t token)
{
	gss_buffer_desc input = {count, TR_UNCONST(plain)};
	OM_uint32 minor, major;
	int conf = 0;

	if (tap_is_death(TAP_DEATH_RANDOM))
		return false; /* each message has a random number */
	tap_abroad_call();
	major = THROUGH(gss_wrap(&minor, wire->context, 1, GSS_C_QOP_DEFAULT, &input, &conf, token));
	tap_abroad_called();
	return major == GSS_S_COMPLETE && conf;
}

/* A repeated, late or missing message is none to be delivered: the bits that say so are no errors of
 * GSSAPI's. */
bool tap_wire_gss_unwrap(struct wire *wire, const void *token, size_t count, gss_buffer_t plain)
{
	gss_buffer_desc input = {count, TR_UNCONST(token)};
	OM_uint32 minor, major;
	int conf = 0;

	*plain = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	tap_abroad_call();
	major = THROUGH(gss_unwrap(&minor, wire->context, &input, plain, &conf, NULL));
	tap_abroad_called();
	if (major == GSS_S_COMPLETE && conf && plain->length)
		return true;
	if (!GSS_ERROR(major))
		tap_wire_gss_release(plain);
	return false;
}

void tap_wire_gss_release(gss_buffer_t buffer)
{
	OM_uint32 minor;

	if (!buffer->value)
		return;
	tap_abroad_call();
	THROUGH(gss_release_buffer(&minor, buffer));
	tap_abroad_called();
}

const char *tap_wire_gss_forbidden(struct wire *wire, uint64_t *ends)
{
	struct wire *before = serving;
	const char *why;

	serving = wire;
	why = tap_guest_context_forbidden(wire->kept, wire->context, ends);
	serving = before;
	return why;
}

void tap_wire_gss_ends(struct wire *wire, enum tap_end end)
{
	struct wire *before = serving;

	serving = wire;
	tap_guest_context_ends(wire->kept, wire->context, end);
	serving = before;
}

void tap_wire_gss_delete(struct wire *wire)
{
	OM_uint32 minor;

	serving = wire;
	if (wire->kept)
		tap_kept_went(wire->kept);
	wire->kept = NULL;
	if (wire->context != GSS_C_NO_CONTEXT) {
		tap_abroad_call();
		THROUGH(gss_delete_sec_context(&minor, &wire->context, GSS_C_NO_BUFFER));
		tap_abroad_called();
	}
	serving = NULL;
}
