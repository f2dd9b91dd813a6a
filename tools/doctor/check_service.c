/* SPDX-License-Identifier: MIT */
/* Does the KDC know the service, and is the ticket that the client has for it still of the service's key? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/names/names.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>

static void say_why_not_asked(struct lines *lines, const struct evidence *evidence)
{
	line_is(lines, LINE_SKIP);
	if (!evidence->answered)
		line_say(lines, "not asked: no KDC answers");
	else if (evidence->question->as_server)
		line_say(lines, "not asked: the keytab has no key to ask with");
	else
		line_say(lines, "not asked: there is no valid ticket-granting ticket to ask with");
}

static void say_unknown(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_names *names = &evidence->names;
	/* Of who logs in it is told whether it is locked. */
	bool as_client = evidence->service.code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN;

	if (as_client)
		line_say(lines, "the KDC does not know %s", principal);
	else
		line_say(lines, "the KDC gives no ticket for %s: it does not know it, or has locked it",
			 principal);
	if (names->is_address) {
		line_remedy(lines, "ask for the name of the host, not for its address (see names)");
		return;
	}
	line_remedy(lines, "correct the name of service and host: upper and lower case count");
	if (!as_client)
		line_remedy(lines, "kadmin's getprinc tells which; modprinc +allow_tix lets it have tickets "
				   "again");
	line_remedy(lines, "where it does not exist, have it made%s:",
		    evidence->with_keytab ? ", and give the host its key" : "");
	words_kadmin(lines, "addprinc -randkey", principal);
	if (evidence->with_keytab)
		words_ktadd(lines, evidence, principal);
}

/* The answer does not tell whether the service has a list of its own. */
static void say_no_enctype(struct lines *lines, const char *principal)
{
	line_say(lines,
		 "the KDC takes none of the encryption types that it is asked with for a session key of %s "
		 "(see enctypes)",
		 principal);
	line_remedy(lines, "look for session_enctypes, which says what it takes for this service:");
	words_kadmin(lines, "getstrs", principal);
	line_remedy(lines, "where it is set, and has none of these types, take it away:");
	words_kadmin_of(lines, "delstr", principal, " session_enctypes");
	line_remedy(lines, "where it is not set, give the service new keys; %s:", words_new_key);
	words_kadmin(lines, "cpw -randkey", principal);
}

/* As the error of the exchange is understood; what is not is libkrb5's message alone. */
static void say_error(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_service *service = &evidence->service;

	switch (service->code) {
	case KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN:
		say_unknown(lines, evidence, principal);
		break;
	case KRB5KDC_ERR_ETYPE_NOSUPP:
		say_no_enctype(lines, principal);
		break;
	case KRB5_CC_NOT_KTYPE:
		line_say(lines,
			 "the cache's tickets are of encryption types that are not permitted here (see tgt)");
		break;
	case KRB5KDC_ERR_POLICY:
	case KRB5KDC_ERR_CANNOT_POSTDATE:
		line_say(lines, "the KDC's policy gives no ticket for %s: %s", principal, service->text);
		line_remedy(lines, "look at what is allowed for it:");
		words_kadmin(lines, "getprinc", principal);
		break;
	case KRB5KRB_AP_ERR_SKEW:
	case KRB5KRB_AP_ERR_TKT_NYV:
		line_say(lines, "the KDC refuses for the clock: %s", service->text);
		line_remedy(lines, "set the clock right first (see clock)");
		break;
	case KRB5KRB_AP_ERR_TKT_EXPIRED:
		line_say(lines, "the KDC takes the ticket-granting ticket for expired");
		words_kinit(lines, evidence);
		break;
	default:
		line_say(lines, "no ticket for %s: %s", principal, service->text);
	}
}

static void say_known(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_service *service = &evidence->service;
	char *ticket = words_enctype(service->ticket_enctype),
	     *session = words_enctype(service->session_enctype);

	line_say(lines, "the KDC knows %s: kvno %u, ticket %s, session %s", service->server,
		 (unsigned)service->kvno, ticket, session);
	line_text(lines, "server", service->server);
	line_number(lines, "kvno", service->kvno);
	line_text(lines, "ticket_enctype", ticket);
	line_text(lines, "session_enctype", session);
	line_time(lines, "end", service->end);
	if (name_enctype_weak(service->ticket_enctype) || name_enctype_weak(service->session_enctype)) {
		line_is(lines, LINE_WARN);
		line_say(lines, "such encryption can be broken, and is being removed everywhere");
		line_remedy(lines, "give the service keys of today; %s:", words_new_key);
		words_kadmin(lines, "cpw -randkey", service->server);
	}
	free(ticket);
	free(session);
}

/* With the key of a keytab there are errors before the service is asked for: those are the key's line. */
static bool login_failed(const struct evidence *evidence)
{
	return evidence->asked == EVIDENCE_BY_KEY && !evidence->service.logged_in && !evidence->service.late;
}

void check_service(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_service *service = &evidence->service;
	char *principal = evidence_principal(evidence);

	line_begin(lines, "service");
	line_text(lines, "principal", principal);
	if (!evidence->asked) {
		say_why_not_asked(lines, evidence);
	} else if (service->late) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "the KDC gives no ticket for %s within seconds", principal);
		line_remedy(lines, "look at the KDCs' load and at the way to them (see kdc)");
	} else if (login_failed(evidence) && service->code == KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN) {
		line_is(lines, LINE_FAIL);
		say_unknown(lines, evidence, principal);
		line_number(lines, "code", service->code);
	} else if (login_failed(evidence)) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "not asked: the keytab's key does not log in (see key)");
	} else if (service->code) {
		line_is(lines, LINE_FAIL);
		say_error(lines, evidence, principal);
		line_number(lines, "code", service->code);
		line_text(lines, "message", service->text);
	} else {
		say_known(lines, evidence);
	}
	line_end(lines);
	free(principal);
}

/* Will the service have the key of the ticket that the client goes on using? */
static void judge_old(struct lines *lines, const struct evidence *evidence, const struct probe_ticket *ticket)
{
	const char *principal = ticket->server;
	char *cache = line_word(evidence->cache.name);

	line_say(lines, "it is of kvno %u, and the KDC gives kvno %u now", (unsigned)ticket->kvno,
		 (unsigned)evidence->service.kvno);
	if (evidence->with_keytab && evidence->keytab.state == PROBE_OK &&
	    probe_keytab_has_key(&evidence->keytab, principal, ticket->kvno, ticket->ticket_enctype)) {
		line_say(lines, "the keytab has that key still");
	} else {
		line_is(lines, evidence->with_keytab ? LINE_FAIL : LINE_WARN);
		line_say(lines, evidence->with_keytab ? "the keytab has not got that key"
						      : "a service that did not keep its old key refuses it");
		line_remedy(lines, "throw the old ticket away:");
		line_command(lines, "kdestroy -c %s", cache);
		words_kinit(lines, evidence);
	}
	free(cache);
}

void check_ticket(struct lines *lines, const struct evidence *evidence)
{
	char *principal = evidence_principal(evidence);
	const struct probe_ticket *ticket =
		principal ? probe_ccache_ticket(&evidence->cache, principal) : NULL;
	char *end = ticket ? words_time(ticket->end) : NULL;

	free(principal);
	if (!ticket || !ticket->decoded || ticket->end <= evidence->now)
		return;
	line_begin(lines, "ticket");
	line_text(lines, "server", ticket->server);
	line_number(lines, "kvno", ticket->kvno);
	line_time(lines, "end", ticket->end);
	line_say(lines, "the cache has one for %s until %s", ticket->server, end);
	if (evidence->asked && !evidence->service.code && !evidence->service.late &&
	    ticket->kvno != evidence->service.kvno)
		judge_old(lines, evidence, ticket);
	line_end(lines);
	free(end);
}
