/* SPDX-License-Identifier: MIT */
/*
 * ZeroMQ contexts and the making and closing of sockets: who there is to be judged. Nothing here is changed.
 */
#include "shim/auth/handler.h"
#include "shim/wire/abroad.h"
#include "shim/wire/using.h"
#include "shim/wire/wire.h"
#include "shim/zmq/zmq.h"

static void record(struct tap_scope *scope, int result, bool failed, void *context, void *socket, int type)
{
	int error = errno;
	struct tr_draft *d = tap_int_event(scope, result, failed, error);

	if (d) {
		tap_put_handle(d, TR_F_ZMQ_CONTEXT, context);
		tap_put_handle(d, TR_F_SOCKET, socket);
		if (type >= 0)
			tr_put_u32(d, TR_F_SOCKET_TYPE, (uint32_t)type);
		tr_commit(d);
	}
	errno = error;
}

TAP_EXPORT void *zmq_ctx_new(void)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_ctx_new);
	void *context;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing(), NULL;
	if (scope.judge)
		tap_wire_prepare((const void *)real_call);
	context = real_call();
	record(&scope, 0, !context, context, NULL, -1);
	tap_leave(&scope);
	return context;
}

TAP_EXPORT void *zmq_init(int io_threads)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_init);
	void *context;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing(), NULL;
	if (scope.judge)
		tap_wire_prepare((const void *)real_call);
	context = real_call(io_threads);
	record(&scope, 0, !context, context, NULL, -1);
	tap_leave(&scope);
	return context;
}

/* They may wait for what is still to be sent, on connections that are still to be secured. Of one that ends
 * the context nothing is left. */
#define END(name, ends)                                                                                      \
	TAP_EXPORT int name(void *context)                                                                   \
	{                                                                                                    \
		TAP_ENTER(scope, real_call, TAP_ZMQ, name);                                                  \
		int result, error;                                                                           \
                                                                                                             \
		if (!real_call)                                                                              \
			return tap_leave(&scope), tap_zmq_missing();                                         \
		tap_abroad_open();                                                                           \
		result = real_call(context);                                                                 \
		error = errno;                                                                               \
		if (ends && !result) {                                                                       \
			tap_auth_ended(context);                                                             \
			tap_wire_ended(context);                                                             \
		}                                                                                            \
		tap_abroad_shut();                                                                           \
		if (scope.watch)                                                                             \
			record(&scope, result, result == -1, context, NULL, -1);                             \
		tap_leave(&scope);                                                                           \
		errno = error;                                                                               \
		return result;                                                                               \
	}

END(zmq_term, true)
END(zmq_ctx_term, true)
END(zmq_ctx_shutdown, false)
END(zmq_ctx_destroy, true)

TAP_EXPORT int zmq_ctx_set(void *context, int option, int value)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_ctx_set);
	struct tr_draft *d;
	int result, error;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(context, option, value);
	error = errno;
	d = tap_int_event(&scope, result, result == -1, error);
	if (d) {
		tap_put_handle(d, TR_F_ZMQ_CONTEXT, context);
		tap_put_context_number(d, option, value);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return result;
}

/* The result is the option's value: of one that is not known it is not told either. */
TAP_EXPORT int zmq_ctx_get(void *context, int option)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_ctx_get);
	struct tr_draft *d;
	int result, error;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(context, option);
	error = errno;
	d = tap_call_event(&scope, result == -1, error);
	if (d) {
		tap_put_handle(d, TR_F_ZMQ_CONTEXT, context);
		if (result == -1 || tap_context_option_known(option)) {
			tr_put_u32(d, TR_F_RESULT, (uint32_t)result);
			tap_put_context_option(d, option, NULL, 0);
		} else {
			tap_put_context_number(d, option, result);
		}
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return result;
}

static void record_option(struct tap_scope *scope, int result, void *context, int option, const void *value,
			  size_t length)
{
	int error = errno;
	struct tr_draft *d = tap_int_event(scope, result, result == -1, error);

	if (d) {
		tap_put_handle(d, TR_F_ZMQ_CONTEXT, context);
		/* Of what libzmq refused the length may be anything. */
		tap_put_context_option(d, option, result ? NULL : value, length);
		tr_commit(d);
	}
	errno = error;
}

TAP_EXPORT int zmq_ctx_set_ext(void *context, int option, const void *value, size_t length)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_ctx_set_ext);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(context, option, value, length);
	record_option(&scope, result, context, option, value, length);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT int zmq_ctx_get_ext(void *context, int option, void *value, size_t *length)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_ctx_get_ext);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	result = real_call(context, option, value, length);
	record_option(&scope, result, context, option, length ? value : NULL, length ? *length : 0);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT void *zmq_socket(void *context, int type)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_socket);
	void *socket;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing(), NULL;
	socket = real_call(context, type);
	/* A closed socket's address is used again: nothing of that one holds for this one. */
	if (scope.watch && socket)
		tap_socket_forget(socket);
	if (scope.judge && socket && tap_zmq_ruled())
		tap_socket_made(socket, context);
	record(&scope, 0, !socket, context, socket, type);
	tap_leave(&scope);
	return socket;
}

TAP_EXPORT int zmq_close(void *socket)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_close);
	int result;

	if (!real_call)
		return tap_leave(&scope), tap_zmq_missing();
	/* Before: when it returns this may be another socket's address. */
	tap_using_closed(socket);
	if (scope.watch)
		tap_socket_forget(socket);
	result = real_call(socket);
	record(&scope, result, result == -1, NULL, socket, -1);
	tap_leave(&scope);
	return result;
}

TAP_EXPORT int zmq_has(const char *capability)
{
	TAP_ENTER(scope, real_call, TAP_ZMQ, zmq_has);
	struct tr_draft *d;
	int result, error;

	if (!real_call)
		return tap_leave(&scope), 0;
	result = real_call(capability);
	error = errno;
	d = tap_int_event(&scope, result, false, 0);
	if (d) {
		tr_put_text(d, TR_F_NAME, capability);
		tr_commit(d);
	}
	tap_leave(&scope);
	errno = error;
	return result;
}
