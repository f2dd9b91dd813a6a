/* SPDX-License-Identifier: MIT */
/*
 * The interposer everybody writes first: one wrapper a function, the real one from dlsym(RTLD_NEXT), nothing
 * else. A control: a test runs its host under it to show that the case really breaks such a shim, or escapes
 * it. Each call that reaches it adds the function's name to the file NAIVE_LOG. It must not be repaired.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zmq.h>

static void note(const char *name)
{
	const char *path = getenv("NAIVE_LOG");
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;

	if (fd < 0)
		return;
	dprintf(fd, "%s\n", name);
	close(fd);
}

/* NAIVE(type, failure, name, parameters, arguments): failure is returned where RTLD_NEXT finds nothing. */
#define NAIVE(type, failure, name, parameters, arguments)                                                    \
	type name parameters                                                                                 \
	{                                                                                                    \
		static type(*next) parameters;                                                               \
                                                                                                             \
		note(#name);                                                                                 \
		if (!next)                                                                                   \
			next = (type(*) parameters)dlsym(RTLD_NEXT, #name);                                  \
		return next ? next arguments : failure;                                                      \
	}

NAIVE(void *, NULL, zmq_init, (int threads), (threads))
NAIVE(int, -1, zmq_term, (void *context), (context))
NAIVE(void *, NULL, zmq_ctx_new, (void), ())
NAIVE(int, -1, zmq_ctx_term, (void *context), (context))
NAIVE(void *, NULL, zmq_socket, (void *context, int type), (context, type))
NAIVE(int, -1, zmq_close, (void *socket), (socket))
NAIVE(int, -1, zmq_bind, (void *socket, const char *endpoint), (socket, endpoint))
NAIVE(int, -1, zmq_connect, (void *socket, const char *endpoint), (socket, endpoint))
NAIVE(int, -1, zmq_setsockopt, (void *socket, int option, const void *value, size_t size),
      (socket, option, value, size))
NAIVE(int, -1, zmq_getsockopt, (void *socket, int option, void *value, size_t *size),
      (socket, option, value, size))

NAIVE(OM_uint32, GSS_S_FAILURE, gss_indicate_mechs, (OM_uint32 * minor, gss_OID_set *set), (minor, set))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_import_name,
      (OM_uint32 * minor, gss_buffer_t text, gss_OID type, gss_name_t *name), (minor, text, type, name))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_display_name,
      (OM_uint32 * minor, gss_name_t name, gss_buffer_t text, gss_OID *type), (minor, name, text, type))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_canonicalize_name,
      (OM_uint32 * minor, const gss_name_t name, const gss_OID mech, gss_name_t *out),
      (minor, name, mech, out))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_release_name, (OM_uint32 * minor, gss_name_t *name), (minor, name))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_release_buffer, (OM_uint32 * minor, gss_buffer_t buffer), (minor, buffer))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_acquire_cred,
      (OM_uint32 * minor, gss_name_t name, OM_uint32 time, gss_OID_set mechs, gss_cred_usage_t usage,
       gss_cred_id_t *cred, gss_OID_set *actual, OM_uint32 *lifetime),
      (minor, name, time, mechs, usage, cred, actual, lifetime))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_inquire_names_for_mech,
      (OM_uint32 * minor, gss_OID mech, gss_OID_set *types), (minor, mech, types))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_inquire_attrs_for_mech,
      (OM_uint32 * minor, gss_const_OID mech, gss_OID_set *attrs, gss_OID_set *known),
      (minor, mech, attrs, known))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_init_sec_context,
      (OM_uint32 * minor, gss_cred_id_t cred, gss_ctx_id_t *context, gss_name_t target, gss_OID mech,
       OM_uint32 flags, OM_uint32 time, gss_channel_bindings_t bindings, gss_buffer_t in, gss_OID *actual,
       gss_buffer_t out, OM_uint32 *got, OM_uint32 *lifetime),
      (minor, cred, context, target, mech, flags, time, bindings, in, actual, out, got, lifetime))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_accept_sec_context,
      (OM_uint32 * minor, gss_ctx_id_t *context, gss_cred_id_t cred, gss_buffer_t in,
       gss_channel_bindings_t bindings, gss_name_t *source, gss_OID *mech, gss_buffer_t out, OM_uint32 *flags,
       OM_uint32 *lifetime, gss_cred_id_t *delegated),
      (minor, context, cred, in, bindings, source, mech, out, flags, lifetime, delegated))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_delete_sec_context,
      (OM_uint32 * minor, gss_ctx_id_t *context, gss_buffer_t out), (minor, context, out))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_wrap,
      (OM_uint32 * minor, gss_ctx_id_t context, int conf, gss_qop_t qop, gss_buffer_t in, int *state,
       gss_buffer_t out),
      (minor, context, conf, qop, in, state, out))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_unwrap,
      (OM_uint32 * minor, gss_ctx_id_t context, gss_buffer_t in, gss_buffer_t out, int *state,
       gss_qop_t *qop),
      (minor, context, in, out, state, qop))
NAIVE(OM_uint32, GSS_S_FAILURE, gss_pseudo_random,
      (OM_uint32 * minor, gss_ctx_id_t context, int key, const gss_buffer_t in, ssize_t length,
       gss_buffer_t out),
      (minor, context, key, in, length, out))
