/* SPDX-License-Identifier: MIT */
/* One call of a talk: what its event says of it, and copies of that. */
#include "tools/model/facts.h"
#include "tools/model/talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void facts_token(const struct facts *facts, enum tr_field_id id, struct model_token *token)
{
	struct tr_value value;
	struct tr_token told;
	struct tr_bytes bytes;

	if (!tr_event_find(facts->event, id, &value))
		return;
	told = tr_value_token(&value);
	bytes = tr_value_bytes(facts->event, &value);
	token->length = told.length;
	memcpy(token->hash, told.hash, sizeof(token->hash));
	if (bytes.length)
		facts_keep(facts, &token->bytes, (struct model_text){(const char *)bytes.at, bytes.length});
}

/* Of each element "key=value", where its value may be told. */
static void keep_store(const struct facts *facts, struct model_text *store)
{
	struct tr_cursor cursor = facts->event->fields, inner;
	struct tr_value value, part;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	while (file && tr_cursor_next(&cursor, &value)) {
		if (value.id != TR_F_CRED_STORE)
			continue;
		inner = tr_cursor_into(&value);
		while (tr_cursor_next(&inner, &part)) {
			fwrite(part.at, 1,
			       part.id == TR_F_KEY || part.id == TR_F_VALUE_TEXT ? part.length : 0, file);
			fputc(part.id == TR_F_KEY ? '=' : 0, file);
		}
	}
	if (!file || fclose(file))
		facts->model->failed = true;
	else if (size)
		facts_keep(facts, store, (struct model_text){text, size});
	free(text);
}

struct model_step *facts_step(const struct facts *facts)
{
	const struct tr_head *head = &facts->event->head;
	static const enum tr_field_id names[] = {TR_F_ACCEPTOR, TR_F_NAME, TR_F_INITIATOR};
	struct model_step *step = calloc(1, sizeof(*step));
	struct tr_value store;

	if (!step) {
		facts->model->failed = true;
		return NULL;
	}
	step->time = facts->event->time;
	step->duration = head->duration;
	step->call = head->call;
	step->tid = head->tid;
	step->depth = head->depth;
	step->major = (uint32_t)facts_number(facts, TR_F_MAJOR);
	step->minor = facts_number(facts, TR_F_MINOR);
	step->failed = step->major >> 16;
	step->handle = facts_number(facts, TR_F_CONTEXT);
	step->cred = facts_number(facts, TR_F_CRED);
	step->usage = (uint32_t)facts_number(facts, TR_F_USAGE);
	step->flags_req = (uint32_t)facts_number(facts, TR_F_FLAGS_REQ);
	facts_keep(facts, &step->text, facts_text(facts, TR_F_MINOR_TEXT));
	facts_keep(facts, &step->mech, facts_text(facts, TR_F_MECH));
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]) && !step->name.at; i++)
		facts_keep(facts, &step->name, facts_text(facts, names[i]));
	if (tr_event_find(facts->event, TR_F_CRED_STORE, &store))
		keep_store(facts, &step->store);
	facts_token(facts, TR_F_IN_TOKEN, &step->in);
	facts_token(facts, TR_F_OUT_TOKEN, &step->out);
	facts_token(facts, TR_F_BINDINGS, &step->bindings);
	step->bindings_kind = (uint32_t)facts_number(facts, TR_F_BINDINGS_KIND);
	return step;
}

struct model_step *facts_step_copy(struct model *model, const struct model_step *from)
{
	struct model_step *step = calloc(1, sizeof(*step));
	bool copied = step;

	if (!step) {
		model->failed = true;
		return NULL;
	}
	*step = *from;
	step->text = step->name = step->mech = step->store = (struct model_text){0};
	step->in.bytes = step->out.bytes = step->bindings.bytes = (struct model_text){0};
	copied = model_text_set(&step->text, from->text) && model_text_set(&step->name, from->name) &&
		 model_text_set(&step->mech, from->mech) && model_text_set(&step->store, from->store) &&
		 model_text_set(&step->in.bytes, from->in.bytes) &&
		 model_text_set(&step->out.bytes, from->out.bytes);
	model->failed |= !copied;
	return step;
}
