/* SPDX-License-Identifier: MIT */
/* GT0020. Browsers and Windows send NTLM when they have no ticket for the service; most acceptors know
 * Kerberos alone. The bytes are looked for, in SPNEGO as well and as base64 that nobody undid. */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/keytab_cause.h"

#include <string.h>

static bool has(const struct model_token *token, const char *bytes, size_t length)
{
	return token->bytes.at && memmem(token->bytes.at, token->bytes.length, bytes, length);
}

static bool is_ntlm(const struct model_token *token)
{
	return has(token, "NTLMSSP", 8) || has(token, "TlRMTVNTUA", 10);
}

/* The acceptor took it up, so that it knows NTLM. */
static bool answered(const struct model_talk *talk)
{
	for (const struct model_step *step = talk->steps.first; step; step = step->next)
		if (has(&step->out, "NTLMSSP", 8))
			return true;
	return false;
}

static const struct model_step *given(const struct model_talk *talk)
{
	for (const struct model_step *step = talk ? talk->steps.first : NULL; step; step = step->next)
		if (is_ntlm(&step->in) && step->failed)
			return step;
	return NULL;
}

bool diagnose_ntlm(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = given(c->acc), *why = NULL;
	const char *asked = case_asked(c);

	if (!step || answered(c->acc))
		return false;
	for (const struct model_step *s = c->init ? c->init->steps.first : NULL; s && !why; s = s->next)
		if (s->failed && s->text.at)
			why = s;
	finding_cause(finding, "%s was sent NTLM, and can do Kerberos alone", case_name(c, c->acc));
	finding_evidence(finding, "the token that it was given %s NTLMSSP%s",
			 has(&step->in, "NTLMSSP", 8) ? "has" : "is, in base64,",
			 step->in.bytes.at && step->in.bytes.at[0] == 0x60 ? " within SPNEGO" : "");
	acceptor_evidence(c, finding);
	if (why)
		finding_evidence(finding, "%s", case_said(c, c->init, why));
	else
		list_add(&finding->unseen, "why the client has no ticket: no trace that was given tells");
	if (asked)
		finding_evidence(finding, "the client asked for %s", asked);
	finding_remedy(finding,
		       "the client had no ticket for the service: get one as the user that it runs as");
	finding_command(finding, "kinit PRINCIPAL");
	finding_remedy(finding,
		       "a browser needs the host by its name, not its address, and among those that it "
		       "may authenticate to (network.negotiate-auth.trusted-uris, AuthServerAllowlist, the "
		       "intranet zone)");
	return true;
}
