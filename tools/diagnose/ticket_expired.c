/* SPDX-License-Identifier: MIT */
/*
 * GT0014. A ticket's end is compared with the clock that the program is shown, as libkrb5 does. Which ticket:
 * that which was sent, else the initiator's ticket-granting ticket. When the one that was sent ends, its
 * initiator was told, and whoever has the service's key can read.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/clock_skew.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"

#include <stdlib.h>
#include <string.h>

static int64_t shown(const struct model_talk *talk)
{
	return ((int64_t)talk->last + talk->process->clock_offset) / 1000000000;
}

static bool told(const struct diagnose_case *c)
{
	return c->init && c->init->endtime;
}

/* 0: nobody knows. */
static int64_t ends(struct diagnose_case *c)
{
	return told(c) ? (int64_t)c->init->endtime : ticket_opened_end(c);
}

/* When it ended; 0: it had not, or nobody knows: it was renewed since. *ticket: of the cache, or NULL. */
static int64_t ended(struct diagnose_case *c, const struct model_talk *talk, const struct probe_ccache *cache,
		     const struct probe_ticket **ticket)
{
	int64_t end = ends(c);

	*ticket = end || !cache || cache->state != PROBE_OK ? NULL : probe_ccache_tgt(cache);
	if (*ticket)
		end = (*ticket)->end;
	return end && end <= shown(talk) ? end : 0;
}

static void clock_evidence(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	int64_t seconds = talk->process->clock_offset / 1000000000;

	if (!seconds)
		return;
	finding_evidence(finding, "%s is shown a clock that is %lld s %s that of its machine",
			 case_program(c, talk), llabs(seconds), seconds > 0 ? "ahead of" : "behind");
	finding_remedy(finding, "set the clock that %s is shown right", case_program(c, talk));
}

/* By the clock of an acceptor, when nobody knows what the ticket itself says of its end. */
static bool told_by_it(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->acc ? talk_says(c->acc, SAYS_EXPIRED) : NULL;

	if (!c->ap_req || !case_service(c) || !expired_there(c))
		return false;
	finding_cause(finding, "the ticket for %s had expired, by the clock of %s", case_service(c),
		      c->acc ? case_name(c, c->acc) : "the acceptor");
	if (step)
		finding_evidence(finding, "%s", case_said(c, c->acc, step));
	else
		finding_evidence(finding, "the acceptor answered KRB-ERROR KRB_AP_ERR_TKT_EXPIRED");
	if (ends(c))
		finding_evidence(finding, "it ends at %s", time_text(c, ends(c)));
	else
		list_add(&finding->unseen,
			 "when it ended: no trace that was given has the initiator's side, and no key "
			 "that can be read opens the ticket");
	finding_remedy(finding,
		       "get a new ticket; if it is refused as well, set the acceptor's clock right:");
	kinit_default_remedy(c, finding, case_client(c));
	return true;
}

static bool is_later(const struct probe_ticket *ticket, const struct model_talk *talk)
{
	return ticket->start >= (int64_t)talk->last / 1000000000;
}

/* The initiator's libkrb5 has said so, and the ticket that it meant is not there any more. */
static bool replaced(struct diagnose_case *c, struct finding *finding, const struct model_step *step)
{
	const struct probe_ccache *cache = failed_cache(c);
	const struct probe_ticket *ticket = cache && step ? probe_ccache_tgt(cache) : NULL;

	if (c->ap_req || !ticket || !is_later(ticket, c->init))
		return false;
	finding_cause(finding, "the ticket-granting ticket of %s had expired, and was replaced at %s",
		      case_client(c) ? case_client(c) : cache->principal, time_text(c, ticket->start));
	finding_evidence(finding, "%s", case_said(c, c->init, step));
	finding_evidence(finding, "%s: %s is of %s, %jd s after the handshake", cache->name, ticket->server,
			 time_text(c, ticket->start),
			 (intmax_t)(ticket->start - (int64_t)c->init->last / 1000000000));
	clock_evidence(c, finding, c->init);
	finding_remedy(finding, "a new ticket is there; have it renewed before it ends (k5start, sssd, a "
				"client keytab)");
	return true;
}

bool diagnose_ticket_expired(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step = talk_says(talk, SAYS_EXPIRED);
	const struct probe_ccache *cache;
	const struct probe_ticket *ticket;
	const char *client;
	int64_t end;

	if (!talk || (!step && case_error_code(c) != SAYS_EXPIRED))
		return false;
	if (expired_there(c) && clocks_differ(c))
		return false; /* it only seems so to a clock that is wrong, as far as anybody knows */
	cache = case_ccache(c);
	end = ended(c, talk, cache, &ticket);
	if (!end)
		return told_by_it(c, finding) || replaced(c, finding, step);
	client = case_client(c);
	if (!client && cache)
		client = cache->principal;
	finding_cause(finding, "%s of %s expired at %s", ticket ? "the ticket-granting ticket" : "the ticket",
		      client ? client : "the initiator", time_text(c, end));
	finding_evidence(finding, "%s%s%s ended at %s, %jd s before the handshake",
			 ticket ? cache->name : "the ticket for ", ticket ? ": " : "",
			 ticket ? ticket->server : case_service(c), time_text(c, end),
			 (intmax_t)(shown(talk) - end));
	if (!ticket && !told(c))
		finding_evidence(finding, "what the ticket says, which %s opens", failed_keytab(c)->name);
	if (step)
		finding_evidence(finding, "%s", case_said(c, talk, step));
	clock_evidence(c, finding, talk);
	finding_remedy(
		finding,
		"get a new ticket, or have it renewed before it ends (k5start, sssd, a client keytab):");
	if (cache)
		kinit_remedy(c, finding, cache, client);
	else
		kinit_default_remedy(c, finding, client);
	return true;
}
