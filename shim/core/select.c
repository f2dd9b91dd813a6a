/* SPDX-License-Identifier: MIT */
/*
 * Which calls become events. A table by id, so that a call that is not wanted costs a look at it and nothing
 * else: no clock, no name is asked for. Handshakes, refusals and what else is no call are not concerned.
 *
 * A selection and not a level of its own: levels each hold all of the one before, and whether one wants to
 * see a buffer released has nothing to do with whether one wants the bytes of tokens.
 */
#include "shim/core/select.h"

#include "policy/policy.h"
#include "shim/core/hello.h"
#include "shim/core/text.h"

#include <string.h>

/* What only frees memory or asks for a constant says something when it fails. */
#define PURPOSE_event TAP_RECORD
#define PURPOSE_judged TAP_RECORD
#define PURPOSE_aside TAP_RECORD_FAILURE
#define PURPOSE_facts TAP_RECORD_NOT
#define PURPOSE_lines TAP_RECORD_NOT
#define PURPOSE_moves TAP_RECORD_NOT

bool tap_on, tap_krb5_trace, tap_failures_alone;
char tap_selection[512];
uint8_t tap_wanted[TAP_IDS] = {
#define CALL(id, family, purpose, name) [id] = PURPOSE_##purpose,
#include "trace/calls.def"
};

static bool is_event(unsigned id)
{
	enum tr_purpose purpose = tap_call_purpose(id);

	return purpose == TR_PURPOSE_event || purpose == TR_PURPOSE_judged || purpose == TR_PURPOSE_aside;
}

static bool select_matching(const char *pattern)
{
	bool any = false;

	for (unsigned id = 1; id < TAP_IDS; id++)
		if (is_event(id) && pol_match(pattern, tap_call_name(id))) {
			tap_wanted[id] = TAP_RECORD;
			any = true;
		}
	return any;
}

/* What is not asked for by name: a judged call that fails may be why a program fails under its policy. */
static void select_failures(bool all)
{
	for (unsigned id = 1; id < TAP_IDS; id++)
		tap_wanted[id] = is_event(id) && (all || tap_call_purpose(id) == TR_PURPOSE_judged)
					 ? TAP_RECORD_FAILURE
					 : TAP_RECORD_NOT;
}

/* One that has no room is missed as if it had not been given: what is said to be recorded is. */
static void keep(const char *pattern)
{
	size_t used = strlen(tap_selection), length = strlen(pattern);

	if (used + length + 2 > sizeof(tap_selection))
		return;
	if (used)
		tap_selection[used++] = ',';
	tap_copy(tap_selection + used, sizeof(tap_selection) - used, pattern);
}

void tap_select(const char *patterns)
{
	bool all = patterns && !strcmp(patterns, "failures");

	if (!patterns || !*patterns)
		return;
	select_failures(all);
	/* Where nothing else is: no call has that name. */
	tap_copy(tap_selection, sizeof(tap_selection), all ? "failures" : "");
	tap_failures_alone = all;
	if (all)
		return;
	while (*patterns) {
		size_t length = strcspn(patterns, ",");
		char pattern[128];

		tap_copy(pattern, length < sizeof(pattern) ? length + 1 : sizeof(pattern), patterns);
		if (length && (length >= sizeof(pattern) || !select_matching(pattern)))
			tap_bad_setting("GSSTAP_CALLS", pattern,
					"is the name of no call that can be recorded");
		else if (length)
			keep(pattern);
		patterns += length + (patterns[length] == ',');
	}
	if (!*tap_selection)
		tap_copy(tap_selection, sizeof(tap_selection), "failures");
}
