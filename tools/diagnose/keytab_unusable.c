/* SPDX-License-Identifier: MIT */
/*
 * GT0006. A keytab that is missing or unreadable can show as "Key table entry not found", or as no usable
 * mechanism: what the file is now decides, and who the process was.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/local.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GSS_ACCEPT 2 /* gss_cred_usage_t */

/* May the process not read it: by owner and mode, or as it said itself, or as this same user may not. */
static bool denied(const struct probe_keytab *keytab, const struct model_talk *talk)
{
	const struct model_process *process = talk->process;

	if (process->uid_known && !local_may_read(&keytab->file, process->uid))
		return true;
	if (keytab->file.exists && talk_says_text(talk, "Permission denied"))
		return true;
	return keytab->state == PROBE_DENIED && process->uid_known && process->uid == geteuid();
}

static const char *trouble(const struct probe_keytab *keytab, const struct model_talk *talk)
{
	if (denied(keytab, talk))
		return "may not be read by it";
	switch (keytab->state) {
	case PROBE_MISSING:
		return "does not exist";
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

/* Does the text name a file that is another than this keytab? It is about that one then. */
static bool about_another(const struct model_step *step, const struct probe_keytab *keytab)
{
	const char *from = step->text.at ? strchr(step->text.at, '\'') : NULL;
	const char *to = from ? strchr(from + 1, '\'') : NULL;

	return to && to > from + 1 && keytab->file.path &&
	       (strlen(keytab->file.path) != (size_t)(to - from - 1) ||
		memcmp(keytab->file.path, from + 1, (size_t)(to - from - 1)) != 0) &&
	       from[1] == '/';
}

/* The service by whatever tells it: the ticket, or the name that the program asked for; or NULL. */
static const char *service(struct diagnose_case *c)
{
	const char *name = case_service(c), *host;

	if (!name)
		name = case_text(c, c->acc->accepts);
	host = name ? strchr(name, '@') : NULL;
	if (!name || strchr(name, '/') || !host || !host[1])
		return name && strchr(name, '/') ? name : NULL;
	return case_format(c, "%.*s/%s", (int)(host - name), name, host + 1);
}

static void remedies(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab)
{
	const char *path = keytab->file.path, *name;

	if (denied(keytab, c->acc) && path) {
		finding_remedy(finding,
			       "give the program a keytab of its own, with the keys of its service; if "
			       "it is that already:");
		finding_command(finding, "chown %u %s", c->acc->process->uid, case_word(c, path));
		return;
	}
	finding_remedy(finding, "name the right keytab in KRB5_KTNAME or default_keytab_name, or make it:");
	/* Keys are added to a keytab alone, and not to an empty file. */
	if (keytab->state != PROBE_MISSING && path)
		set_aside(finding, "mv", path);
	name = service(c);
	/* One of which a ticket came is known. */
	if (name && !c->ap_req)
		ktadd_maybe_new(c, finding, c->acc, keytab, name);
	else
		ktadd_command(c, finding, keytab, name ? name : "SERVICE/HOST");
	/* What root makes is root's. */
	if (c->acc->process->uid_known && c->acc->process->uid && path)
		finding_command(finding, "chown %u %s", c->acc->process->uid, case_word(c, path));
}

/* The path of a keytab that is a file in whatever directory the process ran in, which no trace tells; or
 * NULL. */
static const char *relative(struct diagnose_case *c)
{
	const char *name = case_text(c, c->acc->keytab);

	if (!name)
		name = case_stored(c, c->acc, "keytab");
	if (!name)
		name = talk_setting(c, c->acc, TR_F_KRB5_KTNAME);
	if (!name)
		return NULL;
	if (!strncmp(name, "FILE:", strlen("FILE:")) || !strncmp(name, "WRFILE:", strlen("WRFILE:")))
		name = strchr(name, ':') + 1;
	return *name == '/' || strchr(name, ':') ? NULL : name;
}

static bool not_found_from_there(struct diagnose_case *c, struct finding *finding,
				 const struct model_step *step)
{
	const char *path = relative(c), *text = case_text(c, step->text);
	char *here = path ? getcwd(NULL, 0) : NULL;

	if (!path || !text || !strcasestr(text, "key table")) {
		free(here);
		return false;
	}
	finding_cause(
		finding,
		"%s looks for its keytab %s in whatever directory it runs in, and libkrb5 found no key there "
		"that it could use",
		case_name(c, c->acc), path);
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	if (here && access(path, F_OK))
		finding_evidence(finding, "in %s, where doctor runs, there is no %s", here, path);
	finding_remedy(finding, "name it by its whole path, in KRB5_KTNAME or where the program names it");
	free(here);
	return true;
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
	if (not_found_from_there(c, finding, step))
		return true;
	keytab = case_keytab(c);
	why = keytab && !about_another(step, keytab) ? trouble(keytab, c->acc) : NULL;
	if (!why)
		return false;
	finding_cause(finding, "the keytab %s of %s %s", keytab->name, case_name(c, c->acc), why);
	if (keytab->file.exists)
		finding_evidence(finding, "%s belongs to uid %u, mode %04o; the process is uid %u",
				 keytab->file.path, keytab->file.owner, keytab->file.mode,
				 c->acc->process->uid);
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	remedies(c, finding, keytab);
	return true;
}
