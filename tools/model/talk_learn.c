/* SPDX-License-Identifier: MIT */
/*
 * From events to talks. A call that fails within another returns before it: what failed on a thread waits for
 * the call around it or, where that succeeded, for the next handshake of its process that fails, since a
 * server's credentials are acquired long before its clients come.
 */
#include "tools/model/talk_open.h"
#include "tools/model/zmq.h"

#include <stdlib.h>

#define WAITING_MOST 32 /* failures of a process that belong to no handshake yet */

static struct model_gathering *gathering_of(struct facts *facts)
{
	struct model_process *process = facts->process;

	if (!process->gathering)
		process->gathering = calloc(1, sizeof(*process->gathering));
	facts->model->failed |= !process->gathering;
	return process->gathering;
}

/* Moves what failed on this thread since `from` behind the steps that are there. */
static void within(struct model_gathering *gathering, struct model_talk *talk, uint32_t tid, uint64_t from)
{
	struct model_steps left = {0};

	for (struct model_step *step = gathering->waiting.first, *next; step; step = next) {
		next = step->next;
		model_steps_add(step->tid == tid && step->time >= from ? &talk->steps : &left, step);
	}
	gathering->waiting = left;
}

static void wait_for_call(struct model_gathering *gathering, struct model_step *step)
{
	struct model_steps one = {0};

	model_steps_add(&gathering->waiting, step);
	if (gathering->waiting.count <= WAITING_MOST)
		return;
	one.first = gathering->waiting.first;
	gathering->waiting.first = one.first->next;
	gathering->waiting.count--;
	one.first->next = NULL;
	model_steps_free(&one);
}

static void unnamed(struct model_gathering *gathering, const struct model_step *step)
{
	bool acquired = step->call == TR_gss_acquire_cred || step->call == TR_gss_acquire_cred_from;

	if (acquired && !step->name.at)
		gathering->unnamed = step->cred;
	else if (!step->cred || step->cred == gathering->unnamed)
		gathering->unnamed = 0;
}

/* By which name it accepts: told only while there is no other. */
static void accepts(struct facts *facts, struct model_gathering *gathering, const struct model_step *step)
{
	if (step->failed || step->usage == 1)
		return;
	if (gathering->accepts.at ? !model_text_same(gathering->accepts, step->name) : !step->name.at)
		gathering->several = true;
	facts_keep(facts, &gathering->accepts, step->name);
	gathering->accepts_by = step->cred;
	unnamed(gathering, step);
}

/* A credential that could not be had: the handshake event that comes next tells of it, and ends the talk. */
static void credential(struct facts *facts, struct model_gathering *gathering, struct model_step *step)
{
	struct model_talk *talk = step->failed ? talk_new(facts) : NULL;

	accepts(facts, gathering, step);
	if (!talk) {
		struct model_steps one = {0};

		model_steps_add(&one, step);
		model_steps_free(&one);
		return;
	}
	talk->credential = true;
	talk->first = step->time - step->duration;
	within(gathering, talk, step->tid, talk->first);
	model_steps_add(&talk->steps, step);
	talk_put(facts, talk);
}

static void handshake(struct facts *facts, struct model_gathering *gathering, struct model_step *step)
{
	uint64_t start = step->time - step->duration;
	struct model_talk *talk = step->handle ? talk_take(facts, step->handle) : NULL;

	if (!talk)
		talk = talk_take(facts, 0);
	if (!talk && (talk = talk_new(facts)))
		talk->first = start;
	if (!talk)
		return;
	if (step->handle)
		talk->handle = step->handle;
	talk->role = step->call == TR_gss_init_sec_context ? TR_ROLE_INITIATOR : TR_ROLE_ACCEPTOR;
	talk->last = step->time;
	within(gathering, talk, step->tid, start);
	model_steps_add(&talk->steps, step);
	talk_put(facts, talk);
}

/* Of no handshake, nor is what failed within it. */
static void too_late(struct model_gathering *gathering, struct model_step *step)
{
	struct model_talk none = {0};

	within(gathering, &none, step->tid, step->time - step->duration);
	model_steps_add(&none.steps, step);
	model_steps_free(&none.steps);
}

/* A call that was begun on this thread has returned, or was left. */
static void returned(const struct facts *facts, struct model_gathering *gathering)
{
	if (facts->event->head.tid == gathering->begun_tid)
		gathering->begun = 0;
}

static bool is_about_credentials(uint32_t call)
{
	switch (call) {
	case TR_gss_acquire_cred:
	case TR_gss_acquire_cred_from:
	case TR_gss_acquire_cred_impersonate_name:
	case TR_gss_acquire_cred_with_password:
	case TR_gss_add_cred:
	case TR_gss_add_cred_from:
	case TR_gss_add_cred_impersonate_name:
	case TR_gss_add_cred_with_password:
		return true;
	default:
		return false;
	}
}

void learn_talk_call(struct facts *facts)
{
	uint32_t call = facts->event->head.call;
	bool handshakes = call == TR_gss_init_sec_context || call == TR_gss_accept_sec_context;
	struct model_gathering *gathering;
	struct model_step *step;

	if (!facts->model->listener || (!handshakes && !is_about_credentials(call)))
		return;
	if (facts->event->head.depth && !(facts_number(facts, TR_F_MAJOR) >> 16))
		return;
	gathering = gathering_of(facts);
	step = gathering ? facts_step(facts) : NULL;
	if (!step)
		return;
	if (handshakes)
		returned(facts, gathering);
	if (step->depth)
		wait_for_call(gathering, step);
	else if (facts_too_late(facts))
		too_late(gathering, step);
	else if (handshakes)
		handshake(facts, gathering, step);
	else
		credential(facts, gathering, step);
}

void learn_talk_left(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT), age = facts_number(facts, TR_F_AGE);
	uint32_t call = (uint32_t)facts_number(facts, TR_F_CALL);
	struct model_gathering *gathering = facts->model->listener ? gathering_of(facts) : NULL;
	struct model_talk *talk;

	if (!gathering || (call != TR_gss_init_sec_context && call != TR_gss_accept_sec_context))
		return;
	returned(facts, gathering);
	talk = talk_take(facts, handle);
	if (!talk && !(talk = talk_new(facts)))
		return;
	talk->handle = handle;
	talk->role = call == TR_gss_init_sec_context ? TR_ROLE_INITIATOR : TR_ROLE_ACCEPTOR;
	talk->left.call = call;
	talk->left.entered = age && age <= facts->event->time ? facts->event->time - age : 0;
	talk->left.noticed = talk->last = facts->event->time;
	if (talk->left.entered && talk->left.entered < talk->first)
		talk->first = talk->left.entered;
	talk_put(facts, talk);
}

void learn_configuration(struct facts *facts)
{
	struct model_gathering *gathering = facts->model->listener ? gathering_of(facts) : NULL;

	if (!gathering)
		return;
	if (facts_number(facts, TR_F_ROLE) == TR_ROLE_INITIATOR) {
		gathering->begun = facts->event->time;
		gathering->begun_pid = facts->event->head.pid;
		gathering->begun_tid = facts->event->head.tid;
	}
	gathering->settings.known = true;
	for (unsigned i = 0; i < MODEL_SETTINGS; i++) {
		model_text_free(&gathering->settings.values[i]);
		facts_keep(facts, &gathering->settings.values[i],
			   facts_text(facts, (enum tr_field_id)(TR_F_KRB5_CONFIG + i)));
	}
}

static void keep_texts(const struct facts *facts, struct model_talk *talk)
{
	facts_keep(facts, &talk->hash, facts_text(facts, TR_F_HANDSHAKE));
	facts_keep(facts, &talk->initiator, facts_text(facts, TR_F_INITIATOR));
	facts_keep(facts, &talk->acceptor, facts_text(facts, TR_F_ACCEPTOR));
	facts_keep(facts, &talk->asked, facts_text(facts, TR_F_ASKED));
	facts_keep(facts, &talk->mech, facts_text(facts, TR_F_MECH));
	facts_keep(facts, &talk->reason, facts_text(facts, TR_F_REASON));
	facts_keep(facts, &talk->ccache, facts_text(facts, TR_F_CCACHE));
	facts_keep(facts, &talk->keytab, facts_text(facts, TR_F_KEYTAB));
	facts_keep(facts, &talk->endpoint, facts_text(facts, TR_F_ENDPOINT));
	facts_keep(facts, &talk->peer, facts_text(facts, TR_F_PEER));
}

static void keep_numbers(const struct facts *facts, struct model_talk *talk)
{
	talk->outcome = (enum tr_outcome)facts_number(facts, TR_F_OUTCOME);
	talk->role = (enum tr_role)facts_number(facts, TR_F_ROLE);
	talk->duration = facts_number(facts, TR_F_DURATION);
	talk->rounds = facts_number(facts, TR_F_ROUNDS);
	talk->major = (uint32_t)facts_number(facts, TR_F_MAJOR);
	talk->minor = facts_number(facts, TR_F_MINOR);
	talk->ticket_enctype = (uint32_t)facts_number(facts, TR_F_TICKET_ENCTYPE);
	talk->session_enctype = (uint32_t)facts_number(facts, TR_F_SESSION_ENCTYPE);
	talk->kvno = (uint32_t)facts_number(facts, TR_F_KVNO);
	talk->ticket_flags = (uint32_t)facts_number(facts, TR_F_TICKET_FLAGS);
	talk->flags_ret = (uint32_t)facts_number(facts, TR_F_FLAGS_RET);
	talk->authtime = facts_number(facts, TR_F_AUTHTIME);
	talk->endtime = facts_number(facts, TR_F_ENDTIME);
	talk->delegated = facts_number(facts, TR_F_DELEGATED);
	talk->has_lifetime = facts_has(facts, TR_F_LIFETIME);
	talk->lifetime = (uint32_t)facts_number(facts, TR_F_LIFETIME);
	talk->follows = facts_follows(facts);
}

/* What a failure may come of that was there before: copies, since later handshakes fail for the same reason.
 */
static void before(struct facts *facts, struct model_talk *talk)
{
	struct model_steps all = {0};
	struct model_gathering *gathering = facts->process->gathering;

	for (const struct model_step *step = gathering->waiting.first; step; step = step->next) {
		struct model_step *copy = facts_step_copy(facts->model, step);

		if (copy)
			model_steps_add(&all, copy);
	}
	for (struct model_step *step = talk->steps.first, *next; step; step = next) {
		next = step->next;
		model_steps_add(&all, step);
	}
	talk->steps = all;
}

static void accepted_by(struct facts *facts, const struct model_gathering *gathering, struct model_talk *talk)
{
	const struct model_step *last = model_talk_last(talk);

	talk->accepts_any = last && (!last->cred || last->cred == gathering->unnamed);
	if (gathering->several)
		return;
	facts_keep(facts, &talk->accepts, gathering->accepts);
	talk->accepts_by_it = last && last->cred && last->cred == gathering->accepts_by;
}

void learn_talk_handshake(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT);
	struct model_gathering *gathering = facts->model->listener ? gathering_of(facts) : NULL;
	struct model_talk *talk;

	if (!gathering)
		return;
	returned(facts, gathering);
	talk = handle ? talk_take(facts, handle) : NULL;
	if (!talk)
		talk = talk_take(facts, 0);
	if (!talk && !(talk = talk_new(facts)))
		return;
	if (handle)
		talk->handle = handle;
	keep_texts(facts, talk);
	keep_numbers(facts, talk);
	talk->zmq |= talk->endpoint.at != NULL;
	talk->last = facts->event->time;
	if (talk->duration && talk->last - talk->duration < talk->first)
		talk->first = talk->last - talk->duration;
	if (talk->role == TR_ROLE_ACCEPTOR)
		accepted_by(facts, gathering, talk);
	talk->settings.known = gathering->settings.known;
	for (size_t i = 0; i < MODEL_SETTINGS; i++)
		facts_keep(facts, &talk->settings.values[i], gathering->settings.values[i]);
	if (talk->zmq && talk->outcome == TR_OUTCOME_ESTABLISHED && facts->process->zmq)
		(*(talk->role == TR_ROLE_ACCEPTOR ? &facts->process->zmq->accepted
						  : &facts->process->zmq->initiated))++;
	if (talk->outcome != TR_OUTCOME_ESTABLISHED)
		before(facts, talk);
	talk_end(facts->model, talk);
}
