/* SPDX-License-Identifier: MIT */
/* Does this side's configuration permit the encryption types that the other side and the KDC use? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/names/names.h"

#include <stdlib.h>
#include <string.h>

static void judge(struct lines *lines, const struct evidence *evidence, const char *what, int32_t enctype)
{
	char *name;

	if (probe_config_permits(&evidence->config, enctype))
		return;
	name = words_enctype(enctype);
	line_is(lines, LINE_FAIL);
	line_say(lines, "the %s has %s, which is not", what, name);
	if (name_enctype_weak(enctype))
		line_remedy(lines, "give the service keys of an encryption type that is permitted (see key)");
	else
		line_remedy(lines, "add %s to permitted_enctypes in [libdefaults] of %s, or remove that line",
			    name, words_config_file(&evidence->config));
	free(name);
}

/* Of the service's keys at least one must be permitted, or no ticket can ever be read. */
static void judge_keys(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_keytab *keytab = &evidence->keytab;
	bool any = false, permitted = false;

	for (size_t i = 0; i < keytab->count; i++) {
		if (!principal || strcmp(keytab->keys[i].principal, principal))
			continue;
		any = true;
		permitted = permitted || probe_config_permits(&evidence->config, keytab->keys[i].enctype);
	}
	if (!any || permitted)
		return;
	line_is(lines, LINE_FAIL);
	line_say(lines, "of the keytab's keys of %s none is", principal);
	if (evidence->service.server &&
	    probe_config_permits(&evidence->config, evidence->service.ticket_enctype)) {
		line_remedy(lines,
			    "the KDC makes tickets with a type that is permitted: write that key into it:");
		words_ktadd(lines, evidence, principal);
	} else if (evidence->config.permitted_count) {
		line_remedy(lines, "make a key of a permitted type; %s:", words_new_key);
		words_ktadd_new(lines, evidence, principal, evidence->config.permitted[0]);
	}
}

void check_enctypes(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_config *config = &evidence->config;
	const struct probe_service *service = &evidence->service;
	char *permitted = words_enctypes(config->permitted, config->permitted_count);
	char *principal = evidence_principal(evidence);

	line_begin(lines, "enctypes");
	line_say(lines, "permitted here: %s", permitted);
	for (size_t i = 0; i < config->permitted_count; i++) {
		char *name = words_enctype(config->permitted[i]);

		line_item(lines, "permitted", name);
		free(name);
	}
	if (!config->permitted_count)
		line_is(lines, LINE_FAIL);
	if (evidence->asked && !service->late && !service->code) {
		/* What the ticket is sealed with is the acceptor's alone. */
		if (evidence->with_keytab)
			judge(lines, evidence, "ticket", service->ticket_enctype);
		judge(lines, evidence, "session", service->session_enctype);
	}
	if (evidence->with_keytab)
		judge_keys(lines, evidence, principal);
	else
		line_say(lines, "the service's side is judged where its keytab is (--as-server)");
	line_end(lines);
	free(permitted);
	free(principal);
}
