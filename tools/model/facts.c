/* SPDX-License-Identifier: MIT */
/*
 * See facts.h. Texts are compared and kept whole, whatever bytes are in them.
 */
#include "tools/model/facts.h"

struct model_text facts_text(const struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	if (!tr_event_find(facts->event, id, &value) || !value.length)
		return (struct model_text){0};
	return (struct model_text){(const char *)value.at, value.length};
}

uint64_t facts_number(const struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	return tr_event_find(facts->event, id, &value) ? tr_value_uint(&value) : 0;
}

bool facts_has(const struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	return tr_event_find(facts->event, id, &value);
}

void facts_keep(const struct facts *facts, struct model_text *at, struct model_text text)
{
	if (!model_text_set(at, text))
		facts->model->failed = true;
}

bool facts_until_ready(const struct facts *facts)
{
	return facts->event->head.event == TR_E_handshake && facts_has(facts, TR_F_ZMTP);
}

bool facts_follows(const struct facts *facts)
{
	return facts->event->head.event == TR_E_handshake && facts_has(facts, TR_F_ENDPOINT) &&
	       facts_has(facts, TR_F_HANDSHAKE) && !facts_has(facts, TR_F_ROUNDS);
}

void facts_seen(const struct facts *facts, uint64_t *first, uint64_t *last)
{
	if (!*first)
		*first = facts->event->time;
	*last = facts->event->time;
}

void facts_count(const struct facts *facts, struct model_tally *tally, enum model_fact fact, bool supposed)
{
	uint64_t enctype = facts_number(facts, TR_F_SESSION_ENCTYPE);
	struct model_text reason = facts_text(facts, TR_F_REASON);

	facts_seen(facts, &tally->first, &tally->last);
	tally->count[fact]++;
	if (fact != MODEL_ESTABLISHED || !facts_until_ready(facts))
		tally->at[fact] = facts->event->time;
	if (enctype)
		tally->enctype = (uint32_t)enctype;
	if (reason.at && fact == MODEL_ABANDONED)
		facts_keep(facts, &tally->given_up, reason);
	if (!reason.at || fact == MODEL_ABANDONED || fact == MODEL_UNSECURED)
		return;
	facts_keep(facts, supposed ? &tally->supposed : &tally->reason, reason);
	*(supposed ? &tally->supposed_at : &tally->reason_at) = facts->event->time;
}

void *facts_get(const struct facts *facts, struct model_list *list, size_t size, const uint64_t *numbers,
		size_t count, const struct model_text *texts, size_t text_count, bool *made)
{
	struct model_key key;
	void *found;

	model_key_begin(&key);
	for (size_t i = 0; i < text_count; i++)
		model_key_text(&key, texts[i]);
	for (size_t i = 0; i < count; i++)
		model_key_number(&key, numbers[i]);
	found = model_node_get(list, &key, size, made);
	model_key_end(&key);
	if (!found)
		facts->model->failed = true;
	return found;
}

/* texts: name, host, container, exe, script. */
struct model_program *facts_program(const struct facts *facts, const struct model_text texts[5])
{
	struct model_program *program;
	bool made;

	program = facts_get(facts, &facts->model->programs, sizeof(*program), NULL, 0, texts, 5, &made);
	if (made) {
		facts_keep(facts, &program->name, texts[0]);
		facts_keep(facts, &program->host, texts[1]);
		facts_keep(facts, &program->container, texts[2]);
		facts_keep(facts, &program->exe, texts[3]);
		facts_keep(facts, &program->script, texts[4]);
	}
	return program;
}

struct model_endpoint *facts_endpoint(const struct facts *facts, enum tr_role role, struct model_text name)
{
	struct model_program *program = facts->process->program;
	const uint64_t number = role;
	struct model_endpoint *endpoint;
	bool made;

	endpoint = facts_get(facts, &program->endpoints, sizeof(*endpoint), &number, 1, &name, 1, &made);
	if (!endpoint)
		return NULL;
	if (made) {
		endpoint->program = program;
		endpoint->role = role;
		facts_keep(facts, &endpoint->name, name);
		model_address_add(facts->model, endpoint, name);
	}
	facts_seen(facts, &endpoint->tally.first, &endpoint->tally.last);
	return endpoint;
}

/* Known by its principal, else by its address. */
struct model_peer *facts_peer(const struct facts *facts, struct model_endpoint *endpoint,
			      struct model_text principal)
{
	struct model_text from = facts_text(facts, TR_F_PEER), none = {0},
			  host = from.at ? model_address_host(from) : none;
	struct model_text texts[] = {principal, principal.at ? none : host};
	struct model_peer *peer, *before;
	struct model_key key;
	bool made;

	peer = facts_get(facts, &endpoint->peers, sizeof(*peer), NULL, 0, texts, 2, &made);
	if (!peer)
		return NULL;
	peer->endpoint = endpoint;
	facts_keep(facts, &peer->principal, principal);
	facts_keep(facts, &peer->address, host);
	facts_keep(facts, &peer->last_from, from);
	if (!principal.at || !host.at)
		return peer;
	model_key_begin(&key);
	model_key_text(&key, none);
	model_key_text(&key, host);
	before = model_node_find(&endpoint->peers, &key);
	model_key_end(&key);
	if (before)
		before->moved = facts->event->time;
	return peer;
}

bool facts_too_late(const struct facts *facts)
{
	uint32_t call = facts->event->head.call;
	const struct model_handle *context;

	if ((call != TR_gss_init_sec_context && call != TR_gss_accept_sec_context) ||
	    !(facts_number(facts, TR_F_MAJOR) >> 16))
		return false;
	context = model_handle_known(&facts->model->contexts, facts->process,
				     facts_number(facts, TR_F_CONTEXT));
	return context && context->whole;
}
