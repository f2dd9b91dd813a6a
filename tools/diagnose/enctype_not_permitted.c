/* SPDX-License-Identifier: MIT */
/*
 * GT0012. One side permits no encryption type that the other has: of a ticket-granting ticket got before
 * permitted_enctypes was changed, of its own or a service's keys, or of a ticket that an acceptor is given.
 * An acceptor calls that a ticket that cannot be decrypted.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/client_keytab.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/doctor/words.h"

#include <stdlib.h>
#include <string.h>

static void list_evidence(struct diagnose_case *c, struct finding *finding, const int32_t *enctypes,
			  size_t count, const char *setting)
{
	char *list = words_enctypes(enctypes, count);

	finding_evidence(finding, "%s: %s", setting ? case_format(c, "%s has", setting) : "permitted are",
			 list);
	free(list);
}

/* By the setting that is in force. */
static void enctypes_evidence(struct diagnose_case *c, struct finding *finding,
			      const struct probe_enctypes *enctypes)
{
	bool named = strcmp(enctypes->setting, "permitted_enctypes") != 0;

	list_evidence(c, finding, enctypes->list, enctypes->count, named ? enctypes->setting : NULL);
}

static void permit_remedy(struct diagnose_case *c, struct finding *finding, const struct probe_config *config,
			  const char *setting, int32_t enctype, const char *before)
{
	finding_remedy(finding, "%sadd %s to %s in [libdefaults] of %s, or remove that line", before,
		       enctype_text(c, enctype), setting, words_config_file(config));
}

/* Is there a ticket of the realm, and is the type of its session key out of use. */
static bool of_ticket(struct diagnose_case *c, struct finding *finding, const struct probe_config *config)
{
	const struct probe_enctypes *enctypes = &config->for_tickets;
	const struct probe_ccache *cache = failed_cache(c);
	const struct probe_ticket *ticket = cache ? probe_ccache_tgt(cache) : NULL;
	bool anew = probe_config_kinit_suits(config);

	if (!ticket || !enctypes->count || probe_enctypes_have(enctypes, ticket->session_enctype))
		return false;
	finding_cause(
		finding,
		"the session key of the ticket-granting ticket in %s is of %s, which %s does not permit",
		cache->name, enctype_text(c, ticket->session_enctype), words_config_file(config));
	enctypes_evidence(c, finding, enctypes);
	if (anew) {
		finding_remedy(finding, "get a ticket anew:");
		kinit_remedy(c, finding, cache, cache->principal);
	}
	permit_remedy(c, finding, config, enctypes->setting, ticket->session_enctype,
		      anew ? "if the KDC gives it none of these types either, " : "");
	return true;
}

/* A service's own list of session key types comes before its keys, and one of them alone does not tell. */
static void look_at_service(struct diagnose_case *c, struct finding *finding,
			    const struct probe_config *config, const char *service)
{
	const struct probe_enctypes *enctypes = &config->for_tickets;

	finding_remedy(finding,
		       "see what the KDC goes by: session_enctypes of the service, and where that is not "
		       "set, its keys:");
	kadmin_remedy(c, finding, "getstrs", service);
	kadmin_remedy(c, finding, "getprinc", service);
	finding_remedy(finding, "if session_enctypes is set, and has none of %s's types, take it away:",
		       case_name(c, c->init));
	kadmin_remedy_of(c, finding, "delstr", service, "session_enctypes");
	finding_remedy(finding,
		       "if it is not set, permit a type that the service has keys of (%s in [libdefaults] of "
		       "%s), or make a key of one that is permitted, and write it into its keytab; %s:",
		       enctypes->setting, words_config_file(config), words_new_key);
	kadmin_remedy(c, finding, case_format(c, "ktadd -e %s:normal", enctype_text(c, enctypes->list[0])),
		      service);
}

/* The KDC found no type for the session key: why, its answer does not tell. */
static bool of_service(struct diagnose_case *c, struct finding *finding, const struct probe_config *config,
		       const struct model_step *step)
{
	const char *service = full_service(c, step);

	if (step != talk_says(c->init, SAYS_ETYPE_NOSUPP) || !failed_cache(c) || !service ||
	    !config->for_tickets.count)
		return false;
	finding_cause(finding,
		      "of the encryption types that %s asks for, by %s, the KDC takes none for a session key "
		      "of %s",
		      case_name(c, c->init), words_config_file(config), service);
	enctypes_evidence(c, finding, &config->for_tickets);
	look_at_service(c, finding, config, service);
	return true;
}

/* Who logs in, with a key of its client keytab or a password; NULL: nobody does. */
static const char *logs_in(struct diagnose_case *c, const struct model_step *step)
{
	const struct probe_keytab *keytab;

	if (login_by_password(step))
		return case_text(c, step->name);
	keytab = failed_cache(c) ? NULL : case_client_keytab(c);
	return keytab && keytab->state == PROBE_OK ? client_keytab_principal(keytab, wanted_client(c, step))
						   : NULL;
}

/* The KDC found none either that it has a key of the initiator's own of, whatever the keytab has. */
static bool of_login(struct diagnose_case *c, struct finding *finding, const struct probe_config *config,
		     const struct model_step *step)
{
	const char *principal = step == talk_says(c->init, SAYS_ETYPE_NOSUPP) ? logs_in(c, step) : NULL;

	if (!principal || !config->for_login.count)
		return false;
	finding_cause(finding,
		      "%s logs in as %s, and the KDC has no key of it of an encryption type that %s permits",
		      case_name(c, c->init), principal, words_config_file(config));
	if (!login_by_password(step))
		finding_evidence(finding, "%s", keytab_text(c, case_client_keytab(c), principal));
	enctypes_evidence(c, finding, &config->for_login);
	finding_remedy(finding,
		       "permit a type that it has keys of (%s in [libdefaults] of %s); the KDC shows which:",
		       config->for_login.setting, words_config_file(config));
	kadmin_remedy(c, finding, "getprinc", principal);
	return true;
}

static bool of_acceptor(struct diagnose_case *c, struct finding *finding)
{
	const struct probe_config *config;
	int32_t enctype;

	if (!c->acc || case_failed(c) != c->acc || !case_enctype(c, &enctype))
		return false;
	config = case_config(c, c->acc);
	if (!config || !config->permitted_count || probe_config_permits(config, enctype))
		return false;
	finding_cause(finding, "the ticket is of %s, which %s, the configuration of %s, does not permit",
		      enctype_text(c, enctype), words_config_file(config), case_name(c, c->acc));
	ticket_evidence(c, finding);
	acceptor_evidence(c, finding);
	list_evidence(c, finding, config->permitted, config->permitted_count, NULL);
	permit_remedy(c, finding, config, "permitted_enctypes", enctype, "");
	finding_remedy(finding,
		       "or give the service keys of a permitted type alone, and its clients new tickets");
	return true;
}

bool diagnose_enctype_not_permitted(struct diagnose_case *c, struct finding *finding)
{
	static const unsigned codes[] = {SAYS_CC_NOT_KTYPE, SAYS_ETYPE_NOSUPP, SAYS_NOPERM_ETYPE};
	const struct model_step *step = NULL;
	const struct probe_config *config;

	if (of_acceptor(c, finding))
		return true;
	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0)
		return false;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	config = step ? case_config(c, c->init) : NULL;
	if (!config || (!of_ticket(c, finding, config) && !of_login(c, finding, config, step) &&
			!of_service(c, finding, config, step)))
		return false;
	said_evidence(c, finding, step);
	return true;
}
