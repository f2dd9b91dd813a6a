/* SPDX-License-Identifier: MIT */
/*
 * Handshakes and security contexts: by whom with whom, how they ended, and what went through them. Both ends
 * of a handshake bear one hash, by which the traces of two hosts are joined.
 */
#include "tools/model/endpoint.h"
#include "tools/model/ends.h"
#include "tools/names/names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GSS_NO_CRED (7u << 16) /* GSS_S_NO_CRED */
#define GSS_DELEG 1	       /* GSS_C_DELEG_FLAG */
#define GSS_MUTUAL 2	       /* GSS_C_MUTUAL_FLAG */
#define GSS_CHANNEL_BOUND 2048 /* GSS_C_CHANNEL_BOUND_FLAG */

static const enum model_fact outcomes[] = {
	[TR_OUTCOME_ESTABLISHED] = MODEL_ESTABLISHED,
	[TR_OUTCOME_FAILED] = MODEL_FAILED,
	[TR_OUTCOME_REFUSED] = MODEL_REFUSED,
	[TR_OUTCOME_ABANDONED] = MODEL_ABANDONED,
};

static void follow_context(struct facts *facts, struct model_tally *one, struct model_tally *other)
{
	bool at_endpoint = facts_has(facts, TR_F_ENDPOINT), strict = facts_until_ready(facts);
	uint64_t handle = facts_number(facts, TR_F_CONTEXT);
	struct model_handle *context;

	if (!handle)
		return;
	context = model_handle(facts->model, &facts->model->contexts, facts->process, handle);
	if (!context)
		return;
	context->tally[0] = one;
	context->tally[1] = other;
	context->whole = true;
	context->at_endpoint = at_endpoint && !strict;
	context->strict = strict;
	if (context->by_zmq && !other)
		one->bare_at = facts->event->time;
}

/* Before its handshake's event, which does not say by whom it is. An address may have been another one's. */
static void learn_owner(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT);
	struct model_list *contexts = &facts->model->contexts;
	bool by_zmq = handle && facts_by_zmq(facts);
	struct model_handle *context = by_zmq ? model_handle(facts->model, contexts, facts->process, handle)
					      : model_handle_known(contexts, facts->process, handle);

	if (context)
		context->by_zmq = by_zmq;
}

void model_handshake_release(void *handshake)
{
	model_text_free(&((struct model_handshake *)handshake)->failed);
}

static void unlink_handshake(struct model *model, struct model_handshake *handshake)
{
	*(handshake->older ? &handshake->older->newer : &model->oldest) = handshake->newer;
	*(handshake->newer ? &handshake->newer->older : &model->newest) = handshake->older;
	model_node_drop(&model->handshakes, &handshake->node);
	model_handshake_release(handshake);
	model_node_free(&handshake->node);
}

struct model_handshake *facts_handshake(const struct facts *facts, enum tr_field_id field, bool make,
					bool *made)
{
	struct model_text hash = facts_text(facts, field);
	struct model *model = facts->model;
	struct model_handshake *found;
	struct model_key key;

	*made = false;
	if (!hash.at)
		return NULL;
	if (make && model->handshakes.table.count >= MODEL_HANDSHAKES)
		unlink_handshake(model, model->oldest);
	model_key_begin(&key);
	model_key_text(&key, hash);
	found = make ? model_node_get(&model->handshakes, &key, sizeof(*found), made)
		     : model_node_find(&model->handshakes, &key);
	model_key_end(&key);
	model->failed |= make && !found;
	if (*made) {
		found->older = model->newest;
		*(model->newest ? &model->newest->newer : &model->oldest) = found;
		model->newest = found;
	}
	return found;
}

/* The acceptor has it, so it is one, though the initiator never took the proof of who the acceptor is. */
static void complete(struct model_tally *const tallies[2], uint64_t time)
{
	for (int i = 0; i < 2; i++) {
		struct model_tally *tally = tallies[i];

		if (!tally)
			continue;
		tally->count[MODEL_ABANDONED]--;
		tally->count[MODEL_ESTABLISHED]++;
		tally->unproven++;
		if (tally->at[MODEL_ESTABLISHED] < time)
			tally->at[MODEL_ESTABLISHED] = time;
	}
}

/* The acceptor did not take it, whatever the initiator thought of it. */
static void disprove(const struct facts *facts, struct model_handshake *handshake)
{
	uint64_t time = facts->event->time;

	for (int i = 0; i < 2; i++) {
		struct model_tally *tally = handshake->waiting[i];

		if (!tally)
			continue;
		tally->count[handshake->counted]--;
		tally->count[MODEL_FAILED]++;
		tally->at[MODEL_FAILED] = tally->reason_at = time;
		facts_keep(facts, &tally->reason, handshake->failed);
	}
	handshake->disproved = true;
}

/* One that tries a token with several credentials fails with those that it is not for. */
static void take_back(struct model_handshake *handshake, uint64_t time)
{
	for (int i = 0; i < 2; i++) {
		struct model_tally *tally = handshake->waiting[i];

		if (!tally)
			continue;
		tally->count[handshake->counted]++;
		if (!--tally->count[MODEL_FAILED])
			tally->at[MODEL_FAILED] = 0;
		if (tally->at[MODEL_ESTABLISHED] < time)
			tally->at[MODEL_ESTABLISHED] = time;
	}
}

/* What the initiator waits for, as far as it is known. */
static void settle(const struct facts *facts, struct model_handshake *handshake)
{
	const struct model_ends ends = {
		.seen = {true, handshake->established || handshake->failed.at},
		.outcome = {handshake->counted == MODEL_ABANDONED ? TR_OUTCOME_ABANDONED
								  : TR_OUTCOME_ESTABLISHED,
			    handshake->established ? TR_OUTCOME_ESTABLISHED : TR_OUTCOME_FAILED},
	};
	bool failed = model_ends_outcome(&ends) == TR_OUTCOME_FAILED;

	if (handshake->disproved && !failed)
		take_back(handshake, facts->event->time);
	if (model_ends_unproven(&ends))
		complete(handshake->waiting, facts->event->time);
	if (failed && !handshake->disproved)
		disprove(facts, handshake);
}

/* What the acceptor's trace says to the initiator. */
static void keep_answer(struct facts *facts, uint64_t outcome, struct model_handshake *handshake)
{
	struct model_text reason = facts_text(facts, TR_F_REASON);
	char *why;
	int length;

	if (outcome == TR_OUTCOME_ESTABLISHED) {
		handshake->established = facts->event->time;
		return;
	}
	if (handshake->failed.at)
		return;
	length = asprintf(&why, "%s by the acceptor%s%.*s",
			  outcome == TR_OUTCOME_REFUSED ? "refused" : "failed", reason.at ? ": " : "",
			  (int)reason.length, reason.at ? reason.at : "");
	facts->model->failed |= length < 0;
	if (length >= 0)
		handshake->failed = (struct model_text){why, (size_t)length};
}

/* An initiator that sends the only token, or gave up, does not know what became of it. */
static bool waits(const struct facts *facts, enum tr_role role, uint64_t outcome)
{
	if (role != TR_ROLE_INITIATOR || facts_until_ready(facts))
		return false;
	return outcome == TR_OUTCOME_ABANDONED ||
	       (outcome == TR_OUTCOME_ESTABLISHED && facts_has(facts, TR_F_FLAGS_RET) &&
		!(facts_number(facts, TR_F_FLAGS_RET) & GSS_MUTUAL));
}

static void join(struct facts *facts, enum tr_role role, uint64_t outcome, struct model_tally *one,
		 struct model_tally *other)
{
	bool acceptor = role == TR_ROLE_ACCEPTOR && outcome != TR_OUTCOME_ABANDONED,
	     wait = waits(facts, role, outcome), made;
	struct model_handshake *handshake = facts_handshake(facts, TR_F_HANDSHAKE, acceptor || wait, &made);
	struct model_tally *both[] = {one, other};

	if (!handshake)
		return;
	if (acceptor && !handshake->established)
		keep_answer(facts, outcome, handshake);
	if (wait) {
		memcpy(handshake->waiting, both, sizeof(both));
		handshake->counted = outcomes[outcome];
	}
	if (handshake->waiting[0])
		settle(facts, handshake);
	if (role == TR_ROLE_INITIATOR ? !wait || handshake->established
				      : handshake->waiting[0] && handshake->established)
		unlink_handshake(facts->model, handshake);
}

static struct model_tally *pair_tally(struct facts *facts, enum tr_role role)
{
	struct model_text texts[3] = {
		facts_text(facts, TR_F_INITIATOR), facts_text(facts, TR_F_ACCEPTOR), {0}};
	struct model_program *program = facts->process->program;
	struct model_pair *pair;
	struct tr_value mech;
	struct model_key key;
	char dotted[256];
	const char *name = NULL;
	bool made;

	if (tr_event_find(facts->event, TR_F_MECH, &mech)) {
		name = name_oid(mech.at, mech.length);
		if (!name && name_oid_dotted(mech.at, mech.length, dotted, sizeof(dotted)))
			name = dotted;
	}
	if (name)
		texts[2] = (struct model_text){name, strlen(name)};
	model_key_begin(&key);
	model_key_number(&key, role);
	for (int i = 0; i < 3; i++)
		model_key_text(&key, texts[i]);
	pair = model_node_get(&program->pairs, &key, sizeof(*pair), &made);
	model_key_end(&key);
	if (!pair) {
		facts->model->failed = true;
		return NULL;
	}
	if (made) {
		pair->program = program;
		pair->role = role;
		facts_keep(facts, &pair->initiator, texts[0]);
		facts_keep(facts, &pair->acceptor, texts[1]);
		facts_keep(facts, &pair->mech, texts[2]);
	}
	return &pair->tally;
}

static void learn_terms(struct facts *facts, struct model_tally *tally)
{
	struct model_terms *terms = &tally->terms;

	*terms = (struct model_terms){
		.ticket_enctype = (uint32_t)facts_number(facts, TR_F_TICKET_ENCTYPE),
		.kvno = (uint32_t)facts_number(facts, TR_F_KVNO),
		.flags = (uint32_t)facts_number(facts, TR_F_FLAGS_RET),
		.ticket_end = facts_number(facts, TR_F_ENDTIME),
	};
	/* An acceptor that may act for its clients grants the flag always: it counts what was really sent. */
	tally->delegated += facts_number(facts, TR_F_ROLE) == TR_ROLE_ACCEPTOR
				    ? facts_number(facts, TR_F_DELEGATED) != 0
				    : terms->flags & GSS_DELEG;
	tally->bound += (terms->flags & GSS_CHANNEL_BOUND) != 0;
}

/*
 * Credentials are had where any mechanism has some, and a handshake of Kerberos fails later for want of them:
 * libgssapi says why only of the first, in a call of its own.
 */
static void learn_without_krb5(struct facts *facts)
{
	struct model_program *program = facts->process->program;

	if (facts_number(facts, TR_F_MAJOR) == GSS_NO_CRED && !facts_number(facts, TR_F_MINOR) &&
	    program->without_krb5.at)
		facts_keep(facts, &program->credentials, program->without_krb5);
}

void learn_handshake(struct facts *facts)
{
	uint64_t outcome = facts_number(facts, TR_F_OUTCOME);
	enum tr_role role = (enum tr_role)facts_number(facts, TR_F_ROLE);
	bool acceptor = role == TR_ROLE_ACCEPTOR;
	struct model_text name = facts_text(facts, TR_F_ENDPOINT);
	struct model_tally *tallies[2] = {0};
	enum model_fact fact;

	if (outcome < TR_OUTCOME_ESTABLISHED || outcome > TR_OUTCOME_ABANDONED)
		return;
	fact = outcomes[outcome];
	if (name.at) {
		struct model_endpoint *endpoint =
			role ? facts_endpoint(facts, acceptor ? TR_ROLE_SERVER : TR_ROLE_CLIENT, name)
			     : endpoint_by_address(facts, name);
		struct model_peer *peer =
			endpoint ? facts_peer(facts, endpoint,
					      facts_text(facts, acceptor ? TR_F_INITIATOR : TR_F_ACCEPTOR))
				 : NULL;

		tallies[0] = endpoint ? &endpoint->tally : NULL;
		tallies[1] = peer ? &peer->tally : NULL;
	} else {
		tallies[0] = pair_tally(facts, role);
	}
	if (fact == MODEL_FAILED)
		learn_without_krb5(facts);
	/* Where no handshake of GSSAPI began, what the other end is can only be supposed. */
	for (int i = 0; i < 2; i++)
		if (tallies[i])
			facts_count(facts, tallies[i], fact, !role);
	for (int i = 0; i < 2 && fact == MODEL_ESTABLISHED; i++)
		if (tallies[i])
			learn_terms(facts, tallies[i]);
	if (tallies[0] && fact == MODEL_ESTABLISHED)
		follow_context(facts, tallies[0], tallies[1]);
	if (tallies[0] && !facts_follows(facts))
		join(facts, role, outcome, tallies[0], tallies[1]);
}

void learn_context(struct facts *facts)
{
	uint64_t handle = facts_number(facts, TR_F_CONTEXT), wrapped = facts_number(facts, TR_F_WRAPPED),
		 unwrapped = facts_number(facts, TR_F_UNWRAPPED);
	struct model_handle *context = model_handle_known(&facts->model->contexts, facts->process, handle);

	for (int i = 0; context && i < 2; i++) {
		struct model_tally *tally = context->tally[i];

		if (!tally)
			continue;
		facts_seen(facts, &tally->first, &tally->last);
		tally->wrapped += wrapped;
		tally->wrapped_bytes += facts_number(facts, TR_F_WRAPPED_BYTES);
		tally->unwrapped += unwrapped;
		if (wrapped || unwrapped)
			tally->protected_at = facts->event->time;
		tally->unwrapped_bytes += facts_number(facts, TR_F_UNWRAPPED_BYTES);
		/* libzmq wraps its READY as soon as a peer is let in: who got none was not. */
		if (context->at_endpoint && facts_has(facts, TR_F_WRAPPED))
			*(wrapped ? &tally->spoke_at : &tally->silent_at) = facts->event->time;
	}
	if (context)
		model_handle_drop(&facts->model->contexts, context);
}

static void learn_added(struct facts *facts, uint64_t major)
{
	struct model_text *without = &facts->process->program->without_krb5;
	struct tr_value mech;
	const char *name =
		tr_event_find(facts->event, TR_F_MECH, &mech) ? name_oid(mech.at, mech.length) : NULL;

	if (!name || strcmp(name, "krb5"))
		return;
	if (major >> 16)
		facts_keep(facts, without, facts_text(facts, TR_F_MINOR_TEXT));
	else
		model_text_free(without);
}

/* Only what no event tells: why there are no credentials, and what passes without encryption. */
void learn_gss_call(struct facts *facts)
{
	uint32_t call = facts->event->head.call;
	uint64_t major = facts_number(facts, TR_F_MAJOR);
	struct model_text *credentials = &facts->process->program->credentials;
	struct model_handle *context;

	if (call == TR_gss_acquire_cred || call == TR_gss_acquire_cred_from) {
		if (major >> 16)
			facts_keep(facts, credentials, facts_text(facts, TR_F_MINOR_TEXT));
		else
			model_text_free(credentials);
		return;
	}
	if (call == TR_gss_add_cred || call == TR_gss_add_cred_from) {
		learn_added(facts, major);
		return;
	}
	if ((call == TR_gss_init_sec_context || call == TR_gss_accept_sec_context) && !(major >> 16)) {
		learn_owner(facts);
		learn_begun(facts);
		return;
	}
	if ((call != TR_gss_wrap && call != TR_gss_unwrap && call != TR_gss_wrap_iov &&
	     call != TR_gss_unwrap_iov && call != TR_gss_seal && call != TR_gss_unseal) ||
	    major >> 16)
		return;
	context = model_handle_known(&facts->model->contexts, facts->process,
				     facts_number(facts, TR_F_CONTEXT));
	for (int i = 0; context && i < 2; i++) {
		struct model_tally *tally = context->tally[i];

		if (!tally)
			continue;
		tally->protected_at = facts->event->time;
		if (call == TR_gss_wrap)
			tally->spoke_at = facts->event->time;
		if (!context->strict && facts_has(facts, TR_F_CONF) && !facts_number(facts, TR_F_CONF)) {
			tally->clear++;
			tally->clear_at = facts->event->time;
		}
	}
}
