/* SPDX-License-Identifier: MIT */
/* Cases that are alike are one, with how often and when; see case.h. */
#include "tools/replay/case.h"

#include <string.h>

bool case_came_about(const struct replay_case *c)
{
	return (c->is.kind != CASE_CONTEXT || c->is.established || c->is.unanswered) && !c->is.refused;
}

struct model_text case_string(struct model_text text)
{
	return (struct model_text){text.at, text.at ? strnlen(text.at, text.length) : 0};
}

bool case_is_kerberos(struct model_text mech)
{
	static const char *const known[] = {"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", "\x2b\x05\x01\x05\x02",
					    "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02",
					    "\x2b\x06\x01\x05\x02\x05"};

	for (size_t i = 0; mech.at && i < sizeof(known) / sizeof(known[0]); i++)
		if (mech.length == strlen(known[i]) && !memcmp(mech.at, known[i], mech.length))
			return true;
	return false;
}

static struct replay_case *case_of(struct replay *replay, const struct replay_case *like)
{
	struct replay_case *found;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_text(&key, (struct model_text){(const char *)&like->is, sizeof(like->is)});
	for (int i = 0; i < CASE_TEXTS; i++)
		model_key_text(&key, like->texts[i]);
	found = model_node_get(&replay->cases, &key, sizeof(*found), &made);
	model_key_end(&key);
	replay->failed |= !found;
	if (!found || !made)
		return found;
	found->is = like->is;
	for (int i = 0; i < CASE_TEXTS; i++)
		replay->failed |= like->texts[i].at && !model_text_set(&found->texts[i], like->texts[i]);
	return found;
}

void replay_put(struct replay *replay, const struct replay_case *like, const struct replay_seen *seen)
{
	struct replay_case *found = case_of(replay, like);

	if (!found)
		return;
	if (found->count < CASE_EXAMPLES) {
		found->examples[found->count].time = seen->time;
		found->examples[found->count].pid = seen->pid;
	}
	if (!found->count++ || seen->time < found->first)
		found->first = seen->time;
	found->last = seen->time > found->last ? seen->time : found->last;
	found->traces |= 1ull << (seen->file < 63 ? seen->file : 63);
}

void replay_take_process(struct replay_case *like, const struct model_process *process)
{
	const struct model_program *program = process->program;

	like->texts[CASE_PROGRAM] = case_string(program->exe);
	like->texts[CASE_SCRIPT] = case_string(program->script);
	like->is.no_script = program->exe.at && !program->script.at;
	like->is.has_user = process->uid_known;
	like->is.user = process->uid;
	like->is.has_calls = process->calls;
}
