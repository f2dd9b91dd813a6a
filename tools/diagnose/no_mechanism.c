/* SPDX-License-Identifier: MIT */
/*
 * GT0021. SPNEGO asks each mechanism and says only that none was left: what each said is in the calls within.
 * Where another diagnosis knows that cause, it is the finding, so this one is asked after them.
 */
#include "tools/diagnose/checks.h"

#include <string.h>

/* gss_cred_usage_t; 0, both, is also what no call about a credential has. */
#define INITIATE 1
#define ACCEPT 2

#define BAD_MECH 1 /* GSS_S_BAD_MECH, without its shift */

static bool is_about_mechanisms(const struct model_step *step)
{
	static const char *const texts[] = {
		"SPNEGO cannot find mechanisms to negotiate",
		"SPNEGO failed to acquire creds",
		"SPNEGO acceptor did not select a mechanism",
		"SPNEGO failed to negotiate a mechanism",
	};

	/* An acceptor's status has no text of its own where SPNEGO takes none of what it was offered. */
	if ((step->major >> 16 & 0xff) == BAD_MECH)
		return true;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (step->text.at && memmem(step->text.at, step->text.length, texts[i], strlen(texts[i])))
			return true;
	return false;
}

/* The program's own call: what is asked for every mechanism says so of SPNEGO as well, among others. */
static const struct model_step *negotiating(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (step->failed && !step->depth && is_about_mechanisms(step))
			return step;
	return NULL;
}

static const char *mech_text(const struct model_step *step)
{
	const char *name = case_mech(step);

	return name ? name : "a mechanism";
}

/* Of a process that is both sides: it asks for a credential of the other's use. */
static bool of_other_side(const struct model_talk *talk, const struct model_step *step)
{
	return talk->role == TR_ROLE_ACCEPTOR ? step->usage == INITIATE : step->usage == ACCEPT;
}

/* What the mechanisms said; the first of them in *first. */
static size_t inner(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk,
		    const struct model_step *outer, const char **first)
{
	size_t count = 0;

	for (const struct model_step *step = talk->steps.first; step; step = step->next) {
		if (!step->failed || step == outer || !step->depth || !step->text.at ||
		    of_other_side(talk, step))
			continue;
		if (!count++)
			*first = case_format(c, "%s says \"%s\"", mech_text(step), case_text(c, step->text));
		finding_evidence(finding, "of %s %s", mech_text(step), case_said(c, talk, step));
	}
	return count;
}

bool diagnose_no_mechanism(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step = negotiating(talk);
	const char *first = NULL;

	if (c->found || !step)
		return false;
	finding_evidence(finding, "%s", case_said(c, talk, step));
	inner(c, finding, talk, step, &first);
	finding_cause(finding, "%s has no mechanism that SPNEGO could use%s%s", case_name(c, talk),
		      first ? ": " : "", first ? first : " with this peer");
	if (first)
		finding_remedy(finding, "put right what the mechanism itself says; without SPNEGO it says so "
					"directly");
	else
		finding_remedy(finding,
			       "offer the same mechanism on both ends (gss_set_neg_mechs, GSS_MECH_CONFIG, "
			       "/etc/gss/mech.d, and credentials for it)");
	return true;
}
