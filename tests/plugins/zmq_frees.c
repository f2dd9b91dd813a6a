/* SPDX-License-Identifier: MIT */
/*
 * A libzmq that frees what it wraps, as upstream does since 2023: Debian's own code, out of libzmq.a, with
 * that one line added around its gss_wrap. Only the linking is ours (tests/hosts/flags.mk): the archive was
 * not made for a shared object, so the data of other libraries that it refers to is given to it under names
 * of our own.
 */
#include <gssapi/gssapi.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define HIDDEN __attribute__((visibility("hidden")))

FILE *frees_stderr HIDDEN;
gss_OID frees_GSS_C_NT_USER_NAME HIDDEN, frees_GSS_C_NT_HOSTBASED_SERVICE HIDDEN;
char frees___libc_single_threaded HIDDEN = 0;
const struct in6_addr frees_in6addr_any HIDDEN = IN6ADDR_ANY_INIT;
const uint32_t frees_NORM_NODE_ANY HIDDEN = UINT32_MAX;
const void *const frees_NORM_INSTANCE_INVALID HIDDEN = NULL;
const void *const frees_NORM_SESSION_INVALID HIDDEN = NULL;
const void *const frees_NORM_OBJECT_INVALID HIDDEN = NULL;

OM_uint32 __real_gss_wrap(OM_uint32 *minor, gss_ctx_id_t context, int conf, gss_qop_t qop, gss_buffer_t in,
			  int *state, gss_buffer_t out);

__attribute__((constructor(101))) static void fill(void)
{
	frees_stderr = stderr;
	frees_GSS_C_NT_USER_NAME = GSS_C_NT_USER_NAME;
	frees_GSS_C_NT_HOSTBASED_SERVICE = GSS_C_NT_HOSTBASED_SERVICE;
}

OM_uint32 __wrap_gss_wrap(OM_uint32 *minor, gss_ctx_id_t context, int conf, gss_qop_t qop, gss_buffer_t in,
			  int *state, gss_buffer_t out)
{
	OM_uint32 major = __real_gss_wrap(minor, context, conf, qop, in, state, out);

	free(in->value);
	return major;
}
