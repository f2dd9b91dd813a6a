/* SPDX-License-Identifier: MIT */
/*
 * GT0003. The name that the KDC was asked for is rarely the one that somebody typed: both are told, and the
 * KDC is asked for both.
 */
#include "tools/diagnose/service_unknown.h"

#include "tools/diagnose/ask.h"
#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/realm_cause.h"

#include <arpa/inet.h>
#include <krb5/krb5.h>
#include <string.h>

static bool is_address(const char *host)
{
	unsigned char address[16];

	return host && (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1);
}

const struct model_step *unknown_service(const struct diagnose_case *c)
{
	const struct model_step *step = talk_says(c->init, SAYS_SERVER_UNKNOWN);

	return step && case_failed(c) == c->init && !krbtgt_unknown(step) ? step : NULL;
}

static bool still_unknown(const struct probe_service *answer)
{
	return answer && answer->code == KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN;
}

/* The principal with the host's name as the program gave it, where this one was asked for; or NULL. */
static const char *as_given(struct diagnose_case *c, const char *service, const char *realm)
{
	const char *host = host_of(c, case_asked(c)), *other = host_of(c, service);

	if (!host || !other || !*host || !strcasecmp(host, other))
		return NULL;
	return case_format(c, "%.*s/%s@%s", (int)strcspn(service, "/@"), service, host, realm ? realm : "");
}

const char *better_name(struct diagnose_case *c, const struct model_step *step)
{
	const char *service = wanted_service(c, step), *given = as_given(c, service, realm_of(service));

	return given && !still_unknown(ask_service(c, given)) ? given : NULL;
}

const char *better_than_guessed(struct diagnose_case *c, const struct model_step *step)
{
	const char *service = case_service(c), *given;
	const struct probe_service *answer;

	/* One that [domain_realm] has comes with its realm. */
	if (!service || realm_of(service) || !krbtgt_unknown(step))
		return NULL;
	given = as_given(c, service, client_realm(c));
	answer = given ? ask_service(c, given) : NULL;
	return answer && !answer->code ? given : NULL;
}

/* A KDC says the same of a service that it does not know and of one that it has locked. */
static void remedies(struct diagnose_case *c, struct finding *finding, const char *service,
		     enum ask_client as_client)
{
	if (as_client != ASK_UNKNOWN) {
		finding_remedy(finding, "%slet it have tickets again:",
			       as_client == ASK_KNOWN ? "" : "if it is there, and locked, ");
		kadmin_remedy(c, finding, "modprinc +allow_tix", service);
	}
	if (as_client == ASK_KNOWN)
		return;
	finding_remedy(finding, "if %sthe name is right, make it and give its key to the server:",
		       as_client == ASK_UNKNOWN ? "" : "it is not there, and ");
	kadmin_remedy(c, finding, "addprinc -randkey", service);
	ktadd_default(c, finding, service);
}

static void say_cause(struct finding *finding, const char *service, enum ask_client as_client)
{
	switch (as_client) {
	case ASK_KNOWN:
		finding_cause(finding,
			      "the KDC has %s and gives nobody a ticket for it: it is locked, or no service",
			      service);
		finding_evidence(finding, "it knows it as a client");
		break;
	case ASK_UNKNOWN:
		finding_cause(finding, "no KDC of its realm knows %s", service);
		finding_evidence(finding, "nor does it know a client of that name: it is not locked");
		break;
	case ASK_UNTOLD:
		finding_cause(finding,
			      "the KDC gives no ticket for %s: it does not know it, or has locked it",
			      service);
		break;
	}
}

bool diagnose_service_unknown(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = unknown_service(c);
	const char *asked = case_asked(c), *service = step ? wanted_service(c, step) : NULL, *host, *given;
	const struct probe_service *answer;
	enum ask_client as_client;

	if (!service || better_name(c, step))
		return false;
	answer = ask_service(c, service);
	if (answer && !answer->code) {
		list_take(&c->unseen, must_format("what the KDC knew then: by now it knows %s", service));
		return false;
	}
	host = host_of(c, asked ? asked : service);
	given = as_given(c, service, realm_of(service));
	as_client = still_unknown(answer) ? ask_client(c, c->init, service) : ASK_UNTOLD;
	said_evidence(c, finding, step);
	if (still_unknown(answer))
		finding_evidence(finding, "asked again, the KDC says the same");
	say_cause(finding, service, as_client);
	if (asked && strcmp(asked, service))
		finding_evidence(finding, "the program asked for %s", asked);
	if (given)
		finding_evidence(
			finding,
			"libkrb5 has replaced the host's name; the KDC gives no ticket for %s either", given);
	if (is_address(host)) {
		finding_evidence(finding, "%s is an address, and services are known by names", host);
		finding_remedy(finding, "connect to the host by the name that its service has in the KDC");
		return true;
	}
	remedies(c, finding, service, as_client);
	return true;
}
