/* SPDX-License-Identifier: MIT */
/* GT0014. */
#include "tools/diagnose/checks.h"

#include <string.h>

bool diagnose_ticket_expired(struct diagnose_case *c, struct finding *finding)
{
	const struct model_talk *talk = case_failed(c);
	const struct model_step *step = talk_says(talk, SAYS_EXPIRED);
	const struct probe_ccache *cache = case_ccache(c);
	const struct probe_ticket *ticket = NULL;
	int64_t end = c->init ? (int64_t)c->init->endtime : 0;
	const char *client = case_client(c);

	if (!step && case_error_code(c) != SAYS_EXPIRED)
		return false;
	if (!end && cache && cache->state == PROBE_OK)
		ticket = probe_ccache_tgt(cache);
	if (ticket)
		end = ticket->end;
	if (!client && cache)
		client = cache->principal;
	if (end && talk && (uint64_t)end * 1000000000 > talk->last)
		return false; /* it was renewed since, or the clocks differ */
	finding_cause(finding, "%s of %s expired%s%s",
		      ticket || !c->ap_req ? "the ticket-granting ticket" : "the ticket",
		      client ? client : "the initiator", end ? " at " : "", end ? time_text(c, end) : "");
	if (step)
		finding_evidence(finding, "%s", case_said(c, talk, step));
	if (end)
		finding_evidence(finding, "%s %s ended at %s, %ju s before the handshake",
				 cache ? cache->name : "the ticket", ticket ? ticket->server : "",
				 time_text(c, end), (uintmax_t)(talk->last / 1000000000 - (uint64_t)end));
	finding_remedy(
		finding,
		"get a new ticket, or have it renewed before it ends (k5start, sssd, a client keytab):");
	finding_command(finding, "kinit %s", client ? case_word(c, client) : "PRINCIPAL");
	return true;
}
