/* SPDX-License-Identifier: MIT */
/*
 * GT0016. There is no way to a KDC: krb5.conf is not there or makes no sense, names no default realm or no
 * KDC, or nobody answers where it says. Realms other than the client's own are GT0017.
 */
#include "tools/diagnose/ask.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/local.h"
#include "tools/diagnose/realm_cause.h"
#include "tools/doctor/words.h"

#include <string.h>

static const struct model_step *about_kdc(const struct model_talk *talk)
{
	static const unsigned codes[] = {SAYS_KDC_UNREACH,	  SAYS_REALM_UNKNOWN,
					 SAYS_REALM_CANT_RESOLVE, SAYS_CONFIG_NODEFREALM,
					 SAYS_CONFIG_CANTOPEN,	  SAYS_CONFIG_BADFORMAT};
	const struct model_step *step = NULL;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(talk, codes[i]);
	/* Of libprofile's own errors. */
	if (!step)
		step = talk_says_text(talk, "Included profile");
	if (!step)
		step = talk_says_text(talk, "Permission denied");
	/* Of a KDC whose name nobody resolves it is errno that comes out. */
	return step ? step : talk_says_text(talk, "Resource temporarily unavailable");
}

static bool broken(struct diagnose_case *c, struct finding *finding, const struct probe_config *config)
{
	for (size_t i = 0; i < config->count; i++) {
		const struct probe_config_file *file = &config->files[i];
		const struct model_talk *talk = case_failed(c);

		if (talk->process->uid_known && !local_may_read(&file->file, talk->process->uid)) {
			finding_cause(finding, "%s may not read %s", case_name(c, talk), file->file.path);
			finding_evidence(finding, "it belongs to uid %u, mode %04o; the process is uid %u",
					 file->file.owner, file->file.mode, talk->process->uid);
			finding_remedy(finding, "let everybody read it, there are no secrets in it:");
			finding_command(finding, "chmod 644 %s", case_word(c, file->file.path));
			return true;
		}
		if (!file->code || file->file.error)
			continue;
		finding_cause(finding, "libkrb5 does not take %s: %s", file->file.path,
			      file->text ? file->text : "it does not say why");
		if (file->line)
			finding_evidence(finding, "line %u of it is the first that is wrong", file->line);
		finding_remedy(finding, "correct that line (or what it includes), or remove it:");
		finding_command(finding, "${EDITOR:-vi} +%u %s", file->line ? file->line : 1,
				case_word(c, file->file.path));
		return true;
	}
	return false;
}

static bool missing(struct diagnose_case *c, struct finding *finding, const struct probe_config *config)
{
	const char *setting = talk_setting(c, case_failed(c), TR_F_KRB5_CONFIG);

	if (config->state != PROBE_MISSING)
		return false;
	finding_cause(finding, "%s has no configuration: %s does not exist", case_name(c, case_failed(c)),
		      setting ? setting : "krb5.conf");
	if (setting)
		finding_evidence(finding, "KRB5_CONFIG=%s is in its environment", setting);
	finding_remedy(finding, setting ? "correct KRB5_CONFIG, or make the file"
					: "make /etc/krb5.conf: default_realm in [libdefaults], and the "
					  "KDCs in [realms]");
	return true;
}

static bool no_default(struct diagnose_case *c, struct finding *finding, const struct probe_config *config)
{
	const struct probe_ccache *cache;
	const char *realm;

	if (!talk_says(case_failed(c), SAYS_CONFIG_NODEFREALM) || config->default_realm)
		return false;
	cache = c->init ? case_ccache(c) : NULL;
	realm = cache ? realm_of(cache->principal) : NULL;
	finding_cause(finding, "%s names no default realm, and %s needs one for a name without a realm",
		      words_config_file(config), case_name(c, case_failed(c)));
	finding_remedy(finding, "write into [libdefaults] of %s: default_realm = %s",
		       words_config_file(config), realm ? realm : "REALM");
	return true;
}

bool diagnose_no_kdc(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step = talk && case_error_code(c) < 0 ? about_kdc(talk) : NULL;
	const struct probe_config *config = step ? case_config(c, talk) : NULL;
	const struct probe_kdcs *kdcs;
	const char *realm;

	if (!config)
		return false;
	if (broken(c, finding, config) || missing(c, finding, config) || no_default(c, finding, config)) {
		finding_evidence(finding, "%s", case_said(c, talk, step));
		return true;
	}
	realm = c->init == talk ? realm_in_text(c, step) : NULL;
	if (!realm && c->init == talk)
		realm = client_realm(c);
	if (!realm || is_foreign(c, realm))
		return false;
	kdcs = ask_kdcs(c, realm);
	if (!kdcs || kdcs_answer(kdcs)) {
		if (kdcs)
			list_take(&c->unseen, must_format("the KDCs of %s then: one answers by now", realm));
		return false;
	}
	finding_evidence(finding, "%s", case_said(c, talk, step));
	finding_cause(finding, "%s", no_kdc_of(c, kdcs));
	no_kdc_remedies(c, finding, kdcs);
	return true;
}
