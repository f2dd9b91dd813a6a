/* SPDX-License-Identifier: MIT */
/*
 * GT0104. libzmq takes its principals for service@host unless a second option says what they are. A principal
 * that is none is asked for as another one, "alice/realm" for "alice@REALM": a credential of that name is not
 * found, or the KDC does not know the service; or libgssapi goes on with whatever else it has.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/zmq_cause.h"

#include <string.h>

/* A principal of one end that is taken for service@host. */
struct misread {
	const struct model_zmq_end *end;
	struct model_text name;
	bool service; /* the one that is asked for, not the own one */
};

static bool is_given(struct model_text name)
{
	return name.at && name.length && !memchr(name.at, 0, name.length);
}

static bool has_realm(struct model_text name, const char *realm)
{
	const char *at = memchr(name.at, '@', name.length);

	return at && realm && !strcmp(at + 1, realm);
}

/* A service's name has no slash. */
static bool has_slash(struct model_text name)
{
	return memchr(name.at, '/', strcspn(name.at, "@"));
}

static bool is_principal(const char *principal, struct model_text name)
{
	size_t length = strlen(name.at);

	return !strncmp(principal, name.at, length) && (!principal[length] || principal[length] == '@');
}

/* Is it known to be a principal: by its realm, or since there is a key or a ticket of it? */
static bool is_known(struct diagnose_case *c, const struct model_talk *talk, struct model_text name)
{
	const struct probe_keytab *keytab = talk == c->acc ? case_keytab(c) : NULL;
	const struct probe_ccache *cache = talk == c->init ? case_ccache(c) : NULL;
	const struct probe_config *config = case_config(c, talk);

	for (size_t i = 0; keytab && keytab->state == PROBE_OK && i < keytab->count; i++)
		if (is_principal(keytab->keys[i].principal, name))
			return true;
	if (cache && cache->state == PROBE_OK && cache->principal &&
	    (is_principal(cache->principal, name) || has_realm(name, realm_of(cache->principal))))
		return true;
	return config && has_realm(name, config->default_realm);
}

static const struct model_step *failed_by(const struct model_talk *talk, struct model_text name, bool service)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (step->failed && service == (step->call == TR_gss_init_sec_context) &&
		    model_text_same(step->name, name))
			return step;
	return NULL;
}

/* The own principal first: without it the other is not asked for. */
static bool misread(struct diagnose_case *c, const struct model_talk *talk, struct misread *found,
		    const struct model_step **step)
{
	for (int service = 0; service < 2; service++)
		for (const struct model_zmq_end *end = NULL; (end = model_zmq_end_next(talk, end));) {
			const struct model_zmq_options *options = &end->options;
			struct model_text name = service ? options->service : options->principal;

			if (end->injected || !is_given(name) ||
			    (service ? options->service_type : options->principal_type))
				continue;
			*step = failed_by(talk, name, service);
			if (!*step || (!has_slash(name) && !is_known(c, talk, name)))
				continue;
			*found = (struct misread){end, name, service};
			return true;
		}
	return false;
}

static bool is_passed_over(const struct model_talk *talk, const struct model_zmq_end *end)
{
	struct model_text name = end->options.principal;

	return !end->injected && is_given(name) && !end->options.principal_type &&
	       (has_slash(name) || has_realm(name, realm_of(talk->initiator.at))) &&
	       !names_principal(talk->initiator.at, name.at);
}

bool principal_passed_over(const struct model_talk *talk)
{
	const struct model_zmq_end *end = NULL;
	bool any = false;

	if (talk->role != TR_ROLE_INITIATOR || talk->outcome != TR_OUTCOME_ESTABLISHED ||
	    !is_given(talk->initiator))
		return false;
	while ((end = model_zmq_end_next(talk, end))) {
		if (!is_passed_over(talk, end))
			return false;
		any = true;
	}
	return any;
}

static void say(struct diagnose_case *c, struct finding *finding, const struct misread *m)
{
	const char *name = case_text(c, m->name), *option = m->service ? "SERVICE_PRINCIPAL" : "PRINCIPAL";
	size_t service = strcspn(name, "@/");
	const char *host = host_of(c, name);

	finding_evidence(finding,
			 "ZMQ_GSSAPI_%s is %s, and ZMQ_GSSAPI_%s_NAMETYPE is ZMQ_GSSAPI_NT_HOSTBASED", option,
			 name, option);
	finding_remedy(
		finding,
		"let the program set ZMQ_GSSAPI_%s_NAMETYPE to ZMQ_GSSAPI_NT_KRB5_PRINCIPAL (2), or to "
		"ZMQ_GSSAPI_NT_USER_NAME (1)",
		option);
	if (name[service] == '/' && host && *host)
		finding_remedy(finding, "or set ZMQ_GSSAPI_%s to %.*s@%s", option, (int)service, name, host);
	finding->alone = has_slash(m->name);
}

static bool established_by_another(struct diagnose_case *c, struct finding *finding)
{
	struct misread m = {.end = model_zmq_end_next(c->init, NULL)};

	m.name = m.end->options.principal;
	finding_cause(finding,
		      "%s is to be %s, which is taken for service@host, and is %s to its peer instead",
		      zmq_end_text(c, c->init), case_text(c, m.name), case_text(c, c->init->initiator));
	say(c, finding, &m);
	return true;
}

bool diagnose_zmq_name_type(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step;
	struct misread m;

	if (c->init && principal_passed_over(c->init))
		return established_by_another(c, finding);
	if (!talk || !misread(c, talk, &m, &step))
		return false;
	finding_cause(finding, "%s %s %s, which is taken for service@host", zmq_end_text(c, talk),
		      m.service ? "asks for" : "is to be", case_text(c, m.name));
	say(c, finding, &m);
	finding_evidence(finding, "%s", case_said(c, talk, step));
	return true;
}
