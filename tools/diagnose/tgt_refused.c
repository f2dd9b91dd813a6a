/* SPDX-License-Identifier: MIT */
/*
 * See tgt_refused.h. A KDC of MIT's says it in one way where it has a key of the ticket's version, and in
 * another where it has none; neither tells which ticket it was.
 */
#include "tools/diagnose/tgt_refused.h"

#include "tools/diagnose/ask.h"
#include "tools/diagnose/init_cause.h"

#include <krb5/krb5.h>
#include <string.h>

#define NOT_READ "PROCESS_TGS"

static const unsigned codes[] = {SAYS_BAD_INTEGRITY, SAYS_MODIFIED, SAYS_BADKEYVER, SAYS_NOKEY};

const struct model_step *tgt_refusal(const struct diagnose_case *c)
{
	const struct model_step *step = NULL;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0 || c->ap_req)
		return NULL;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	return step ? step : talk_says_text(c->init, NOT_READ);
}

static bool refuses(const struct probe_service *answer)
{
	for (size_t i = 0; answer && i < sizeof(codes) / sizeof(codes[0]); i++)
		if (answer->code == (int32_t)(ERROR_TABLE_BASE_krb5 + (long)codes[i]))
			return true;
	return answer && answer->code && answer->text && strstr(answer->text, NOT_READ);
}

const struct probe_ticket *tgt_refused(struct diagnose_case *c, const char **realm)
{
	const struct probe_ccache *cache = tgt_refusal(c) ? failed_cache(c) : NULL;

	for (size_t i = 0; cache && i < cache->count; i++) {
		const char *of = strncmp(cache->tickets[i].server, "krbtgt/", strlen("krbtgt/"))
					 ? NULL
					 : host_of(c, cache->tickets[i].server);

		/* Of what every KDC has; it may well be refused for another reason. */
		if (!of || !refuses(ask_service(c, case_format(c, "kadmin/changepw@%s", of))))
			continue;
		*realm = of;
		return &cache->tickets[i];
	}
	return NULL;
}
