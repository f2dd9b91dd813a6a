/* SPDX-License-Identifier: MIT */
/* See selection.h. */
#include "tools/replay/selection.h"

#include "policy/decide.h"

#include <stdlib.h>
#include <string.h>

/* What each call may be, as bits. */
static const struct {
	uint32_t call, uses;
} calls[] = {
	{TR_gss_wrap, WRAPS},
	{TR_gss_seal, WRAPS},
	{TR_gss_wrap_aead, WRAPS},
	{TR_gss_wrap_iov, WRAPS},
	{TR_gss_unwrap, UNWRAPS},
	{TR_gss_unseal, UNWRAPS},
	{TR_gss_unwrap_aead, UNWRAPS},
	{TR_gss_unwrap_iov, UNWRAPS},
	{TR_gss_get_mic, BIT(POL_GOES_ON)},
	{TR_gss_sign, BIT(POL_GOES_ON)},
	{TR_gss_get_mic_iov, BIT(POL_GOES_ON)},
	{TR_gss_verify_mic, BIT(POL_GOES_ON)},
	{TR_gss_verify, BIT(POL_GOES_ON)},
	{TR_gss_verify_mic_iov, BIT(POL_GOES_ON)},
	{TR_gss_pseudo_random, BIT(POL_GOES_ON)},
	{TR_gss_krb5_export_lucid_sec_context, BIT(POL_EXPORTS_LUCID) | BIT(POL_GOES_ON)},
	{TR_gss_inquire_sec_context_by_oid, BIT(POL_EXPORTS_LUCID) | BIT(POL_ASKS_KEY) | BIT(POL_GOES_ON)},
	{TR_gss_export_sec_context, BIT(POL_EXPORTS)},
	{TR_gss_import_sec_context, BIT(POL_IMPORTS)},
	{TR_gss_acquire_cred_with_password, BIT(POL_BY_PASSWORD)},
	{TR_gss_add_cred_with_password, BIT(POL_BY_PASSWORD)},
	{TR_gss_acquire_cred_impersonate_name, BIT(POL_BY_S4U)},
	{TR_gss_add_cred_impersonate_name, BIT(POL_BY_S4U)},
	{TR_gss_acquire_cred_from, STORES},
	{TR_gss_add_cred_from, STORES},
	{TR_gss_krb5_import_cred, BIT(POL_BY_STORE)},
	{TR_gss_set_cred_option, BIT(POL_BY_STORE)},
	{TR_gss_import_cred, BIT(POL_BY_IMPORT)},
};

uint32_t selection_uses(uint32_t call)
{
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (calls[i].call == call)
			return calls[i].uses;
	return 0;
}

/* Of what a process executes: uses that are not, or not all, in its traces. */
struct selection {
	struct model_node node;
	uint32_t missing;
};

static struct selection *selection_of(struct replay *replay, uint64_t image)
{
	struct selection *found;
	struct model_key key;
	bool made;

	model_key_begin(&key);
	model_key_number(&key, image);
	found = model_node_get(&replay->selections, &key, sizeof(*found), &made);
	model_key_end(&key);
	replay->failed |= !found;
	return found;
}

static bool is_selected(struct model_text patterns, const char *call)
{
	const char *at = patterns.at, *end = at + patterns.length;

	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t length = (size_t)((comma ? comma : end) - at);
		char pattern[128];

		if (length < sizeof(pattern)) {
			memcpy(pattern, at, length);
			pattern[length] = 0;
			if (pol_match(pattern, call))
				return true;
		}
		at += length + 1;
	}
	return false;
}

void selection_learn(struct replay *replay, const struct facts *facts)
{
	struct model_text selected = facts_text(facts, TR_F_SELECTED);
	struct selection *selection = selection_of(replay, facts->process->image);

	if (!selection)
		return;
	selection->missing = 0;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (!facts->process->calls ||
		    (selected.at && !is_selected(selected, tr_call_name(calls[i].call))))
			selection->missing |= calls[i].uses;
}

/* This process uses GSSAPI, in this file. */
void selection_take(struct replay *replay, const struct facts *facts)
{
	const struct selection *selection = selection_of(replay, facts->process->image);
	size_t count = replay->file + 1;

	if (!selection)
		return;
	if (count > replay->unseen_count) {
		struct replay_unseen *more = reallocarray(replay->unseen, count, sizeof(*more));

		replay->failed |= !more;
		if (!more)
			return;
		memset(more + replay->unseen_count, 0, (count - replay->unseen_count) * sizeof(*more));
		replay->unseen = more;
		replay->unseen_count = count;
	}
	replay->unseen[replay->file].not |= selection->missing;
	replay->unseen[replay->file].recorded |= ~selection->missing;
}

static bool has_use(uint32_t uses, uint16_t keyword)
{
	for (int use = 0; use < POL_USES; use++)
		if (uses & BIT(use) && (!keyword || pol_use_keyword((enum pol_use)use) == keyword))
			return true;
	return false;
}

bool selection_misses(const struct replay *replay, size_t file, uint16_t keyword)
{
	return file < replay->unseen_count && has_use(replay->unseen[file].not, keyword);
}

bool selection_has(const struct replay *replay, size_t file, uint16_t keyword)
{
	return file < replay->unseen_count && has_use(replay->unseen[file].recorded, keyword);
}

static void leave(void *entry)
{
	(void)entry;
}

void selection_free(struct replay *replay)
{
	model_list_free(&replay->selections, leave);
	free(replay->unseen);
}
