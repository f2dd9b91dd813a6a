/* SPDX-License-Identifier: MIT */
/* See ask.h. Of each question the last answer is kept, until the program ends. */
#include "tools/diagnose/ask.h"

#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/local.h"
#include "tools/doctor/kdc.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define GOOD_S 5
#define WAIT_MS 2000

struct kept {
	char *question;
	time_t asked;
};

static struct kept kept_service, kept_kdcs, kept_client;
static struct probe_service service;
static struct probe_kdcs kdcs, of_client;

/* Was this the last question, and is its answer still good? Else it is the last one from now on. */
static bool answered(struct kept *kept, const char *question)
{
	time_t now = time(NULL);

	if (kept->question && !strcmp(kept->question, question) && now - kept->asked < GOOD_S)
		return true;
	free(kept->question);
	kept->question = must_strdup(question);
	kept->asked = now;
	return false;
}

/* What an answer depends on. */
static const char *question(struct diagnose_case *c, const struct model_talk *talk, const char *cache,
			    const char *about)
{
	const char *config = talk_setting(c, talk, TR_F_KRB5_CONFIG);

	return case_format(c, "%s\n%s\n%s", config ? config : "", cache, about);
}

const struct probe_service *ask_service(struct diagnose_case *c, const char *principal)
{
	const struct probe_ccache *cache = c->init ? case_ccache(c) : NULL;
	struct probe_target target = {.principal = principal};

	if (!cache || cache->state != PROBE_OK || !principal)
		return NULL;
	if (!answered(&kept_service, question(c, c->init, cache->name, principal))) {
		probe_service_free(&service);
		if (!local_enter(c->init))
			return NULL;
		target.service = target.host = "";
		probe_service_ask(&service, cache->name, &target, WAIT_MS);
		local_leave();
	}
	return service.late ? NULL : &service;
}

/* client: NULL: nobody. */
static const struct probe_kdcs *ask(struct diagnose_case *c, const struct model_talk *talk,
				    struct probe_kdcs *answer, struct kept *kept, const char *realm,
				    const char *client)
{
	const struct probe_config *config = talk ? case_config(c, talk) : NULL;
	struct probe_kdc_question what = {
		.realm = realm, .client = client, .find_ms = WAIT_MS, .ask_ms = WAIT_MS};

	if (!config || !realm)
		return NULL;
	if (!answered(kept, question(c, talk, "", client ? client : realm))) {
		probe_kdcs_free(answer);
		if (!local_enter(talk))
			return NULL;
		what.dns = config->dns_lookup_kdc;
		probe_kdcs_ask(answer, &what);
		local_leave();
	}
	return answer;
}

const struct probe_kdcs *ask_kdcs(struct diagnose_case *c, const char *realm)
{
	return ask(c, c->init, &kdcs, &kept_kdcs, realm, NULL);
}

/* Have all that answered said this? */
static bool all_say(const struct probe_kdcs *answers, int32_t code)
{
	bool any = false;

	for (size_t i = 0; i < answers->count; i++) {
		const struct probe_answer *answer = probe_kdc_answer(&answers->list[i]);

		if (!answer->asked || answer->error)
			continue;
		if (!answer->has_code || answer->code != code)
			return false;
		any = true;
	}
	return any;
}

/* Both the client and the service of what is asked may be unknown: nobody's answer tells which comes first.
 */
enum ask_client ask_client(struct diagnose_case *c, const struct model_talk *talk, const char *principal)
{
	const char *realm = realm_of(principal);
	const struct probe_kdcs *nobody = ask(c, talk, &kdcs, &kept_kdcs, realm, NULL), *somebody;

	if (!nobody || !all_say(nobody, KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN))
		return ASK_UNTOLD;
	somebody = ask(c, talk, &of_client, &kept_client, realm, principal);
	if (somebody && all_say(somebody, KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN))
		return ASK_UNKNOWN;
	return somebody && all_say(somebody, KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN) ? ASK_KNOWN : ASK_UNTOLD;
}
