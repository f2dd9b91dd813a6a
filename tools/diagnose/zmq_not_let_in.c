/* SPDX-License-Identifier: MIT */
/*
 * GT0110. The handshake was established, and then the server did not let the client in: its ZAP handler
 * denied it, or gave no answer that counts, which ZeroMQ tells no client; all that one sees is that the
 * server goes away, again and again.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/otherwise.h"
#include "tools/diagnose/zmq_cause.h"

#include <string.h>

#define HANDLER "the program's ZAP handler "
#define DENIED "denied the peer: "

bool zmq_denied(const struct model_talk *talk)
{
	return talk->follows && talk->role == TR_ROLE_ACCEPTOR && talk->outcome == TR_OUTCOME_REFUSED &&
	       talk->reason.at && !strncmp(talk->reason.at, HANDLER, strlen(HANDLER));
}

static void said(struct diagnose_case *c, struct finding *finding, const struct model_talk *talk)
{
	finding_evidence(finding, "%s: %s", case_program(c, talk), case_text(c, talk->reason));
}

static void remedies(struct diagnose_case *c, struct finding *finding, const char *client)
{
	finding_remedy(finding, "if it is to be let in, have the handler answer 200 for %s: it stands in %s",
		       client, case_program(c, c->acc));
	finding_remedy(finding,
		       "if not, all is well, but that a client of ZeroMQ comes back for ever: stop it, or "
		       "give it other credentials");
}

bool diagnose_zmq_not_let_in(struct diagnose_case *c, struct finding *finding)
{
	const char *client, *says;
	bool denied;

	if (!c->acc || !zmq_denied(c->acc))
		return false;
	client = case_text(c, c->acc->initiator);
	says = case_text(c, c->acc->reason) + strlen(HANDLER);
	denied = !strncmp(says, DENIED, strlen(DENIED));
	finding_cause(finding, "%s was authenticated, and the ZAP handler of %s %s",
		      client ? client : "a client", case_name(c, c->acc),
		      denied ? "does not let it in" : says);
	said(c, finding, c->acc);
	if (c->init && c->init->reason.at)
		said(c, finding, c->init);
	if (denied)
		remedies(c, finding, client ? client : "it");
	else
		finding_remedy(
			finding,
			"see why the handler gives no answer that counts (rfc.zeromq.org/spec/27): while it "
			"does not, nobody is let in");
	finding->alone = true;
	return true;
}
