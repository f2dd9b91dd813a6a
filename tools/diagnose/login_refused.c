/* SPDX-License-Identifier: MIT */
/*
 * GT0018. An initiator without tickets logs in, with a key of its client keytab or a password that the
 * program has. Nobody tries either again: that would count as one more failed login.
 */
#include "tools/diagnose/checks.h"
#include "tools/diagnose/client_keytab.h"
#include "tools/diagnose/init_cause.h"
#include "tools/diagnose/keytab_cause.h"
#include "tools/diagnose/tgt_refused.h"

/* Whatever it logs in with. */
static bool let_in_again(struct diagnose_case *c, struct finding *finding, const struct model_step *step,
			 const char *principal)
{
	const char *request = step == talk_says(c->init, SAYS_CLIENT_EXPIRED) ? "modprinc -expire never"
			      : step == talk_says(c->init, SAYS_CLIENT_REVOKED)
				      ? "modprinc +allow_tix -unlock"
				      : NULL;

	if (!request)
		return false;
	finding_remedy(finding, "to let it log in again:");
	kadmin_remedy(c, finding, request, principal);
	return true;
}

static void remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const struct model_step *step, const char *principal)
{
	if (step == talk_says(c->init, SAYS_CLIENT_UNKNOWN)) {
		finding_remedy(finding, "correct the name, or make the principal and give its key to the "
					"program:");
		kadmin_remedy(c, finding, "addprinc -randkey", principal);
		ktadd_instead(c, finding, keytab, principal, "all");
	} else if (let_in_again(c, finding, step, principal)) {
		return;
	} else if (step == talk_says(c->init, SAYS_KEY_EXPIRED)) {
		finding_remedy(finding, "make a new key; other keytabs with the old one are of no use then:");
		kadmin_remedy(c, finding,
			      case_format(c, "ktadd -k %s", case_kadmin_word(c, keytab_path(keytab))),
			      principal);
	} else {
		finding_remedy(finding,
			       "write the key that the KDC has of it into the client keytab, in place "
			       "of what is there of it:");
		ktadd_instead(c, finding, keytab, principal, "all");
	}
}

static const char *what(struct diagnose_case *c, const struct model_step *step, const char *secret)
{
	if (step == talk_says(c->init, SAYS_CLIENT_UNKNOWN))
		return "the KDC does not know it";
	if (step == talk_says(c->init, SAYS_CLIENT_REVOKED))
		return "the KDC has locked it";
	if (step == talk_says(c->init, SAYS_CLIENT_EXPIRED))
		return "the KDC's entry of it has expired";
	if (step == talk_says(c->init, SAYS_KEY_EXPIRED))
		return case_format(c, "its %s has expired", secret);
	if (step == client_keytab_lacks(c))
		return "that has no key of it of the encryption type that the KDC chose";
	return case_format(c, "the KDC does not take this %s", secret);
}

static bool password(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = c->init && case_failed(c) == c->init ? login_refusal(c) : NULL;
	const char *name = step && login_by_password(step) ? case_text(c, step->name) : NULL;

	if (!name)
		return false;
	finding_cause(finding, "%s logs in as %s with a password, and %s", case_name(c, c->init), name,
		      what(c, step, "password"));
	said_evidence(c, finding, step);
	if (let_in_again(c, finding, step, name))
		return true;
	finding_remedy(finding,
		       "correct the name or the password where the program has it, or give it a client "
		       "keytab instead; the account as the KDC has it:");
	kadmin_remedy(c, finding, "getprinc", name);
	return true;
}

bool diagnose_login_refused(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = client_keytab_fails(c);
	const struct probe_keytab *keytab = step ? case_client_keytab(c) : NULL;
	const char *wanted = step ? wanted_client(c, step) : NULL, *realm;
	const char *principal = step ? client_keytab_principal(keytab, wanted) : NULL;

	if (password(c, finding))
		return true;
	/* A KDC says the same of a ticket-granting ticket. */
	if (!step || tgt_refused(c, &realm))
		return false;
	if (principal)
		finding_cause(finding, "%s gets its first ticket as %s with the client keytab %s, and %s",
			      case_name(c, c->init), principal, keytab->name, what(c, step, "key"));
	else
		finding_cause(finding,
			      "%s asks for credentials of %s, and the client keytab %s has no key of it",
			      case_name(c, c->init), wanted, keytab->name);
	finding_evidence(finding, "%s", keytab_text(c, keytab, principal));
	said_evidence(c, finding, step);
	if (principal) {
		remedy(c, finding, keytab, step, principal);
		return true;
	}
	finding_remedy(finding, "put its key in, or ask for a name that the keytab has:");
	ktadd_maybe_new(c, finding, c->init, keytab, wanted);
	return true;
}
