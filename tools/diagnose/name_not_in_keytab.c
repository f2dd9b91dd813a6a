/* SPDX-License-Identifier: MIT */
/* GT0007. The server asks for its own name at start, before any client comes; a client of libzmq as well. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/zmq_cause.h"

#include <string.h>
#include <strings.h>

/* Is "host/a@R" what "host@a", "host@" or "host/a@R" means? */
static bool matches(const char *principal, const char *name)
{
	size_t service = strcspn(name, "@/");
	const char *host = name[service] ? name + service + 1 : "";
	size_t length = strcspn(host, "@");

	if (!strcmp(principal, name))
		return true;
	if (strncmp(principal, name, service) || principal[service] != '/')
		return false;
	return !length || (!strncasecmp(principal + service + 1, host, length) &&
			   principal[service + 1 + length] == '@');
}

/* "host@a" as a principal, "host/a"; NULL: a service without a host is none. */
static const char *principal_of(struct diagnose_case *c, const char *name)
{
	size_t service = strcspn(name, "@/");

	if (name[service] != '@')
		return name;
	return name[service + 1] ? case_format(c, "%.*s/%s", (int)service, name, name + service + 1) : NULL;
}

/* libzmq's own GSSAPI gives a client's name a credential for both uses. */
static bool connects(const struct model_zmq_end *end)
{
	return !end->injected && !end->options.server;
}

static const struct model_step *asked(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->failed && step->name.at && step->usage != 1 &&
		    step->call != TR_gss_init_sec_context && step->call != TR_gss_accept_sec_context)
			return step;
	return NULL;
}

bool diagnose_name_not_in_keytab(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->acc ? asked(c->acc) : NULL;
	const struct probe_keytab *keytab;
	const char *name;
	bool client;

	if (!step || case_failed(c) != c->acc)
		return false;
	keytab = case_keytab(c);
	name = case_text(c, step->name);
	if (!keytab || keytab->state != PROBE_OK || !name)
		return false;
	for (size_t i = 0; i < keytab->count; i++)
		if (matches(keytab->keys[i].principal, name))
			return false;
	client = zmq_ends_all(c->acc, connects);
	finding_cause(finding,
		      client ? "%s asks for a credential of %s for both uses, and %s has no key of it"
			     : "%s asks for %s, and %s has no key of it",
		      case_name(c, c->acc), name, keytab->name);
	finding_evidence(finding, "%s", keytab_text(c, keytab, NULL));
	finding_evidence(finding, "%s", case_said(c, c->acc, step));
	finding_remedy(finding,
		       client ? "an initiator needs no key: leave ZMQ_GSSAPI_PRINCIPAL away, and the "
				"ticket cache tells who it is; or put the key in:"
			      : "let the program accept for any name that its keytab has (no name, or the "
				"service alone), or put the key in:");
	ktadd_maybe_new(c, finding, c->acc, keytab, principal_of(c, name) ? principal_of(c, name) : name);
	return true;
}
