/* SPDX-License-Identifier: MIT */
/*
 * What the policy refused or changed, or would have: by call, rule and subject, and of the endpoint that it
 * was about.
 */
#include "tools/model/endpoint.h"

/* Refused: the call failed. Would be: it went on without security, and a trace without calls says no more. */
static void refuse_endpoint(struct facts *facts, enum tr_role role, struct model_text name, bool would)
{
	struct model_endpoint *endpoint = facts_endpoint(facts, role, name);

	if (!endpoint)
		return;
	if (!would) {
		facts_count(facts, &endpoint->tally, MODEL_REFUSED, false);
		return;
	}
	facts_keep(facts, &endpoint->tally.reason, facts_text(facts, TR_F_REASON));
	if (facts->process->calls)
		return;
	endpoint_taken_over(facts, endpoint);
	endpoint_goes_plain(facts, endpoint);
}

void learn_refused(struct facts *facts)
{
	struct model_text rule = facts_text(facts, TR_F_RULE), subject = facts_text(facts, TR_F_SUBJECT);
	uint32_t call = (uint32_t)facts_number(facts, TR_F_CALL);
	unsigned event = facts->event->head.event;
	bool would = event == TR_E_would_refuse || event == TR_E_would_change, made,
	     changed = event == TR_E_changed || event == TR_E_would_change;
	/* Of a connection whose call was not seen the event says which end it is. */
	enum tr_role role = call ? endpoint_role_of_call(call) : (enum tr_role)facts_number(facts, TR_F_ROLE);
	struct model_refusal *refusal;
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, call);
	model_key_number(&key, would);
	model_key_number(&key, changed);
	model_key_text(&key, rule);
	model_key_text(&key, subject);
	refusal = model_node_get(&facts->process->program->refusals, &key, sizeof(*refusal), &made);
	model_key_end(&key);
	if (!refusal) {
		facts->model->failed = true;
		return;
	}
	refusal->program = facts->process->program;
	refusal->call = call;
	refusal->would = would;
	refusal->changed = changed;
	facts_keep(facts, &refusal->rule, rule);
	facts_keep(facts, &refusal->subject, subject);
	refusal->count++;
	refusal->line = facts_number(facts, TR_F_LINE);
	facts_seen(facts, &refusal->first, &refusal->last);
	facts_keep(facts, &refusal->reason, facts_text(facts, TR_F_REASON));
	if (role && subject.at && !changed)
		refuse_endpoint(facts, role, subject, would);
}
