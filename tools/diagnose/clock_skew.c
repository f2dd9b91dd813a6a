/* SPDX-License-Identifier: MIT */
/*
 * GT0005. The acceptor, or a KDC, compares the authenticator's time with its own. Clocks are compared
 * wherever there is one: the KRB-ERROR's, those that both processes were shown, the ticket's. A ticket that
 * is not yet valid although the clocks agree is postdated, and one that has ended has expired, which are
 * something else.
 */
#include "tools/diagnose/clock_skew.h"

#include "tools/diagnose/checks.h"
#include "tools/names/names.h"

#include <stdlib.h>

#define SECOND 1000000000
#define SKEW 300 /* seconds, unless clockskew says otherwise */

static int64_t skew_of(struct diagnose_case *c)
{
	const struct probe_config *config = c->acc ? case_config(c, c->acc) : NULL;

	return config && config->clockskew > 0 ? config->clockskew : SKEW;
}

static int64_t offset_of(const struct model_talk *talk)
{
	return talk ? talk->process->clock_offset / SECOND : 0;
}

/* The clock of the KRB-ERROR, in seconds ahead of the trace's; 0: it has none. */
static int64_t by_token(const struct diagnose_case *c)
{
	const struct token_node *offset =
		c->krb_error
			? token_find(&c->error, (uint32_t)(c->krb_error - c->error.nodes), "clock_offset_s")
			: NULL;

	return offset ? (int64_t)offset->number : 0;
}

/* How far the initiator's clock is behind the time at which the KDC made the ticket; 0: it is not. */
static int64_t behind_ticket(const struct model_talk *init)
{
	int64_t now = init ? (int64_t)(init->last / SECOND) + offset_of(init) : 0;
	int64_t made = init ? (int64_t)init->authtime : 0;

	return made > now ? made - now : 0;
}

static void shown(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	int64_t seconds = offset_of(talk);

	if (!seconds)
		return;
	finding_evidence(finding, "%s is shown a clock that is %lld s %s that of its machine",
			 case_program(c, talk), llabs(seconds), seconds > 0 ? "ahead of" : "behind");
	finding_remedy(finding,
		       "run %s without what shows it another time (faketime, LD_PRELOAD, a time namespace)",
		       case_program(c, talk));
}

static void evidence(struct diagnose_case *c, struct finding *finding, const struct model_step *step)
{
	int64_t code = case_error_code(c), token = by_token(c), behind = behind_ticket(c->init);

	if (token)
		finding_evidence(finding, "the KRB-ERROR's clock is %lld s %s that of this trace",
				 llabs(token), token > 0 ? "ahead of" : "behind");
	if (behind)
		finding_evidence(finding,
				 "the KDC made the ticket at %s, which is %lld s after what %s is shown",
				 time_text(c, (int64_t)c->init->authtime), (long long)behind,
				 case_program(c, c->init));
	shown(c, finding, c->init);
	shown(c, finding, c->acc);
	if (step)
		finding_evidence(finding, "%s", case_said(c, case_step_talk(c, step), step));
	else if (code == SAYS_SKEW || code == SAYS_NOT_YET_VALID || code == SAYS_EXPIRED)
		finding_evidence(finding, "the acceptor answered KRB-ERROR %s", name_krb_error(code));
}

bool clocks_differ(struct diagnose_case *c)
{
	int64_t apart = c->init && c->acc ? offset_of(c->init) - offset_of(c->acc) : 0;

	return llabs(apart) > skew_of(c) || llabs(by_token(c)) > skew_of(c) || offset_of(c->acc);
}

bool expired_there(const struct diagnose_case *c)
{
	return case_error_code(c) == SAYS_EXPIRED || (c->acc && talk_says(c->acc, SAYS_EXPIRED));
}

/* Is it proved that they do: that a clock was refused, or what two processes are shown. */
static bool differ(struct diagnose_case *c, const struct model_step *skew, bool early)
{
	int64_t apart = c->init && c->acc ? offset_of(c->init) - offset_of(c->acc) : 0;

	if (skew || case_error_code(c) == SAYS_SKEW || llabs(apart) > skew_of(c))
		return true;
	return (early && behind_ticket(c->init)) || ((early || expired_there(c)) && clocks_differ(c));
}

bool diagnose_clock_skew(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *skew = case_says(c, SAYS_SKEW), *early = case_says(c, SAYS_NOT_YET_VALID);
	int64_t code = case_error_code(c);

	if (!differ(c, skew, early || code == SAYS_NOT_YET_VALID))
		return false;
	if (!skew && !early && c->acc)
		early = talk_says(c->acc, SAYS_EXPIRED);
	finding_cause(finding,
		      "the clocks of %s and of %s differ by more than Kerberos allows (clockskew, %lld s)",
		      c->init ? case_name_beside(c, c->init, c->acc) : "the initiator",
		      c->acc	  ? case_name_beside(c, c->acc, c->init)
		      : code >= 0 ? "the acceptor"
				  : "the KDC",
		      (long long)skew_of(c));
	evidence(c, finding, skew ? skew : early);
	/* What shows a process another time is in the way of any source. */
	if (offset_of(c->init) || offset_of(c->acc))
		return true;
	finding_remedy(finding,
		       "set the clock of each machine that takes part, the KDC's as well, by one source, "
		       "and look at it:");
	finding_command(finding, "chronyc tracking || timedatectl timesync-status");
	return true;
}
