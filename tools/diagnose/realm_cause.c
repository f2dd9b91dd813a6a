/* SPDX-License-Identifier: MIT */
/* See realm_cause.h. */
#include "tools/diagnose/realm_cause.h"

#include "tools/diagnose/init_cause.h"
#include "tools/doctor/kdc.h"
#include "tools/doctor/words.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

const struct model_step *realm_step(const struct diagnose_case *c)
{
	static const unsigned codes[] = {SAYS_KDC_UNREACH, SAYS_REALM_UNKNOWN, SAYS_REALM_CANT_RESOLVE,
					 SAYS_HOST_REALM_UNKNOWN, SAYS_WRONG_REALM};
	const struct model_step *step;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0)
		return NULL;
	step = talk_says(c->init, SAYS_SERVER_UNKNOWN);
	if (step && krbtgt_unknown(step))
		return step;
	step = NULL;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	return step;
}

/* libkrb5 quotes it either way. */
const char *realm_in_text(struct diagnose_case *c, const struct model_step *step)
{
	const char *text = step ? case_text(c, step->text) : NULL, *at = text ? strstr(text, "realm ") : NULL;
	size_t length;

	if (!at || (at[6] != '\'' && at[6] != '"'))
		return NULL;
	length = strcspn(at + 7, (char[]){at[6], 0});
	return length ? case_format(c, "%.*s", (int)length, at + 7) : NULL;
}

const char *client_realm(struct diagnose_case *c)
{
	const struct probe_ccache *cache = c->init ? case_ccache(c) : NULL;
	const struct probe_config *config = c->init ? case_config(c, c->init) : NULL;
	const char *realm = realm_of(case_client(c));

	if (!realm && cache)
		realm = realm_of(cache->principal);
	return realm ? realm : config ? config->default_realm : NULL;
}

bool is_foreign(struct diagnose_case *c, const char *realm)
{
	const char *own = client_realm(c);

	return own && strcmp(own, realm) != 0;
}

bool kdcs_answer(const struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++) {
		const struct probe_answer *answer = probe_kdc_answer(&kdcs->list[i]);

		if (kdcs->list[i].proxy || (answer->asked && !answer->error))
			return true;
	}
	return false;
}

static bool in_capitals(const char *realm)
{
	for (; *realm; realm++)
		if (islower((unsigned char)*realm))
			return false;
	return true;
}

const char *no_kdc_of(struct diagnose_case *c, const struct probe_kdcs *kdcs)
{
	const struct probe_config *config = case_config(c, case_failed(c));

	if (kdcs->count)
		return case_format(c, "no KDC of %s answers", kdcs->realm);
	if (kdcs->late)
		return case_format(c, "name services do not tell in time where the KDCs of %s are",
				   kdcs->realm);
	return case_format(
		c, "nothing names a KDC of %s: not [realms] of %s%s", kdcs->realm, words_config_file(config),
		config->dns_lookup_kdc ? ", and not DNS (_kerberos._udp)" : "; dns_lookup_kdc is false");
}

static void say_answers(struct diagnose_case *c, struct finding *finding, const struct probe_kdc *kdc)
{
	static const char *const names[] = {"UDP", "TCP"};
	const char *said = NULL;

	for (int i = 0; i < PROBE_TRANSPORTS && !kdc->text; i++)
		if (kdc->answers[i].asked)
			said = case_format(c, "%s%s%s: %s", said ? said : "", said ? ", " : "", names[i],
					   kdc->answers[i].error == ETIMEDOUT
						   ? "no answer within 2 s"
						   : strerror(kdc->answers[i].error));
	finding_evidence(finding, "KDC %s: %s", kdc->named,
			 kdc->text ? kdc->text
			 : said	   ? said
				   : "not asked");
	if (kdc->text)
		finding_remedy(finding, "put the host of %s into DNS or /etc/hosts, or correct its name",
			       kdc->named);
	else
		finding_remedy(finding, "start the KDC at %s, or let UDP and TCP through to it", kdc->shown);
}

void no_kdc_remedies(struct diagnose_case *c, struct finding *finding, const struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++)
		say_answers(c, finding, &kdcs->list[i]);
	if (kdcs->count)
		return;
	if (!in_capitals(kdcs->realm))
		finding_remedy(finding, "realms are written in capitals as a rule: is %s the right one?",
			       kdcs->realm);
	finding_remedy(finding, "write into [realms] of %s: %s = { kdc = HOST }",
		       words_config_file(case_config(c, case_failed(c))), kdcs->realm);
}
