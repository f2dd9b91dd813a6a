/* SPDX-License-Identifier: MIT */
/*
 * GT0027. An acceptor that cannot note a token in its replay cache refuses it, with the words of the file
 * system alone; that the file is the replay cache is known by its name.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/local.h"
#include "tools/doctor/words.h"

#include <stdlib.h>
#include <string.h>

#define FILE_TYPE "file2:"

static const char *inside(struct diagnose_case *c, const char *text, const char *before, const char *after)
{
	const char *at = text ? strstr(text, before) : NULL, *end = at ? strstr(at, after) : NULL;

	if (!end)
		return NULL;
	at += strlen(before);
	return end > at ? case_format(c, "%.*s", (int)(end - at), at) : NULL;
}

/* What libkrb5 names the file of a user's processes, in the directory of its choice. */
static bool is_default(const char *path)
{
	const char *name = strrchr(path, '/');
	size_t digits;

	if (!name || strncmp(name, "/krb5_", strlen("/krb5_")) != 0)
		return false;
	name += strlen("/krb5_");
	digits = strspn(name, "0123456789");
	return digits && !strcmp(name + digits, ".rcache2");
}

static bool names(const char *setting, const char *path)
{
	return setting && !strncmp(setting, FILE_TYPE, strlen(FILE_TYPE)) &&
	       !strcmp(setting + strlen(FILE_TYPE), path);
}

/* By the environment, else by krb5.conf; NULL: neither. */
static const char *setting(struct diagnose_case *c, const char **from)
{
	const char *name = talk_setting(c, c->acc, TR_F_KRB5RCACHENAME);
	const struct probe_config *config = name ? NULL : case_config(c, c->acc);

	*from = name ? "KRB5RCACHENAME" : "default_rcache_name";
	return name ? name : config ? config->default_rcache : NULL;
}

static void about_file(struct finding *finding, const char *path)
{
	struct probe_file file = {0};

	probe_file_look(&file, path);
	if (file.exists)
		finding_evidence(finding, "%s belongs to uid %u, mode %04o", path, file.owner, file.mode);
	probe_file_free(&file);
}

static void remedy(struct diagnose_case *c, struct finding *finding, const char *text, const char *path)
{
	const char *slash = strrchr(path, '/');
	bool missing = strstr(text, "No such file or directory") && slash && slash != path;

	if (missing) {
		finding_remedy(finding, "make its directory, as the user that the program runs as:");
		finding_command(finding, "mkdir -p %s",
				case_word(c, case_format(c, "%.*s", (int)(slash - path), path)));
	} else if (is_default(path) && strstr(text, "is not owned by")) {
		finding_remedy(finding, "it is libkrb5's for this user, and can go:");
		finding_command(finding, "rm %s", case_word(c, path));
	}
	finding_remedy(finding,
		       "%sname a file that the program's user may write, in KRB5RCACHENAME, such as "
		       "file2:/var/lib/NAME/rcache",
		       missing ? "or " : "");
}

/* What is against it, without the path that the cause has already. */
static const char *why(struct diagnose_case *c, const char *text)
{
	const char *file = strstr(text, " (filename: "), *owner = strstr(text, " is not owned by");

	return owner  ? case_format(c, "it%s", owner)
	       : file ? case_format(c, "%.*s", (int)(file - text), text)
		      : text;
}

/* Said when the credential is acquired, too. */
static bool unknown_type(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = talk_says_text(c->acc, "Replay cache type is unknown");
	const char *from, *name = step ? setting(c, &from) : NULL;

	if (!name)
		return false;
	finding_cause(finding, "%s has %s=%s, and libkrb5 knows no such type of replay cache",
		      case_name(c, c->acc), from, name);
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	finding_remedy(finding, "correct %s: dfl:, file2:PATH, or none:", from);
	return true;
}

static bool unusable_file(struct diagnose_case *c, struct finding *finding, const struct model_step *step)
{
	const char *text = case_text(c, step->text), *path, *from, *name;

	path = inside(c, text, "(filename: ", ")");
	if (!path)
		path = inside(c, text, "Replay cache file ", " is not owned by");
	name = path ? setting(c, &from) : NULL;
	if (!path || (!names(name, path) && !is_default(path)))
		return false;
	finding_cause(finding, "the replay cache %s of %s cannot be used: %s", path, case_name(c, c->acc),
		      why(c, text));
	acceptor_evidence(c, finding);
	if (names(name, path))
		finding_evidence(finding, "%s is %s", from, name);
	if (!local_not(c, c->acc))
		about_file(finding, path);
	remedy(c, finding, text, path);
	return true;
}

bool diagnose_rcache_unusable(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *last = c->acc && case_failed(c) == c->acc ? model_talk_last(c->acc) : NULL;

	if (!c->acc || case_failed(c) != c->acc)
		return false;
	return unknown_type(c, finding) || (last && last->failed && last->call == TR_gss_accept_sec_context &&
					    last->text.at && c->ap_req && unusable_file(c, finding, last));
}
