/* SPDX-License-Identifier: MIT */
/* What a talk is, freed and asked; see talk.h. */
#include "tools/model/talk.h"

#include "tools/model/live.h"

#include <stdlib.h>

static void token_free(struct model_token *token)
{
	model_text_free(&token->bytes);
	model_text_free(&token->phrase);
}

void model_step_free(struct model_step *step)
{
	model_text_free(&step->text);
	model_text_free(&step->name);
	model_text_free(&step->mech);
	model_text_free(&step->store);
	token_free(&step->in);
	token_free(&step->out);
	token_free(&step->bindings);
	free(step);
}

void model_steps_free(struct model_steps *steps)
{
	for (struct model_step *step = steps->first, *next; step; step = next) {
		next = step->next;
		model_step_free(step);
	}
	*steps = (struct model_steps){0};
}

void model_steps_add(struct model_steps *steps, struct model_step *step)
{
	step->next = NULL;
	*(steps->last ? &steps->last->next : &steps->first) = step;
	steps->last = step;
	steps->count++;
}

struct model_step *model_steps_take(struct model_steps *steps)
{
	struct model_step *step = steps->first;

	steps->first = step->next;
	if (!steps->first)
		steps->last = NULL;
	steps->count--;
	step->next = NULL;
	return step;
}

void model_settings_free(struct model_settings *settings)
{
	for (size_t i = 0; i < MODEL_SETTINGS; i++)
		model_text_free(&settings->values[i]);
}

void model_gathering_free(struct model_gathering *gathering)
{
	if (!gathering)
		return;
	model_settings_free(&gathering->settings);
	model_steps_free(&gathering->waiting);
	model_text_free(&gathering->accepts);
	free(gathering);
}

bool model_talk_was_left(const struct model_talk *talk)
{
	return talk->left.call && talk->outcome == TR_OUTCOME_ABANDONED;
}

void model_talk_free(struct model_talk *talk)
{
	struct model_text *texts[] = {&talk->hash,     &talk->initiator, &talk->acceptor, &talk->asked,
				      &talk->mech,     &talk->reason,	 &talk->ccache,	  &talk->keytab,
				      &talk->endpoint, &talk->peer,	 &talk->accepts};

	model_steps_free(&talk->steps);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		model_text_free(texts[i]);
	model_settings_free(&talk->settings);
	free(talk);
}

void model_open_talk_release(void *open)
{
	struct model_talk *talk = ((struct model_open_talk *)open)->talk;

	if (talk)
		model_talk_free(talk);
}

static bool is_of_handshake(const struct model_step *step)
{
	return !step->depth &&
	       (step->call == TR_gss_init_sec_context || step->call == TR_gss_accept_sec_context);
}

struct model_text model_talk_first_token(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next) {
		const struct model_token *token =
			step->call == TR_gss_init_sec_context ? &step->out : &step->in;

		if (!talk->credential && is_of_handshake(step) && token->length)
			return (struct model_text){(const char *)token->hash, sizeof(token->hash)};
	}
	return (struct model_text){0};
}

const struct model_step *model_talk_last(const struct model_talk *talk)
{
	const struct model_step *last = NULL;

	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (!step->depth)
			last = step;
	return last;
}

uint32_t model_talk_flags_req(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (!step->depth && step->flags_req)
			return step->flags_req;
	return 0;
}
