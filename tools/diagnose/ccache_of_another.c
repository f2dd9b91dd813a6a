/* SPDX-License-Identifier: MIT */
/*
 * GT0002. The program asked for credentials of one principal, and the cache, or each cache of the collection,
 * has tickets of another. Servers run into it that ask for a credential for both uses.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/client_keytab.h"
#include "tools/diagnose/init_cause.h"

#include <string.h>

static const struct model_step *mismatch(const struct model_talk *talk)
{
	const struct model_step *step = talk_says_text(talk, "does not match desired name");

	return step ? step : talk_says_text(talk, "Can't find client principal");
}

static bool is_collection(const struct probe_ccache *cache)
{
	return strcmp(cache->type, "FILE") && strcmp(cache->type, "MEMORY");
}

bool diagnose_ccache_of_another(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_ccache *cache = failed_cache(c);
	const struct model_step *step = cache ? mismatch(c->init) : NULL;
	const char *wanted = step ? wanted_client(c, step) : NULL;

	if (!wanted || names_principal(cache->principal, wanted) || client_keytab_fails(c))
		return false;
	finding_cause(finding, "%s asks for credentials of %s, and %s has tickets of %s",
		      case_name(c, c->init), wanted, cache->name, cache->principal);
	said_evidence(c, finding, step);
	if (is_collection(cache))
		finding_evidence(finding, "no cache of the collection has tickets of %s", wanted);
	kinit_beside_remedy(c, finding, cache, wanted);
	finding_remedy(finding,
		       "or take the name away where the program gives it, and it is %s; a server that only "
		       "accepts needs no ticket: let it ask for accepting alone",
		       cache->principal);
	return true;
}
