/* SPDX-License-Identifier: MIT */
/*
 * libzmq's calls of GSSAPI, as they pass the wrappers of shim/gss (see guest.h there): each is handed to the
 * repair that it is about.
 */
#include "shim/gss/guest.h"
#include "shim/repair/inside.h"

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
	int saved = errno;

	if (checks_unwrap(scope))
		major = tap_unwrap_repaired(scope, major, context, output, conf_state);
	errno = saved;
	return major;
}

/* libzmq imports the principal that was injected: its tag comes off, and goes with the name. */
static const struct tap_tie *import_name(const gss_buffer_desc *input, gss_buffer_desc *bare)
{
	static char any[] = "gsstap@localhost"; /* stands for the default credential; it is never asked for */
	const struct tap_tie *tie = tap_tie_of_text(input->value, input->length, &bare->length);

	if (tie) {
		bare->value = tie->default_name ? any : input->value;
		bare->length = tie->default_name ? strlen(any) : bare->length;
	}
	return tie;
}

static void imported(const struct tap_tie *whose, gss_name_t name)
{
	tap_tie_handle(name, whose, tap_line_now());
}

static void release_name(gss_name_t name)
{
	tap_tie_handle(name, NULL, -1);
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
		.imported = imported,
		.release_name = release_name,
		.release_buffer = release_buffer,
	};

	__atomic_store_n(&tap_gss_guest_set, &guest, __ATOMIC_RELEASE);
}
