/* SPDX-License-Identifier: MIT */
/* What was decided of a peer, in the trace. */
#include "shim/auth/auth.h"

#include "shim/auth/brake.h"
#include "shim/core/tap.h"

#include <string.h>

static int mechanism_number(const char *name)
{
	static const char *const names[] = {"NULL", "PLAIN", "CURVE", "GSSAPI"};

	for (int i = 0; i < 4; i++)
		if (!strcmp(name, names[i]))
			return i;
	return -1;
}

static void put_rule(struct tr_draft *d, const struct pol_verdict *verdict)
{
	if (verdict->rule)
		tr_put_text(d, TR_F_RULE, verdict->rule);
	if (verdict->line)
		tr_put_u32(d, TR_F_LINE, verdict->line);
	if (verdict->reason[0])
		tr_put_text(d, TR_F_REASON, verdict->reason);
}

static void tell_refusal(const struct pol_visitor *visitor, const struct pol_verdict *verdict)
{
	struct tr_draft *d = tr_begin(verdict->audit ? TR_E_would_refuse : TR_E_refused);

	if (!d)
		return;
	tr_comment(d, verdict->audit ? "would refuse: " : "refused: ");
	tr_comment(d, verdict->reason);
	tr_put_u32(d, TR_F_ROLE, TR_ROLE_SERVER);
	put_rule(d, verdict);
	tr_put_text(d, TR_F_SUBJECT, visitor->address);
	tr_commit(d);
}

void tap_auth_tell(const struct pol_visitor *visitor, const struct tap_auth_answer *answer)
{
	int mechanism = mechanism_number(visitor->mechanism);
	struct tr_draft *d;

	if (answer->verdict.action == POL_DENY)
		tell_refusal(visitor, &answer->verdict);
	if (answer->status == 400)
		tap_brake_count(visitor->address, visitor->principal, answer->verdict.reason);
	d = tr_begin(TR_E_authentication);
	if (!d)
		return;
	tr_put_text(d, TR_F_DOMAIN, visitor->domain);
	tr_put_text(d, TR_F_ADDRESS, visitor->address);
	if (mechanism >= 0)
		tr_put_u32(d, TR_F_MECHANISM, (uint32_t)mechanism);
	if (answer->status == 200)
		tr_put_text(d, TR_F_USER_ID, answer->user);
	if (answer->status)
		tr_put_u32(d, TR_F_ZAP_STATUS, (uint32_t)answer->status);
	put_rule(d, &answer->verdict);
	d->comment = answer->status == 200 ? "a peer is let in" : "a peer is not let in";
	tr_commit(d);
}
