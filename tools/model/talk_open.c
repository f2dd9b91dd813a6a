/* SPDX-License-Identifier: MIT */
/* The talks that are open, by context or, before there is one, by thread; see talk_open.h. */
#include "tools/model/talk_open.h"

#include "tools/model/zmq.h"

#include <stdlib.h>

#define OPEN_MOST 65536 /* talks at one time, of a program that never ends any */

static void key_of(struct model_key *key, const struct facts *facts, uint64_t handle)
{
	model_key_begin(key);
	model_key_number(key, facts->process->image);
	model_key_number(key, handle != 0);
	model_key_number(key, handle ? handle : facts->event->head.tid);
}

struct model_talk *talk_new(const struct facts *facts)
{
	struct model_talk *talk = calloc(1, sizeof(*talk));

	facts->model->failed |= !talk;
	if (!talk)
		return NULL;
	talk->process = facts->process;
	talk->pid = facts->event->head.pid;
	talk->tid = facts->event->head.tid;
	talk->first = talk->last = facts->event->time;
	talk->zmq = facts_by_zmq(facts);
	return talk;
}

struct model_talk *talk_take(const struct facts *facts, uint64_t handle)
{
	struct model_open_talk *open;
	struct model_talk *talk;
	struct model_key key;

	key_of(&key, facts, handle);
	open = model_node_find(&facts->model->talks, &key);
	model_key_end(&key);
	if (!open)
		return NULL;
	talk = open->talk;
	model_node_drop(&facts->model->talks, &open->node);
	model_node_free(&open->node);
	return talk;
}

void talk_put(const struct facts *facts, struct model_talk *talk)
{
	struct model_open_talk *open = NULL;
	struct model_key key;
	bool made;

	if (facts->model->talks.table.count < OPEN_MOST) {
		key_of(&key, facts, talk->handle);
		open = model_node_get(&facts->model->talks, &key, sizeof(*open), &made);
		model_key_end(&key);
		facts->model->failed |= !open;
	}
	if (!open) {
		model_talk_free(talk);
		return;
	}
	if (!made)
		model_talk_free(open->talk);
	open->talk = talk;
}

void talk_end(struct model *model, struct model_talk *talk)
{
	if (!model->listener->ended(model->listener, talk))
		model->failed = true;
}

static void settle(void *at, void *context)
{
	struct model_open_talk *open = at;
	struct model *model = context;
	struct model_talk *talk = open->talk;

	open->talk = NULL;
	if (talk)
		talk_end(model, talk);
}

/* A process that ended within its first call has no event of the handshake: the configuration tells of it. */
static void settle_begun(void *at, void *context)
{
	struct model_process *process = at;
	struct model_gathering *gathering = process->gathering;
	struct model *model = context;
	struct model_talk *talk;

	if (!gathering || !gathering->begun || !process->program)
		return;
	talk = calloc(1, sizeof(*talk));
	if (!talk) {
		model->failed = true;
		return;
	}
	talk->process = process;
	talk->pid = gathering->begun_pid;
	talk->tid = gathering->begun_tid;
	talk->first = talk->last = gathering->begun;
	talk->role = TR_ROLE_INITIATOR;
	talk->settings.known = true;
	for (size_t i = 0; i < MODEL_SETTINGS; i++)
		if (!model_text_set(&talk->settings.values[i], gathering->settings.values[i]))
			model->failed = true;
	gathering->begun = 0;
	talk_end(model, talk);
}

void talks_settle(struct model *model)
{
	if (model->listener)
		model_each(&model->talks, settle, model);
	if (model->listener)
		model_each(&model->processes, settle_begun, model);
}
