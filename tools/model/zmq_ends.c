/* SPDX-License-Identifier: MIT */
/*
 * Options are a socket's until it is closed, and libzmq copies them into an endpoint when that is bound or
 * connected; see zmq.h.
 */
#include "tools/model/zmq.h"

#include "tools/model/endpoint.h"
#include "tools/model/facts.h"
#include "tools/names/zmq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static struct model_zmq *zmq_of(struct facts *facts)
{
	struct model_process *process = facts->process;

	if (!process->zmq)
		process->zmq = calloc(1, sizeof(*process->zmq));
	facts->model->failed |= !process->zmq;
	return process->zmq;
}

static struct model_zmq_options *options_of(struct facts *facts)
{
	struct model_handle *socket = model_handle(facts->model, &facts->model->sockets, facts->process,
						   facts_number(facts, TR_F_SOCKET));

	if (socket && !socket->options)
		socket->options = calloc(1, sizeof(*socket->options));
	facts->model->failed |= !socket || !socket->options;
	return socket ? socket->options : NULL;
}

static void set_text(struct facts *facts, struct model_text *at)
{
	model_text_free(at);
	facts_keep(facts, at, facts_text(facts, TR_F_VALUE_TEXT));
}

static void set(struct facts *facts, const char *option)
{
	static const char gssapi[] = "ZMQ_GSSAPI_";
	uint32_t number = (uint32_t)facts_number(facts, TR_F_VALUE_INT);
	bool about = !strncmp(option, gssapi, strlen(gssapi));
	struct model_zmq_options *options;

	if (!about && strcmp(option, "ZMQ_ZAP_DOMAIN") && strcmp(option, "ZMQ_HANDSHAKE_IVL"))
		return;
	options = options_of(facts);
	if (!options)
		return;
	option += about ? strlen(gssapi) : 0;
	if (!strcmp(option, "SERVER")) {
		options->server = number;
	} else if (!strcmp(option, "PLAINTEXT")) {
		options->plaintext = number;
	} else if (!strcmp(option, "PRINCIPAL")) {
		set_text(facts, &options->principal);
	} else if (!strcmp(option, "SERVICE_PRINCIPAL")) {
		set_text(facts, &options->service);
		options->server = false;
	} else if (!strcmp(option, "PRINCIPAL_NAMETYPE")) {
		options->principal_type = number;
	} else if (!strcmp(option, "SERVICE_PRINCIPAL_NAMETYPE")) {
		options->service_type = number;
	} else if (!strcmp(option, "ZMQ_ZAP_DOMAIN")) {
		set_text(facts, &options->zap_domain);
	} else if (!strcmp(option, "ZMQ_HANDSHAKE_IVL")) {
		options->handshake_ivl = number;
		options->handshake_ivl_set = true;
	}
}

static bool alike(const struct model_zmq_options *a, const struct model_zmq_options *b)
{
	return model_text_same(a->principal, b->principal) && model_text_same(a->service, b->service) &&
	       model_text_same(a->zap_domain, b->zap_domain) && a->principal_type == b->principal_type &&
	       a->service_type == b->service_type && a->handshake_ivl == b->handshake_ivl &&
	       a->handshake_ivl_set == b->handshake_ivl_set && a->server == b->server &&
	       a->plaintext == b->plaintext;
}

/* options: borrowed. */
static void add(struct facts *facts, enum tr_role way, enum model_mechanism mechanism,
		const struct model_zmq_options *options, bool injected, bool whole)
{
	struct model_text endpoint = facts_text(facts, TR_F_ENDPOINT);
	struct model_zmq *zmq = zmq_of(facts);
	struct model_zmq_ends *ends = NULL;
	struct model_zmq_end *end;

	if (zmq)
		ends = mechanism == MODEL_GSSAPI ? &zmq->gssapi_ends : &zmq->other_ends;
	for (end = ends ? ends->first : NULL; end; end = end->next)
		if (end->way == way && end->mechanism == mechanism && end->injected == injected &&
		    end->whole == whole && alike(&end->options, options) &&
		    model_text_same(end->endpoint, endpoint))
			return;
	if (!ends || ends->count == ZMQ_ENDS_MOST || !(end = calloc(1, sizeof(*end)))) {
		if (ends)
			ends->more = true;
		return;
	}
	end->options = *options;
	end->options.principal = end->options.service = end->options.zap_domain = (struct model_text){0};
	facts_keep(facts, &end->options.principal, options->principal);
	facts_keep(facts, &end->options.service, options->service);
	facts_keep(facts, &end->options.zap_domain, options->zap_domain);
	facts_keep(facts, &end->endpoint, endpoint);
	end->way = way;
	end->mechanism = mechanism;
	end->injected = injected;
	end->whole = whole;
	end->opened = facts->event->time - facts->event->head.duration;
	*(ends->last ? &ends->last->next : &ends->first) = end;
	ends->last = end;
	ends->count++;
}

/* Some transports leave security out whatever is set. */
static bool is_secured(struct model_text endpoint)
{
	static const char *const never[] = {"inproc://", "udp://", "pgm://", "epgm://", "norm://"};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (endpoint.length >= strlen(never[i]) && !memcmp(endpoint.at, never[i], strlen(never[i])))
			return false;
	return endpoint.at;
}

/* Its socket has no mechanism set, and the endpoint has one all the same. */
static bool is_injected(const struct model_zmq *zmq, enum tr_role way, struct model_text endpoint)
{
	for (const struct model_zmq_end *end = zmq ? zmq->gssapi_ends.first : NULL; end; end = end->next)
		if (end->injected && end->way == way && model_text_same(end->endpoint, endpoint))
			return true;
	return false;
}

/* A socket of raw TCP speaks no ZMTP, and has no mechanism. */
#define STREAM 11

/* Of another mechanism than GSSAPI nothing but its name counts. */
static void opened(struct facts *facts, enum tr_role way)
{
	static const struct model_zmq_options none;
	const struct model_handle *socket =
		model_handle_known(&facts->model->sockets, facts->process, facts_number(facts, TR_F_SOCKET));
	enum model_mechanism mechanism = socket ? socket->mechanism : MODEL_NULL;
	const struct model_zmq *zmq = facts->process->zmq;

	if (!is_secured(facts_text(facts, TR_F_ENDPOINT)) ||
	    facts_number(facts, TR_F_SOCKET_TYPE) == STREAM ||
	    (mechanism == MODEL_GSSAPI ? !socket->options
				       : is_injected(zmq, way, facts_text(facts, TR_F_ENDPOINT))))
		return;
	add(facts, way, mechanism, mechanism == MODEL_GSSAPI ? socket->options : &none, false,
	    socket && socket->made && zmq && zmq->told);
}

/* A socket that was made under our eyes: what it is set to from now on is in the trace. */
static void made(struct facts *facts)
{
	struct model_handle *socket = model_handle(facts->model, &facts->model->sockets, facts->process,
						   facts_number(facts, TR_F_SOCKET));

	facts->model->failed |= !socket;
	if (socket)
		socket->made = true;
}

void learn_zmq_injected(struct facts *facts)
{
	struct model_zmq_options options = {0};
	const struct model_handle *socket;

	if (!facts->model->listener)
		return;
	socket = model_handle_known(&facts->model->sockets, facts->process, facts_number(facts, TR_F_SOCKET));
	if (socket && socket->options)
		options = *socket->options;
	options.principal = facts_text(facts, TR_F_PRINCIPAL);
	options.service = facts_text(facts, TR_F_SERVICE);
	options.server = facts_number(facts, TR_F_ROLE) == TR_ROLE_SERVER;
	options.plaintext = false;
	add(facts, (enum tr_role)facts_number(facts, TR_F_ROLE), MODEL_GSSAPI, &options, true, false);
}

/* A libzmq with GSSAPI says that of a value that makes no sense, one without of any. */
static void refused(struct facts *facts, struct model_zmq *zmq)
{
	if (!zmq->gssapi.option)
		zmq->gssapi.option = (uint32_t)facts_number(facts, TR_F_OPTION);
	facts_seen(facts, &zmq->gssapi.first, &zmq->gssapi.last);
	zmq->gssapi.count++;
}

static bool closes(uint32_t call)
{
	switch (call) {
	case TR_zmq_close:
	case TR_zmq_unbind:
	case TR_zmq_disconnect:
	case TR_zmq_disconnect_peer:
	case TR_zmq_ctx_term:
	case TR_zmq_ctx_shutdown:
	case TR_zmq_ctx_destroy:
	case TR_zmq_term:
		return true;
	default:
		return false;
	}
}

void learn_zmq_ends(struct facts *facts)
{
	uint32_t call = facts->event->head.call;
	const char *option;
	struct model_zmq *zmq;

	if (!facts->model->listener)
		return;
	if (closes(call))
		model_zmq_closes(zmq_of(facts), facts->event->time - facts->event->head.duration);
	option = call == TR_zmq_setsockopt ? name_zmq_option(facts_number(facts, TR_F_OPTION)) : NULL;
	if (option && !strncmp(option, "ZMQ_GSSAPI_", 11) && (zmq = zmq_of(facts))) {
		zmq->gssapi.takes |= !facts_number(facts, TR_F_ERRNO);
		if (facts_number(facts, TR_F_ERRNO) == EINVAL)
			refused(facts, zmq);
	}
	if (facts_number(facts, TR_F_ERRNO))
		return;
	if ((call == TR_zmq_setsockopt || call == TR_zmq_ctx_new || call == TR_zmq_init) &&
	    (zmq = zmq_of(facts)))
		zmq->told = true;
	if (call == TR_zmq_socket)
		made(facts);
	if (option)
		set(facts, option);
	else if (endpoint_role_of_call(call))
		opened(facts, endpoint_role_of_call(call));
}

static bool is_libzmq(struct model_text path)
{
	const char *slash = path.at ? memrchr(path.at, '/', path.length) : NULL;
	size_t skip = slash ? (size_t)(slash + 1 - path.at) : 0;

	return path.at && path.length >= skip + 6 && !memcmp(path.at + skip, "libzmq", 6);
}

/* An object is described by fields: a group of a process event, or those of a library event. */
static void learn_one(struct facts *facts, struct tr_cursor fields)
{
	struct model_text name = {0}, path = {0};
	uint64_t base = 0, size = 0;
	struct model_zmq_library *library;
	struct tr_value value;
	struct model_zmq *zmq;

	while (tr_cursor_next(&fields, &value)) {
		if (value.id == TR_F_BASE)
			base = tr_value_uint(&value);
		else if (value.id == TR_F_SIZE)
			size = tr_value_uint(&value);
		else if (value.id == TR_F_SONAME)
			name = (struct model_text){(char *)(uintptr_t)value.at, value.length};
		else if (value.id == TR_F_PATH)
			path = (struct model_text){(char *)(uintptr_t)value.at, value.length};
	}
	zmq = is_libzmq(name.length ? name : path) ? zmq_of(facts) : NULL;
	if (!zmq || zmq->library_count == sizeof(zmq->libraries) / sizeof(zmq->libraries[0]))
		return;
	library = &zmq->libraries[zmq->library_count++];
	*library = (struct model_zmq_library){
		.base = base, .size = size, .at_start = facts->event->head.event == TR_E_process};
	facts_keep(facts, &library->path, path);
}

static void forget_libraries(struct model_zmq *zmq)
{
	while (zmq && zmq->library_count)
		model_text_free(&zmq->libraries[--zmq->library_count].path);
}

void learn_zmq_library(struct facts *facts)
{
	struct tr_cursor cursor = facts->event->fields;
	struct tr_value value;

	if (facts->event->head.event == TR_E_library) {
		learn_one(facts, cursor);
		return;
	}
	forget_libraries(facts->process->zmq);
	while (tr_cursor_next(&cursor, &value))
		if (value.id == TR_F_LIBRARIES)
			learn_one(facts, tr_cursor_into(&value));
}

bool facts_by_zmq(const struct facts *facts)
{
	const struct model_zmq *zmq = facts->process->zmq;
	uint64_t caller = facts->event->head.caller;

	for (unsigned i = 0; zmq && i < zmq->library_count; i++)
		if (caller - zmq->libraries[i].base < zmq->libraries[i].size)
			return true;
	return false;
}
