/* SPDX-License-Identifier: MIT */
/* See ask.h. Of each question the last answer is kept, until the program ends. */
#include "tools/diagnose/ask.h"

#include "tools/diagnose/local.h"
#include "tools/doctor/kdc.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GOOD_S 5
#define WAIT_MS 2000

struct kept {
	char *question;
	time_t asked;
};

static struct kept kept_service, kept_kdcs;
static struct probe_service service;
static struct probe_kdcs kdcs;

/* Was this the last question, and is its answer still good? Else it is the last one from now on. */
static bool answered(struct kept *kept, const char *question)
{
	time_t now = time(NULL);

	if (kept->question && !strcmp(kept->question, question) && now - kept->asked < GOOD_S)
		return true;
	free(kept->question);
	kept->question = elf_strdup(question);
	kept->asked = now;
	return false;
}

/* What an answer depends on. */
static const char *question(struct diagnose_case *c, const char *cache, const char *about)
{
	const char *config = talk_setting(c, c->init, TR_F_KRB5_CONFIG);

	return case_format(c, "%s\n%s\n%s", config ? config : "", cache, about);
}

const struct probe_service *ask_service(struct diagnose_case *c, const char *principal)
{
	const struct probe_ccache *cache = c->init ? case_ccache(c) : NULL;
	struct probe_target target = {.principal = principal};

	if (!cache || cache->state != PROBE_OK || !principal)
		return NULL;
	if (!answered(&kept_service, question(c, cache->name, principal))) {
		probe_service_free(&service);
		if (!local_enter(c->init))
			return NULL;
		target.service = target.host = "";
		probe_service_ask(&service, cache->name, &target, WAIT_MS);
		local_leave();
	}
	return service.late ? NULL : &service;
}

const struct probe_kdcs *ask_kdcs(struct diagnose_case *c, const char *realm)
{
	const struct probe_config *config = c->init ? case_config(c, c->init) : NULL;
	struct probe_kdc_question what = {.realm = realm, .find_ms = WAIT_MS, .ask_ms = WAIT_MS};

	if (!config || !realm)
		return NULL;
	if (!answered(&kept_kdcs, question(c, "", realm))) {
		probe_kdcs_free(&kdcs);
		if (!local_enter(c->init))
			return NULL;
		what.dns = config->dns_lookup_kdc;
		probe_kdcs_ask(&kdcs, &what);
		local_leave();
	}
	return &kdcs;
}
