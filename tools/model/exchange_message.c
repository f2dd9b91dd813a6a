/* SPDX-License-Identifier: MIT */
/* Messages of a context: the first of each kind, and how many there were. Their bytes are not kept. */
#include "tools/model/exchange_parts.h"

void exchange_count(struct exchange_place *place, const struct facts *facts, enum exchange_kind kind)
{
	struct exchange_tally *tally = &place->kinds[kind];
	bool out = kind == EXCHANGE_WRAP || kind == EXCHANGE_MIC;
	struct model_token text = {0}, token = {0};

	facts_token(facts, TR_F_MESSAGE, &text);
	facts_token(facts, out ? TR_F_OUT_TOKEN : TR_F_IN_TOKEN, &token);
	model_text_free(&text.bytes);
	model_text_free(&token.bytes);
	tally->bytes += text.length;
	tally->last = facts->event->time;
	if (tally->count < EXCHANGE_FIRST)
		tally->first[tally->count] = (struct exchange_message){
			.time = facts->event->time,
			.duration = facts->event->head.duration,
			.length = text.length,
			.call = facts->event->head.call,
			.clear = facts_has(facts, TR_F_CONF) && !facts_number(facts, TR_F_CONF),
			.major = (uint32_t)facts_number(facts, TR_F_MAJOR),
			.token = token,
		};
	else
		tally->said |= (uint32_t)facts_number(facts, TR_F_MAJOR);
	tally->count++;
}

void exchange_fails(struct exchange_place *place, const struct facts *facts)
{
	struct model_step *step = place->failures++ < EXCHANGE_FAILURES ? facts_step(facts) : NULL;

	if (step)
		model_steps_add(&place->failed, step);
}

bool exchange_kind_of(uint32_t call, enum exchange_kind *kind)
{
	static const struct {
		uint32_t call;
		enum exchange_kind kind;
	} calls[] = {
		{TR_gss_wrap, EXCHANGE_WRAP},	      {TR_gss_seal, EXCHANGE_WRAP},
		{TR_gss_wrap_iov, EXCHANGE_WRAP},     {TR_gss_wrap_aead, EXCHANGE_WRAP},
		{TR_gss_unwrap, EXCHANGE_UNWRAP},     {TR_gss_unseal, EXCHANGE_UNWRAP},
		{TR_gss_unwrap_iov, EXCHANGE_UNWRAP}, {TR_gss_unwrap_aead, EXCHANGE_UNWRAP},
		{TR_gss_get_mic, EXCHANGE_MIC},	      {TR_gss_sign, EXCHANGE_MIC},
		{TR_gss_get_mic_iov, EXCHANGE_MIC},   {TR_gss_verify_mic, EXCHANGE_VERIFY},
		{TR_gss_verify, EXCHANGE_VERIFY},     {TR_gss_verify_mic_iov, EXCHANGE_VERIFY},
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].call == call) {
			*kind = calls[i].kind;
			return true;
		}
	return false;
}
