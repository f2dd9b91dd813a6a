/* SPDX-License-Identifier: MIT */
/*
 * See facts.h. Texts are compared and kept whole, whatever bytes are in them.
 */
#include "tools/model/facts.h"

struct sum_text facts_text(const struct facts *facts, enum tr_field_id id)
{
	struct tr_value value;

	if (!tr_event_find(facts->event, id, &value) || !value.length)
		return (struct sum_text){0};
	return (struct sum_text){(char *)value.at, value.length};
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

void facts_keep(const struct facts *facts, struct sum_text *at, struct sum_text text)
{
	if (!sum_text_set(at, text))
		facts->summary->failed = true;
}

void facts_seen(const struct facts *facts, uint64_t *first, uint64_t *last)
{
	if (!*first)
		*first = facts->event->time;
	*last = facts->event->time;
}

void facts_count(const struct facts *facts, struct sum_tally *tally, enum sum_fact fact, bool supposed)
{
	uint64_t enctype = facts_number(facts, TR_F_SESSION_ENCTYPE);
	struct sum_text reason = facts_text(facts, TR_F_REASON);

	facts_seen(facts, &tally->first, &tally->last);
	tally->count[fact]++;
	tally->at[fact] = facts->event->time;
	if (enctype)
		tally->enctype = (uint32_t)enctype;
	if (!reason.at || fact == SUM_ABANDONED || fact == SUM_UNSECURED)
		return;
	facts_keep(facts, supposed ? &tally->supposed : &tally->reason, reason);
	*(supposed ? &tally->supposed_at : &tally->reason_at) = facts->event->time;
}

/* An entry of this key, with a copy of each of its texts when it is new. */
static void *get(const struct facts *facts, struct sum_list *list, size_t size, const uint64_t *numbers,
		 size_t count, const struct sum_text *texts, size_t text_count, bool *made)
{
	struct sum_key key;
	void *found;

	sum_key_begin(&key);
	for (size_t i = 0; i < text_count; i++)
		sum_key_text(&key, texts[i]);
	for (size_t i = 0; i < count; i++)
		sum_key_number(&key, numbers[i]);
	found = sum_node_get(list, &key, size, made);
	sum_key_end(&key);
	if (!found)
		facts->summary->failed = true;
	return found;
}

/* texts: name, host, container, exe, script. */
struct sum_program *facts_program(const struct facts *facts, const struct sum_text texts[5])
{
	struct sum_program *program;
	bool made;

	program = get(facts, &facts->summary->programs, sizeof(*program), NULL, 0, texts, 5, &made);
	if (made) {
		facts_keep(facts, &program->name, texts[0]);
		facts_keep(facts, &program->host, texts[1]);
		facts_keep(facts, &program->container, texts[2]);
		facts_keep(facts, &program->exe, texts[3]);
		facts_keep(facts, &program->script, texts[4]);
	}
	return program;
}

struct sum_endpoint *facts_endpoint(const struct facts *facts, enum tr_role role, struct sum_text name)
{
	struct sum_program *program = facts->process->program;
	const uint64_t number = role;
	struct sum_endpoint *endpoint;
	bool made;

	endpoint = get(facts, &program->endpoints, sizeof(*endpoint), &number, 1, &name, 1, &made);
	if (!endpoint)
		return NULL;
	if (made) {
		endpoint->program = program;
		endpoint->role = role;
		facts_keep(facts, &endpoint->name, name);
		sum_address_add(facts->summary, endpoint, name);
	}
	facts_seen(facts, &endpoint->tally.first, &endpoint->tally.last);
	return endpoint;
}

/* Known by its principal, else by its address. */
struct sum_peer *facts_peer(const struct facts *facts, struct sum_endpoint *endpoint,
			    struct sum_text principal)
{
	struct sum_text from = facts_text(facts, TR_F_PEER), none = {0},
			host = from.at ? sum_address_host(from) : none;
	struct sum_text texts[] = {principal, principal.at ? none : host};
	struct sum_peer *peer, *before;
	struct sum_key key;
	bool made;

	peer = get(facts, &endpoint->peers, sizeof(*peer), NULL, 0, texts, 2, &made);
	if (!peer)
		return NULL;
	peer->endpoint = endpoint;
	facts_keep(facts, &peer->principal, principal);
	facts_keep(facts, &peer->address, host);
	facts_keep(facts, &peer->last_from, from);
	if (!principal.at || !host.at)
		return peer;
	sum_key_begin(&key);
	sum_key_text(&key, none);
	sum_key_text(&key, host);
	before = sum_node_find(&endpoint->peers, &key);
	sum_key_end(&key);
	if (before)
		before->moved = facts->event->time;
	return peer;
}

struct sum_gap *facts_gap(const struct facts *facts, enum sum_gap_kind kind, struct sum_text object,
			  struct sum_text library, struct sum_text why)
{
	const struct sum_text texts[] = {object, library, why};
	const uint64_t number = kind;
	struct sum_gap *gap;
	bool made;

	gap = get(facts, &facts->process->program->gaps, sizeof(*gap), &number, 1, texts, 3, &made);
	if (made) {
		gap->kind = kind;
		facts_keep(facts, &gap->object, object);
		facts_keep(facts, &gap->library, library);
		facts_keep(facts, &gap->why, why);
	}
	return gap;
}
