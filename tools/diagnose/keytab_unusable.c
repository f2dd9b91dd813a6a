/* SPDX-License-Identifier: MIT */
/*
 * GT0006. A keytab that is missing or unreadable can show as "Key table entry not found", or as no usable
 * mechanism: what the file is now decides, and who the process was.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/local.h"

#include <string.h>

#define GSS_ACCEPT 2 /* gss_cred_usage_t */

static const char *trouble(const struct probe_keytab *keytab, const struct model_talk *talk)
{
	if (talk->process->uid_known && !local_may_read(&keytab->file, talk->process->uid))
		return "may not be read by it";
	switch (keytab->state) {
	case PROBE_MISSING:
		return "does not exist";
	case PROBE_DENIED:
		return "may not be read";
	case PROBE_EMPTY:
		return "has no keys";
	case PROBE_MALFORMED:
		return "is no keytab";
	default:
		return NULL;
	}
}

/* A failure to get at keys: by its text, or of a call that acquires them. */
static const struct model_step *about_keytab(const struct model_talk *talk)
{
	const struct model_step *step = talk_says_text(talk, "Key table");

	if (!step)
		step = talk_says_text(talk, "eytab");
	for (const struct model_step *s = talk->steps.first; !step && s; s = s->next)
		if (s->failed && s->usage == GSS_ACCEPT && s->text.at)
			step = s;
	return step;
}

bool diagnose_keytab_unusable(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_keytab *keytab;
	const struct model_step *step;
	const char *why;

	if (!c->acc || case_failed(c) != c->acc)
		return false;
	/* Of a file that is missing now only the trace can tell that it was missing then. */
	step = about_keytab(c->acc);
	if (!step || talk_says_text(c->acc, "Request ticket server"))
		return false;
	keytab = case_keytab(c);
	why = keytab ? trouble(keytab, c->acc) : NULL;
	if (!why)
		return false;
	finding_cause(finding, "the keytab %s of %s %s", keytab->name, case_program(c, c->acc), why);
	if (keytab->file.exists)
		finding_evidence(finding, "%s belongs to uid %u, mode %04o; the process is uid %u",
				 keytab->file.path, keytab->file.owner, keytab->file.mode,
				 c->acc->process->uid);
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	finding_remedy(finding, "name the right keytab in KRB5_KTNAME or default_keytab_name, or make it:");
	finding_command(finding, "kadmin -q %s",
			case_word(c, case_format(c, "ktadd -k %s %s",
						 keytab->file.path ? keytab->file.path : keytab->name,
						 case_service(c) ? case_service(c) : "SERVICE/HOST")));
	if (keytab->file.exists && keytab->state == PROBE_OK)
		finding_command(finding, "chown %u %s", c->acc->process->uid,
				case_word(c, keytab->file.path));
	return true;
}
