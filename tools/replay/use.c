/* SPDX-License-Identifier: MIT */
/*
 * See use.h. It goes by what the wrappers ask, call by call (shim/gss/use.h): their calls to themselves and
 * those of the shim for connections of libzmq are left alone there, and here.
 */
#include "tools/replay/use.h"

#include "tools/replay/selection.h"
#include "trace/keys.h"

#include <string.h>

#define KEPT (64u | 16u) /* of the flags granted: GSS_C_ANON_FLAG, GSS_C_CONF_FLAG */
#define UNAUTHORIZED 15u /* GSS_S_UNAUTHORIZED >> 16: what a policy refuses with */
#define SECOND 1000000000u
struct open_context {
	struct model_node node;
	struct replay_case like; /* what rules for some contexts ask */
	const struct model_process *process;
	uint64_t established; /* 0: not known */
	struct replay_seen begun;
	bool guests;			      /* the shim's own, for a connection of libzmq's */
	uint32_t tried, done, unsure, before; /* uses; before: a fork, and so told there */
	struct replay_seen seen[POL_USES];    /* the first of each; of POL_GOES_ON the last */
};

static void free_context(void *entry)
{
	struct open_context *context = entry;

	for (int i = 0; i < CASE_TEXTS; i++)
		model_text_free(&context->like.texts[i]);
}

static void put(struct replay *replay, struct open_context *context, enum pol_use use)
{
	struct replay_case *like = &context->like;

	like->is.use = use;
	like->is.unsure = context->unsure >> use & 1;
	like->is.refused = !like->is.unsure && !(context->done & BIT(use));
	like->is.age = 0;
	if (use == POL_GOES_ON) {
		uint64_t age = (context->seen[use].time - context->established) / SECOND;

		if (context->seen[use].time < context->established)
			age = 0;
		like->is.age = context->established && age < UINT32_MAX ? (uint32_t)age : UINT32_MAX;
	}
	replay_put(replay, like, &context->seen[use]);
}

static void end(struct replay *replay, struct open_context *context)
{
	uint32_t uses = (context->tried | context->unsure) & ~context->before;

	for (int use = 0; use < POL_USES; use++)
		if (uses & BIT(use))
			put(replay, context, (enum pol_use)use);
}

static struct open_context *find(struct replay *replay, uint64_t image, uint64_t handle)
{
	struct open_context *found;
	struct model_key key;

	model_key_begin(&key);
	model_key_number(&key, image);
	model_key_number(&key, handle);
	found = model_node_find(&replay->open, &key);
	model_key_end(&key);
	return found;
}

static void drop(struct replay *replay, struct open_context *context)
{
	end(replay, context);
	model_node_drop(&replay->open, &context->node);
	free_context(context);
	model_node_free(&context->node);
}

/* In the place of another one of this handle. like: its texts are copied; NULL: nothing is known. */
static struct open_context *make(struct replay *replay, const struct model_process *process, uint64_t handle,
				 const struct replay_case *like)
{
	struct open_context *context = find(replay, process->image, handle);
	struct replay_case nothing = {.is.unknown = 1};
	struct model_key key;
	bool made;

	if (context)
		drop(replay, context);
	if (!like) {
		replay_take_process(&nothing, process);
		like = &nothing;
	}
	model_key_begin(&key);
	model_key_number(&key, process->image);
	model_key_number(&key, handle);
	context = model_node_get(&replay->open, &key, sizeof(*context), &made);
	model_key_end(&key);
	replay->failed |= !context;
	if (!context)
		return NULL;
	context->process = process;
	context->like.is = (struct case_numbers){
		.kind = CASE_USE,
		.role = like->is.role,
		.has_user = like->is.has_user,
		.user = like->is.user,
		.no_script = like->is.no_script,
		.kerberos = like->is.kerberos,
		.flags_granted = like->is.flags_granted & KEPT,
		.unknown = like->is.unknown,
	};
	for (int i = 0; i <= CASE_MECH; i++)
		if (i != CASE_STORE && like->texts[i].at)
			replay->failed |= !model_text_set(&context->like.texts[i], like->texts[i]);
	return context;
}

void uses_begin(struct replay *replay, const struct model_talk *talk, const struct replay_case *like)
{
	struct open_context *context = talk->handle ? make(replay, talk->process, talk->handle, like) : NULL;

	if (!context)
		return;
	context->established = talk->last;
	context->begun = (struct replay_seen){talk->last, talk->pid, replay->file};
	context->guests = talk->endpoint.at;
}

/* Where it was forked from, as it was then; or one of which nothing is known. */
static struct open_context *context_of(struct replay *replay, const struct facts *facts, uint64_t handle)
{
	const struct model_process *process = facts->process;
	struct open_context *found = find(replay, process->image, handle), *from;

	if (found)
		return found;
	from = process->fork.from ? find(replay, process->fork.image, handle) : NULL;
	if (from && from->established > process->fork.time)
		from = NULL;
	found = make(replay, process, handle, from ? &from->like : NULL);
	if (found && from) {
		found->established = from->established;
		found->begun = from->begun;
		found->guests = from->guests;
		found->before = from->tried & ~BIT(POL_GOES_ON);
	}
	return found;
}

/* --- what calls are */

struct call {
	uint32_t tried, unsure;
	bool failed;
};

/* Whether a message goes, or came, without confidentiality. */
static void look_at_message(const struct facts *facts, struct call *call, bool wraps)
{
	bool has_conf = facts_has(facts, TR_F_CONF), has_asked = facts_has(facts, TR_F_CONF_REQ);
	bool conf = facts_number(facts, TR_F_CONF),
	     asked = has_asked ? facts_number(facts, TR_F_CONF_REQ) : conf;
	enum pol_use use = wraps ? POL_WRAPS_BARE : POL_UNWRAPPED_BARE;
	bool refused = facts_number(facts, TR_F_MAJOR) >> 16 == UNAUTHORIZED;

	if (wraps && (has_asked || has_conf) && asked)
		call->tried |= !call->failed && has_conf && !conf ? BIT(POL_WRAPPED_BARE) : 0;
	else if (wraps ? has_asked || has_conf : has_conf || refused)
		call->tried |= wraps || !conf ? BIT(use) : 0;
	else if (wraps || !call->failed)
		call->unsure |= BIT(use);
}

static uint32_t key_asked(const struct facts *facts)
{
	static const uint32_t uses[] = {[TR_KEY_NONE] = 0,
					[TR_KEY_ALONE] = BIT(POL_ASKS_KEY),
					[TR_KEY_LUCID] = BIT(POL_EXPORTS_LUCID)};
	struct model_text oid = facts_text(facts, TR_F_OID);

	return uses[tr_key_asked(oid.at, oid.length)];
}

/* What it is of that which it may be. */
static struct call look_at(const struct facts *facts)
{
	uint32_t id = facts->event->head.call, may = selection_uses(id);
	struct call call = {.failed = facts_number(facts, TR_F_MAJOR) >> 16};

	if (may == WRAPS || may == UNWRAPS)
		look_at_message(facts, &call, may == WRAPS);
	else if (id == TR_gss_inquire_sec_context_by_oid)
		call.tried = key_asked(facts);
	else
		call.tried = may & ~BIT(POL_GOES_ON);
	/* The connections of a libzmq end in another way: see shim/gss/again.c. */
	if (may & BIT(POL_GOES_ON) && !(id == TR_gss_wrap && facts_by_zmq(facts)))
		call.tried |= BIT(POL_GOES_ON);
	return call;
}

static struct replay_seen seen_by(const struct replay *replay, const struct facts *facts)
{
	return (struct replay_seen){facts->event->time - facts->event->head.duration, facts->event->head.pid,
				    replay->file};
}

static void take(struct open_context *context, const struct call *call, struct replay_seen seen)
{
	for (int use = 0; use < POL_USES; use++)
		if ((call->tried | call->unsure) & BIT(use) &&
		    (use == POL_GOES_ON || !((context->tried | context->unsure) & BIT(use))))
			context->seen[use] = seen;
	context->tried |= call->tried;
	if (call->tried & BIT(POL_GOES_ON))
		context->done &= ~BIT(POL_GOES_ON); /* how old it was in the end */
	context->done |= call->failed ? 0 : call->tried;
	/* What is known of one message is enough. */
	context->unsure = (context->unsure | call->unsure) & ~context->tried;
}

/* Its facts are those that the library gives of it. */
static void imported(struct replay *replay, const struct facts *facts)
{
	uint32_t error = (uint32_t)facts_number(facts, TR_F_MAJOR) >> 16;
	uint64_t handle = facts_number(facts, TR_F_CONTEXT), role = facts_number(facts, TR_F_ROLE);
	struct replay_case like = {.is.unknown = !role};
	struct open_context *context;
	struct call call = {BIT(POL_IMPORTS), 0, error};

	if (error && error != UNAUTHORIZED)
		return;
	replay_take_process(&like, facts->process);
	like.is.role = role == TR_ROLE_INITIATOR ? POL_INITIATOR : role ? POL_ACCEPTOR : 0;
	like.is.flags_granted = (uint32_t)facts_number(facts, TR_F_FLAGS_RET);
	like.texts[CASE_INITIATOR] = facts_text(facts, TR_F_INITIATOR);
	like.texts[CASE_ACCEPTOR] = facts_text(facts, TR_F_ACCEPTOR);
	like.texts[CASE_MECH] = facts_text(facts, TR_F_MECH);
	context = make(replay, facts->process, handle, &like);
	if (!context)
		return;
	context->established = facts->event->time;
	take(context, &call, seen_by(replay, facts));
	if (error)
		drop(replay, context);
}

/* As shim/gss/cred.c has it: a store without a key is the default one. */
static uint32_t way_of(const struct facts *facts)
{
	static const char import[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x0d";
	uint32_t id = facts->event->head.call, way = selection_uses(id);
	struct tr_cursor cursor = facts->event->fields, within;
	struct tr_value value, key;

	if (id == TR_gss_set_cred_option) {
		struct model_text oid = facts_text(facts, TR_F_OID);

		return oid.length == sizeof(import) - 1 && !memcmp(oid.at, import, oid.length) ? way : 0;
	}
	if (way != STORES)
		return way;
	way = 0;
	while (tr_cursor_next(&cursor, &value)) {
		if (value.id != TR_F_CRED_STORE)
			continue;
		within = tr_cursor_into(&value);
		way |= BIT(POL_BY_STORE);
		while (tr_cursor_next(&within, &key))
			if (key.id == TR_F_KEY && memmem(key.at, key.length, "password", 8))
				way |= BIT(POL_BY_PASSWORD);
	}
	return way & BIT(POL_BY_PASSWORD) ? BIT(POL_BY_PASSWORD) : way;
}

static void credential(struct replay *replay, const struct facts *facts, uint32_t ways)
{
	static const uint32_t roles[] = {0, POL_INITIATOR, POL_ACCEPTOR};
	uint64_t usage = facts_number(facts, TR_F_USAGE);
	struct replay_case like = {.is.kind = CASE_USE};
	struct replay_seen seen = seen_by(replay, facts);

	replay_take_process(&like, facts->process);
	like.is.has_calls = 0;
	like.is.role = usage < sizeof(roles) / sizeof(roles[0]) ? roles[usage] : 0;
	like.is.unknown = facts->event->head.call == TR_gss_krb5_import_cred && !facts_has(facts, TR_F_USAGE);
	like.is.refused = facts_number(facts, TR_F_MAJOR) >> 16 != 0;
	for (int use = POL_BY_PASSWORD; use < POL_USES; use++) {
		if (!(ways & BIT(use)))
			continue;
		like.is.use = (uint32_t)use;
		replay_put(replay, &like, &seen);
	}
}

static void learn_call(struct replay *replay, const struct facts *facts)
{
	uint32_t id = facts->event->head.call, may = selection_uses(id);
	uint64_t handle = facts_number(facts, TR_F_CONTEXT);
	struct open_context *context;
	struct call call;

	/* What a library calls within is its own. */
	if (!may || facts->event->head.depth)
		return;
	if (may >= BIT(POL_BY_PASSWORD)) {
		credential(replay, facts, way_of(facts));
		return;
	}
	selection_take(replay, facts);
	if (may == BIT(POL_IMPORTS)) {
		imported(replay, facts);
		return;
	}
	call = look_at(facts);
	context = handle && (call.tried || call.unsure) ? context_of(replay, facts, handle) : NULL;
	if (context && !context->guests)
		take(context, &call, seen_by(replay, facts));
}

/* A connection that gsstap secures is looked at also when nothing is said on it. */
static void lives(struct open_context *context, uint64_t time)
{
	const struct call call = {BIT(POL_GOES_ON), 0, false};

	if (context->guests)
		take(context, &call, (struct replay_seen){time, context->begun.pid, context->begun.file});
}

static void went(struct replay *replay, const struct facts *facts)
{
	struct open_context *context = find(replay, facts->process->image, facts_number(facts, TR_F_CONTEXT));

	if (!context)
		return;
	lives(context, facts->event->time);
	drop(replay, context);
}

void uses_learn(struct replay *replay, const struct facts *facts)
{
	switch (facts->event->head.event) {
	case TR_E_process:
		selection_learn(replay, facts);
		break;
	case TR_E_call:
		learn_call(replay, facts);
		break;
	case TR_E_handshake:
		selection_take(replay, facts);
		break;
	case TR_E_context:
		selection_take(replay, facts);
		went(replay, facts);
		break;
	default:
		break;
	}
}

static void settle(void *entry, void *context)
{
	struct open_context *open = entry;
	struct replay *replay = context;

	lives(open, open->process->last);
	end(replay, open);
}

void uses_settle(struct replay *replay)
{
	model_each(&replay->open, settle, replay);
}

void uses_free(struct replay *replay)
{
	model_list_free(&replay->open, free_context);
}
