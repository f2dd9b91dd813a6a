/* SPDX-License-Identifier: MIT */
/* GT0003. The name that the KDC was asked for is rarely the one that somebody typed: both are told. */
#include "tools/diagnose/checks.h"

#include <arpa/inet.h>
#include <string.h>

/* The host of "host@a" or "host/a@R". */
static const char *host_of(struct diagnose_case *c, const char *name)
{
	const char *host = name ? strpbrk(name, "@/") : NULL;

	return host ? case_format(c, "%.*s", (int)strcspn(host + 1, "@"), host + 1) : NULL;
}

static bool is_address(const char *host)
{
	unsigned char address[16];

	return host && (inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1);
}

/* "Server krbtgt/B@A not found": a realm is not known, not a service. */
static bool about_a_realm(const struct model_step *step)
{
	return step->text.at && memmem(step->text.at, step->text.length, "Server krbtgt/", 14);
}

bool diagnose_service_unknown(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = talk_says(c->init, SAYS_SERVER_UNKNOWN);
	const char *asked = case_asked(c), *service = case_service(c), *host;

	if (!step || about_a_realm(step) || case_failed(c) != c->init)
		return false;
	if (!service)
		service = asked ? asked : "the service";
	host = host_of(c, asked ? asked : service);
	finding_cause(finding, "no KDC of its realm knows %s", service);
	finding_evidence(finding, "%s", case_said(c, c->init, step));
	if (asked && strcmp(asked, service))
		finding_evidence(finding, "the program asked for %s", asked);
	if (is_address(host)) {
		finding_evidence(finding, "%s is an address, and services are known by names", host);
		finding_remedy(finding, "connect to the host by the name that its service has in the KDC");
	}
	finding_remedy(finding, "if the name is right, make it and give its key to the server:");
	finding_command(finding, "kadmin -q %s",
			case_word(c, case_format(c, "addprinc -randkey %s", service)));
	finding_command(finding, "kadmin -q %s", case_word(c, case_format(c, "ktadd %s", service)));
	return true;
}
