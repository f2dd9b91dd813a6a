/* SPDX-License-Identifier: MIT */
/*
 * Which context a handle stands for. A child of fork has the handles of its parent. Addresses are used again,
 * so its handle is asked for as of the fork; where that does not tell which of two contexts it was, it is
 * neither.
 */
#include "tools/model/exchange_parts.h"

#include <stdlib.h>

#define GENERATIONS 64 /* of forks that are looked through */
#define STAYS 1024     /* ... and contexts, in all of them; many children may ask for one handle */

static struct exchange_handle *find(const struct exchanges *exchanges, uint64_t image, uint64_t number)
{
	struct model_key key;
	struct exchange_handle *handle;

	model_key_begin(&key);
	model_key_number(&key, image);
	model_key_number(&key, number);
	handle = model_node_find(&exchanges->handles, &key);
	model_key_end(&key);
	return handle;
}

/* Made, if need be. NULL: no memory. */
static struct exchange_handle *handle_of(struct exchanges *exchanges, const struct facts *facts,
					 uint64_t number)
{
	const uint64_t numbers[] = {facts->process->image, number};
	bool made;

	return facts_get(facts, &exchanges->handles, sizeof(struct exchange_handle), numbers, 2, NULL, 0,
			 &made);
}

static struct exchange_moment now(const struct facts *facts)
{
	return (struct exchange_moment){facts->event->time, facts->event->head.seq, facts->event->head.tid};
}

struct exchange_stay *exchange_stay_begin(struct exchanges *exchanges, const struct facts *facts,
					  struct exchange_side *side)
{
	uint64_t number = facts_number(facts, TR_F_CONTEXT);
	struct exchange_stay *stay;
	struct exchange_handle *handle;

	if (!number)
		return NULL;
	handle = handle_of(exchanges, facts, number);
	stay = handle ? calloc(1, sizeof(*stay)) : NULL;
	if (!stay) {
		facts->model->failed = true;
		return NULL;
	}
	*stay = (struct exchange_stay){.before = handle->last, .side = side, .began = now(facts)};
	handle->last = stay;
	stay->place = exchange_place_add(side, facts);
	return stay;
}

/* Of another thread only the clock tells. */
static bool certainly_after(const struct model_fork *fork, const struct exchange_moment *moment)
{
	if (!moment->time)
		return false;
	return moment->tid == fork->tid ? moment->seq >= fork->seq : moment->time >= fork->time;
}

static bool certainly_before(const struct model_fork *fork, const struct exchange_moment *moment)
{
	return moment->time && moment->tid == fork->tid && moment->seq < fork->seq;
}

/* By its own beginning, or since what was there before was still there then. */
static bool came_after(const struct model_fork *fork, const struct exchange_stay *stay)
{
	const struct exchange_stay *before = stay->before;

	return certainly_after(fork, &stay->began) ||
	       (before && (certainly_after(fork, &before->began) || certainly_after(fork, &before->ended)));
}

/* What certainly stood at the handle at the fork. *older: nothing yet, so whoever forked may have inherited
 * it, too. */
static struct exchange_stay *at_fork(const struct exchange_handle *handle, const struct model_fork *fork,
				     unsigned *left, bool *older)
{
	struct exchange_stay *stay = handle ? handle->last : NULL;

	for (; stay && *left && came_after(fork, stay); --*left)
		stay = stay->before;
	*older = !stay;
	/* One of another thread may have come between the fork and the child's first event. */
	if (!stay || !certainly_before(fork, &stay->began) || certainly_before(fork, &stay->ended))
		return NULL;
	return stay;
}

static struct exchange_stay *inherit(struct exchanges *exchanges, const struct facts *facts)
{
	uint64_t number = facts_number(facts, TR_F_CONTEXT);
	const struct model_fork *fork = &facts->process->fork;
	struct exchange_stay *from = NULL, *stay;
	unsigned left = STAYS;
	bool older = true;
	uint64_t first;

	for (int i = 0; i < GENERATIONS && older && fork->from; i++) {
		from = at_fork(find(exchanges, fork->image, number), fork, &left, &older);
		if (fork->from->image != fork->image) /* it has executed another program */
			break;
		fork = &fork->from->fork;
	}
	if (!from) {
		handle_of(exchanges, facts, number);
		return NULL;
	}
	stay = exchange_stay_begin(exchanges, facts, exchange_side_now(from->side));
	if (!stay || !stay->place)
		return stay;
	/* The trace begins within the child's first call. */
	first = facts->event->time - facts->event->head.duration;
	stay->place->came = first < facts->process->fork.time ? first : facts->process->fork.time;
	stay->place->forked = true;
	return stay;
}

struct exchange_stay *exchange_stay_of(struct exchanges *exchanges, const struct facts *facts)
{
	uint64_t number = facts_number(facts, TR_F_CONTEXT);
	struct exchange_handle *handle = number ? find(exchanges, facts->process->image, number) : NULL;

	if (handle)
		return handle->last && !handle->last->over ? handle->last : NULL;
	return number && facts->process->fork.from ? inherit(exchanges, facts) : NULL;
}

struct exchange_side *exchange_side_at(const struct exchanges *exchanges, uint64_t image, uint64_t number)
{
	const struct exchange_handle *handle = number ? find(exchanges, image, number) : NULL;

	return handle && handle->last ? exchange_side_now(handle->last->side) : NULL;
}

void exchange_stay_end(struct exchange_stay *stay, const struct facts *facts)
{
	if (!stay->ended.time)
		stay->ended = now(facts);
}
