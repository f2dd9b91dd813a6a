/* SPDX-License-Identifier: MIT */
/*
 * libzmq's calls of GSSAPI, as they pass the wrappers of shim/gss (see guest.h there): each is handed to the
 * repair that it is about.
 */
#include "shim/gss/handshake.h"
#include "shim/inject/prefetch.h"
#include "shim/repair/inside.h"
#include "shim/wire/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool from_libzmq(const struct tap_scope *scope)
{
	return scope->watch && scope->caller->repaired;
}

/* A subscription gets its marker back, and what libzmq forgets to free is remembered. */
static enum tap_guest wrap(const struct tap_scope *scope, __typeof__(&gss_wrap) real, OM_uint32 *minor_status,
			   gss_ctx_id_t context, int conf_req, gss_qop_t qop, gss_buffer_t input,
			   int *conf_state, gss_buffer_t output, OM_uint32 *major)
{
	bool stands_in = tap_stand_in(context);
	gss_buffer_desc plain;
	void *room = NULL;
	uint8_t small[300];

	if (!stands_in && !from_libzmq(scope))
		return TAP_GUEST_PASSES;
	plain = *input;
	if (tap_repairs(POL_REPAIR_SUBSCRIPTIONS) || stands_in)
		tap_subscription_repaired(context, input, &plain, small, sizeof(small), &room);
	if (tap_repairs(POL_REPAIR_LEAK))
		tap_leak_wrapping(input->value);
	*major = stands_in ? tap_stand_in_copy(context, true, &plain, conf_state, output)
			   : real(minor_status, context, conf_req, qop, &plain, conf_state, output);
	if (GSS_ERROR(*major))
		tap_leak_wrapping(NULL);
	free(room);
	return stands_in ? TAP_GUEST_ANSWERED : TAP_GUEST_CALLED;
}

static bool checks_unwrap(const struct tap_scope *scope)
{
	return from_libzmq(scope) && tap_repairs(POL_REPAIR_ABORT);
}

static enum tap_guest unwrap(const struct tap_scope *scope, gss_ctx_id_t context, gss_buffer_t input,
			     gss_buffer_t output, int *conf_state, OM_uint32 *major)
{
	*major = GSS_S_COMPLETE;
	if (checks_unwrap(scope)) {
		/* A call that fails early leaves the output as libzmq made it: not made at all. */
		output->length = 0;
		output->value = NULL;
		if (tap_unwrap_too_late(context, output, conf_state))
			return TAP_GUEST_ANSWERED;
	}
	if (!tap_stand_in(context))
		return TAP_GUEST_PASSES;
	*major = tap_stand_in_copy(context, false, input, conf_state, output);
	if (checks_unwrap(scope))
		*major = tap_unwrap_repaired(scope, *major, context, output, conf_state);
	return TAP_GUEST_ANSWERED;
}

static OM_uint32 unwrapped(const struct tap_scope *scope, OM_uint32 major, gss_ctx_id_t context,
			   gss_buffer_t output, int *conf_state)
{
	int saved = errno, connection;
	uint64_t count;

	if (tap_connects && !GSS_ERROR(major) && tap_context_tie(context, false, &connection, &count) &&
	    count == 1)
		tap_line_established(connection);
	if (checks_unwrap(scope))
		major = tap_unwrap_repaired(scope, major, context, output, conf_state);
	errno = saved;
	return major;
}

/* libzmq imports the principal that was injected: its tag comes off, and goes with the name. */
static void import_name(const gss_buffer_desc *input, gss_buffer_desc *bare, struct tap_served *served)
{
	static char any[] = "gsstap@localhost"; /* stands for the default credential; it is never asked for */
	struct tap_tie *tie = tap_tie_of_text(input->value, input->length, &bare->length);

	*served = (struct tap_served){tie, tap_line_now()};
	if (!tie)
		return;
	bare->value = tie->default_name ? any : input->value;
	bare->length = tie->default_name ? strlen(any) : bare->length;
}

static void made(const struct tap_served *served, const void *handle)
{
	if (served->tie)
		tap_tie_handle(handle, served->tie, served->connection);
}

static bool release(const struct tap_scope *scope, const void *handle)
{
	bool context = scope->call != TR_gss_release_name && scope->call != TR_gss_release_cred;

	if (tap_stand_in(handle)) {
		tap_stand_in_release(handle, context);
		return true;
	}
	if (context)
		tap_subscriptions_forget(handle);
	else
		tap_tie_handle(handle, NULL, -1);
	return false;
}

/*
 * A connection goes without by its address, which another endpoint can have as well: only here it shows whose
 * it is. libzmq without a credential sends nothing.
 */
static OM_uint32 acquire_without(const struct tap_scope *scope, const struct tap_served *served,
				 gss_cred_id_t *cred)
{
	struct tap_no_handshake none = {
		.role = TR_ROLE_INITIATOR,
		.served = *served,
		.reason = "GSSAPI failed, and the rule of this endpoint does not let it go without"};

	if (tap_stand_in_acquire(served->tie, cred))
		return GSS_S_COMPLETE;
	tap_handshake_without(scope, &none);
	tap_line_doom(served->connection);
	return GSS_S_NO_CRED;
}

/*
 * libzmq acquires for both usages, which fails for a server that has only a keytab and for a client that has
 * only a ticket (facts Z9): for an injected endpoint the usage is that of its role.
 */
static enum tap_guest acquire(const struct tap_scope *scope, gss_name_t *name, gss_cred_usage_t *usage,
			      gss_cred_id_t *cred, struct tap_served *served, OM_uint32 *major)
{
	struct tap_tie *tie = scope->watch ? tap_tied(*name, NULL) : NULL;

	*served = (struct tap_served){tie, tap_line_now()};
	if (!tie)
		return TAP_GUEST_PASSES;
	if (__builtin_expect(tap_connects && tap_line_without(served->connection), 0)) {
		*major = acquire_without(scope, served, cred);
		return TAP_GUEST_ANSWERED;
	}
	if (!tie->own_usage) {
		if (*usage == GSS_C_BOTH &&
		    !__atomic_exchange_n(&tie->told_credentials, true, __ATOMIC_RELAXED))
			tap_repair_event(
				"credentials", tie, NULL,
				tie->server ? "acquired for accepting only: libzmq asks for both usages"
					    : "acquired for initiating only: libzmq asks for both usages");
		*usage = tie->server ? GSS_C_ACCEPT : GSS_C_INITIATE;
	}
	if (tie->default_name)
		*name = GSS_C_NO_NAME;
	return TAP_GUEST_PASSES;
}

static void accept_by(gss_cred_id_t cred, struct tap_served *served)
{
	if (!tap_wire_serves(served))
		served->tie = tap_tied(cred, &served->connection);
}

/* A handshake that is not begun, because it would wait: its connection is given up until libzmq comes back.
 */
static OM_uint32 init_later(struct tap_scope *scope, const struct tap_served *served, gss_name_t target,
			    const char *reason)
{
	struct tap_no_handshake none = {.role = TR_ROLE_INITIATOR, .served = *served, .reason = reason};
	char name[TAP_NAME] = "";

	tap_display_name(scope, target, name, sizeof(name));
	none.asked = name;
	tap_handshake_without(scope, &none);
	tap_line_doom(served->connection);
	return GSS_S_NO_CRED;
}

static enum tap_guest init(struct tap_scope *scope, gss_cred_id_t cred, gss_ctx_id_t *context,
			   gss_name_t target, gss_buffer_t output, OM_uint32 *flags,
			   struct tap_served *served, OM_uint32 *major)
{
	int saved = errno;
	char reason[256];

	if (tap_stand_in(cred)) {
		*major = tap_stand_in_init(cred, context, output, flags);
		return TAP_GUEST_ANSWERED;
	}
	accept_by(cred, served);
	if ((served->tie && served->tie->wire) || !scope->watch || !context || *context != GSS_C_NO_CONTEXT ||
	    !output || !tap_ticket_missing(served->tie, reason, sizeof(reason)))
		return TAP_GUEST_PASSES;
	*output = (gss_buffer_desc)GSS_C_EMPTY_BUFFER;
	*major = init_later(scope, served, target, reason);
	errno = saved;
	return TAP_GUEST_ANSWERED;
}

static void describe(const struct tap_served *served, struct tr_draft *d)
{
	char peer[128];

	tap_put_handle(d, TR_F_SOCKET, served->tie->socket);
	tr_put_text(d, TR_F_ENDPOINT, served->tie->endpoint);
	if (served->tie->wire)
		tap_wire_peer(peer, sizeof(peer));
	else
		tap_line_peer(served->connection, peer, sizeof(peer));
	if (peer[0])
		tr_put_text(d, TR_F_PEER, peer);
	if (served->tie->wire)
		tap_wire_describe(d);
}

/* libzmq would let both ends wait for its handshake timer. */
static void ended(const struct tap_served *served, enum tr_outcome outcome, const char *reason)
{
	if (served->tie->wire)
		return; /* by who made the call */
	if (outcome == TR_OUTCOME_FAILED)
		tap_line_why(served->connection, reason);
	if (outcome == TR_OUTCOME_REFUSED)
		tap_line_refused(served->connection);
	if ((outcome == TR_OUTCOME_FAILED || outcome == TR_OUTCOME_REFUSED) &&
	    tap_repairs(POL_REPAIR_HANDSHAKE))
		tap_line_doom(served->connection);
}

static void went(const struct tap_served *served, struct tr_draft *d)
{
	const char *why = served->tie->wire ? tap_wire_why() : NULL;

	if (why)
		tr_put_text(d, TR_F_REASON, why);
}

/* The call that ends libzmq's encoding of a message: by now a libzmq that frees its plaintext has done so. */
static void release_buffer(const struct tap_scope *scope)
{
	if (from_libzmq(scope) && tap_repairs(POL_REPAIR_LEAK))
		tap_leak_released();
}

void tap_become_guest(void)
{
	static const struct tap_gss_guest guest = {
		.wrap = wrap,
		.unwrap = unwrap,
		.unwrapped = unwrapped,
		.import_name = import_name,
		.acquire = acquire,
		.made = made,
		.init = init,
		.accept = accept_by,
		.describe = describe,
		.ended = ended,
		.went = went,
		.release = release,
		.release_buffer = release_buffer,
	};

	__atomic_store_n(&tap_gss_guest_set, &guest, __ATOMIC_RELEASE);
}
