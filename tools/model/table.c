/* SPDX-License-Identifier: MIT */
/*
 * The tables of a summary: find an entry by its key, or make it. Balanced trees of the C library, so that a
 * hostile trace cannot make them slow. An entry stays where it is until the summary is freed; handles go when
 * the traces say so.
 */
#include "tools/model/model.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

static int by_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int by_number(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_programs(const void *left, const void *right)
{
	const struct sum_program *a = left, *b = right;
	int order = by_text(a->name, b->name);

	return order ? order : by_text(a->host, b->host);
}

static int compare_endpoints(const void *left, const void *right)
{
	const struct sum_endpoint *a = left, *b = right;
	int order = compare_programs(a->program, b->program);

	if (!order)
		order = by_text(a->name, b->name);
	return order ? order : by_number(a->role, b->role);
}

/* Known by its principal, else by its address. */
static int compare_peers(const void *left, const void *right)
{
	const struct sum_peer *a = left, *b = right;
	int order = by_text(a->principal, b->principal);

	return order || a->principal ? order : by_text(a->address, b->address);
}

static int compare_pairs(const void *left, const void *right)
{
	const struct sum_pair *a = left, *b = right;
	int order = compare_programs(a->program, b->program);

	if (!order)
		order = by_number(a->role, b->role);
	if (!order)
		order = by_text(a->initiator, b->initiator);
	if (!order)
		order = by_text(a->acceptor, b->acceptor);
	return order ? order : by_text(a->mech, b->mech);
}

static int compare_refusals(const void *left, const void *right)
{
	const struct sum_refusal *a = left, *b = right;
	int order = compare_programs(a->program, b->program);

	if (!order)
		order = by_number(a->call, b->call);
	if (!order)
		order = by_number(a->would, b->would);
	if (!order)
		order = by_text(a->rule, b->rule);
	return order ? order : by_text(a->subject, b->subject);
}

static int compare_repairs(const void *left, const void *right)
{
	const struct sum_repair *a = left, *b = right;
	int order = compare_programs(a->program, b->program);

	return order ? order : by_text(a->repair, b->repair);
}

static int compare_processes(const void *left, const void *right)
{
	const struct sum_process *a = left, *b = right;
	int order = by_number(a->file, b->file);

	return order ? order : by_number(a->pid, b->pid);
}

static int compare_handles(const void *left, const void *right)
{
	const struct sum_handle *a = left, *b = right;
	int order = by_number(a->file, b->file);

	if (!order)
		order = by_number(a->pid, b->pid);
	return order ? order : by_number(a->handle, b->handle);
}

/* The entry with this key, made as a copy of it when there is none; *made says which. */
static void *entry(struct summary *s, void **tree, const void *key, size_t size,
		   int (*compare)(const void *, const void *), bool *made)
{
	void **found = tfind(key, tree, compare), *copy;

	*made = false;
	if (found)
		return *found;
	copy = malloc(size);
	if (copy)
		memcpy(copy, key, size);
	if (!copy || !tsearch(copy, tree, compare)) {
		free(copy);
		s->failed = true;
		return NULL;
	}
	*made = true;
	return copy;
}

/* Texts of a key belong to the caller: a new entry gets its own. */
static void own(struct summary *s, char **at)
{
	if (!*at)
		return;
	*at = strdup(*at);
	s->failed |= !*at;
}

void sum_text(struct summary *s, char **at, const char *text)
{
	char *copy;

	if (!text || (*at && !strcmp(*at, text)))
		return;
	copy = strdup(text);
	if (!copy) {
		s->failed = true;
		return;
	}
	free(*at);
	*at = copy;
}

struct sum_program *sum_program(struct summary *s, const char *host, const char *name)
{
	struct sum_program key = {.host = (char *)host, .name = (char *)name}, *program;
	bool made;

	program = entry(s, &s->programs, &key, sizeof(key), compare_programs, &made);
	if (made) {
		own(s, &program->host);
		own(s, &program->name);
	}
	return program;
}

struct sum_process *sum_process(struct summary *s, const struct tr_event *event)
{
	struct sum_process key = {.file = event->file, .pid = event->head.pid, .calls = true}, *process;
	bool made;

	process = entry(s, &s->processes, &key, sizeof(key), compare_processes, &made);
	if (made)
		process->program = sum_program(s, "", "");
	return process && process->program ? process : NULL;
}

struct sum_endpoint *sum_endpoint(struct summary *s, struct sum_program *program, enum tr_role role,
				  const char *name)
{
	struct sum_endpoint key = {.program = program, .role = role, .name = (char *)name}, *endpoint;
	bool made;

	endpoint = entry(s, &s->endpoints, &key, sizeof(key), compare_endpoints, &made);
	if (made)
		own(s, &endpoint->name);
	return endpoint;
}

struct sum_peer *sum_peer(struct summary *s, struct sum_endpoint *endpoint, const char *principal,
			  const char *address)
{
	struct sum_peer key = {.principal = (char *)principal, .address = (char *)address}, *peer;
	bool made;

	key.endpoint = endpoint;
	peer = entry(s, &endpoint->peers, &key, sizeof(key), compare_peers, &made);
	if (made) {
		own(s, &peer->principal);
		own(s, &peer->address);
	} else if (peer) {
		sum_text(s, &peer->address, address);
	}
	return peer;
}

struct sum_peer *sum_peer_known(const struct sum_endpoint *endpoint, const char *address)
{
	struct sum_peer key = {.address = (char *)address}, **found;

	found = tfind(&key, &endpoint->peers, compare_peers);
	return found ? *found : NULL;
}

struct sum_pair *sum_pair(struct summary *s, const struct sum_pair *key)
{
	struct sum_pair *pair;
	bool made;

	pair = entry(s, &s->pairs, key, sizeof(*key), compare_pairs, &made);
	if (made) {
		own(s, &pair->initiator);
		own(s, &pair->acceptor);
		own(s, &pair->mech);
	}
	return pair;
}

struct sum_refusal *sum_refusal(struct summary *s, const struct sum_refusal *key)
{
	struct sum_refusal *refusal;
	bool made;

	refusal = entry(s, &s->refusals, key, sizeof(*key), compare_refusals, &made);
	if (made) {
		own(s, &refusal->rule);
		own(s, &refusal->subject);
	}
	return refusal;
}

struct sum_repair *sum_repair(struct summary *s, const struct sum_repair *key)
{
	struct sum_repair *repair;
	bool made;

	repair = entry(s, &s->repairs, key, sizeof(*key), compare_repairs, &made);
	if (made)
		own(s, &repair->repair);
	return repair;
}

struct sum_handle *sum_handle_known(void **tree, const struct tr_event *event, uint64_t handle)
{
	struct sum_handle key = {.file = event->file, .pid = event->head.pid, .handle = handle}, **found;

	found = tfind(&key, tree, compare_handles);
	return found ? *found : NULL;
}

struct sum_handle *sum_handle(struct summary *s, void **tree, const struct tr_event *event, uint64_t handle)
{
	struct sum_handle key = {.file = event->file, .pid = event->head.pid, .handle = handle};
	bool made;

	return entry(s, tree, &key, sizeof(key), compare_handles, &made);
}

void sum_uses_end(struct sum_handle *socket, const struct sum_endpoint *only, uint64_t time)
{
	for (struct sum_use **at = &socket->uses, *use; (use = *at);) {
		if (only && use->endpoint != only) {
			at = &use->next;
			continue;
		}
		if (use->endpoint->tally.open)
			use->endpoint->tally.open--;
		use->endpoint->tally.last = time;
		*at = use->next;
		free(use);
	}
}

void sum_handle_drop(void **tree, struct sum_handle *handle)
{
	tdelete(handle, tree, compare_handles);
	for (struct sum_use *use = handle->uses, *next; use; use = next) {
		next = use->next;
		free(use);
	}
	free(handle);
}

struct walk {
	void (*visit)(void *entry, void *context);
	void *context;
};

static void step(const void *node, VISIT when, void *closure)
{
	const struct walk *walk = closure;

	if (when == postorder || when == leaf)
		walk->visit(*(void *const *)node, walk->context);
}

void sum_each(const void *tree, void (*visit)(void *entry, void *context), void *context)
{
	struct walk walk = {visit, context};

	twalk_r(tree, step, &walk);
}

static void free_tally(struct sum_tally *tally)
{
	free(tally->reason);
}

static void free_program(void *at)
{
	struct sum_program *program = at;

	free(program->host);
	free(program->name);
	free(program);
}

static void free_peer(void *at)
{
	struct sum_peer *peer = at;

	free(peer->principal);
	free(peer->address);
	free(peer->last_from);
	free_tally(&peer->tally);
	free(peer);
}

static void free_endpoint(void *at)
{
	struct sum_endpoint *endpoint = at;

	free(endpoint->name);
	free(endpoint->migrate);
	free(endpoint->phase);
	free_tally(&endpoint->tally);
	tdestroy(endpoint->peers, free_peer);
	free(endpoint);
}

static void free_pair(void *at)
{
	struct sum_pair *pair = at;

	free(pair->initiator);
	free(pair->acceptor);
	free(pair->mech);
	free_tally(&pair->tally);
	free(pair);
}

static void free_refusal(void *at)
{
	struct sum_refusal *refusal = at;

	free(refusal->rule);
	free(refusal->subject);
	free(refusal->reason);
	free(refusal);
}

static void free_repair(void *at)
{
	struct sum_repair *repair = at;

	free(repair->repair);
	free(repair->reason);
	free(repair);
}

static void free_handle(void *at)
{
	struct sum_handle *handle = at;

	for (struct sum_use *use = handle->uses, *next; use; use = next) {
		next = use->next;
		free(use);
	}
	free(handle);
}

struct summary *summary_new(void)
{
	return calloc(1, sizeof(struct summary));
}

void summary_free(struct summary *s)
{
	if (!s)
		return;
	tdestroy(s->sockets, free_handle);
	tdestroy(s->contexts, free_handle);
	tdestroy(s->pending, free_handle);
	tdestroy(s->processes, free);
	tdestroy(s->repairs, free_repair);
	tdestroy(s->refusals, free_refusal);
	tdestroy(s->pairs, free_pair);
	tdestroy(s->endpoints, free_endpoint);
	tdestroy(s->programs, free_program);
	free(s);
}
