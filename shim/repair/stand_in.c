/* SPDX-License-Identifier: MIT */
/*
 * What libzmq's GSSAPI mechanism is given on a connection that goes without GSSAPI: credential and context in
 * one, good for one connection, and messages that are copies. See fallback.c.
 */
#include "shim/gss/gss.h"
#include "shim/gss/guest.h"
#include "shim/repair/inside.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STAND_INS 4096

static struct stand_in {
	struct tap_served served;
	unsigned uses; /* by libzmq, as a credential and as a context; 0: free */
} stand_ins[STAND_INS];
static struct tap_lock lock;
unsigned tap_stand_ins;

bool tap_stand_in(const void *handle)
{
	uintptr_t at = (uintptr_t)handle, begin = (uintptr_t)stand_ins;

	return __builtin_expect(tap_stand_ins != 0, 0) && at >= begin && at < begin + sizeof(stand_ins);
}

bool tap_stand_in_acquire(struct tap_tie *tie, gss_cred_id_t *cred)
{
	static unsigned at;
	struct stand_in *s = NULL;

	*cred = GSS_C_NO_CREDENTIAL;
	if (!tie->falls_back || !tap_lock(&lock))
		return false;
	for (unsigned n = 0; n < STAND_INS && !s; n++, at = (at + 1) % STAND_INS)
		if (!__atomic_load_n(&stand_ins[at].uses, __ATOMIC_RELAXED))
			s = &stand_ins[at];
	if (s) {
		*s = (struct stand_in){.served = {tie, tap_line_now()}, .uses = 1};
		__atomic_add_fetch(&tap_stand_ins, 1, __ATOMIC_RELAXED);
	}
	tap_unlock(&lock);
	*cred = (gss_cred_id_t)s;
	return s != NULL;
}

static OM_uint32 copy(const void *bytes, size_t length, gss_buffer_t output)
{
	output->length = 0;
	output->value = malloc(length ? length : 1); /* gss_release_buffer frees it */
	if (!output->value)
		return GSS_S_FAILURE;
	memcpy(output->value, bytes, length);
	output->length = length;
	return GSS_S_COMPLETE;
}

OM_uint32 tap_stand_in_init(gss_cred_id_t cred, gss_ctx_id_t *context, gss_buffer_t token, OM_uint32 *flags)
{
	struct stand_in *s = (void *)cred;

	/* libzmq sends a token, and never gets an answer to it: established at once. */
	if (copy("", 1, token) != GSS_S_COMPLETE)
		return GSS_S_FAILURE;
	if (*context == GSS_C_NO_CONTEXT) {
		__atomic_add_fetch(&s->uses, 1, __ATOMIC_RELAXED);
		*context = (gss_ctx_id_t)s;
		tap_context_stands_in(*context, &s->served);
	}
	if (flags)
		*flags = 0;
	return GSS_S_COMPLETE;
}

OM_uint32 tap_stand_in_copy(gss_ctx_id_t context, bool outbound, const gss_buffer_desc *input,
			    int *conf_state, gss_buffer_t output)
{
	OM_uint32 major = copy(input->value, input->length, output);

	if (conf_state)
		*conf_state = 1; /* or libzmq aborts */
	if (major == GSS_S_COMPLETE)
		tap_context_count(context, outbound, input->length);
	return major;
}

void tap_stand_in_release(const void *handle, bool context)
{
	struct stand_in *s = &stand_ins[(const struct stand_in *)handle - stand_ins];

	if (context)
		tap_context_forget((gss_ctx_id_t)s);
	__atomic_sub_fetch(&s->uses, 1, __ATOMIC_RELAXED);
}
