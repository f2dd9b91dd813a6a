/* SPDX-License-Identifier: MIT */
/*
 * GT0018. An initiator whose cache has no tickets gets them with a key of its client keytab; what the KDC
 * answers comes out of the call that needs a credential. Nobody tries the key again: that would count as one
 * more failed login.
 */
#include "tools/diagnose/client_keytab.h"

#include "tools/diagnose/checks.h"
#include "tools/diagnose/init_cause.h"

#include <string.h>

bool client_keytab_named(struct diagnose_case *c)
{
	return c->init && (case_stored(c, c->init, "client_keytab") ||
			   talk_setting(c, c->init, TR_F_KRB5_CLIENT_KTNAME));
}

/* Keys of one principal are tried when no name was asked for: those of the first. */
static const char *principal_of(const struct probe_keytab *keytab, const char *wanted)
{
	for (size_t i = 0; i < keytab->count; i++)
		if (!wanted || names_principal(keytab->keys[i].principal, wanted))
			return keytab->keys[i].principal;
	return NULL;
}

static const struct model_step *refusal(const struct diagnose_case *c)
{
	static const unsigned codes[] = {SAYS_CLIENT_UNKNOWN, SAYS_CLIENT_REVOKED, SAYS_KEY_EXPIRED,
					 SAYS_PREAUTH_FAILED, SAYS_BAD_INTEGRITY,  SAYS_ETYPE_NOSUPP};
	const struct model_step *step = NULL;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	return step;
}

const struct model_step *client_keytab_fails(struct diagnose_case *c)
{
	const struct probe_keytab *keytab;
	const struct model_step *step, *lacks;
	const char *wanted;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0 || c->ap_req)
		return NULL;
	step = refusal(c);
	lacks = step ? NULL : talk_says_text(c->init, "Can't find client principal");
	if (!step && !lacks)
		return NULL;
	keytab = case_client_keytab(c);
	if (!keytab || keytab->state != PROBE_OK)
		return NULL;
	wanted = wanted_client(c, step ? step : lacks);
	if (lacks)
		return wanted && !principal_of(keytab, wanted) ? lacks : NULL;
	return principal_of(keytab, wanted) ? step : NULL;
}

static void remedy(struct diagnose_case *c, struct finding *finding, const struct probe_keytab *keytab,
		   const struct model_step *step, const char *principal)
{
	const char *path = keytab->file.path ? keytab->file.path : keytab->name;

	if (step == talk_says(c->init, SAYS_CLIENT_UNKNOWN)) {
		finding_remedy(finding, "correct the name, or make the principal and give its key to the "
					"program:");
		kadmin_remedy(c, finding, "addprinc -randkey", principal);
		kadmin_remedy(c, finding, case_format(c, "ktadd -k %s", case_kadmin_word(c, path)),
			      principal);
	} else if (step == talk_says(c->init, SAYS_CLIENT_REVOKED)) {
		finding_remedy(finding, "the account is locked or has expired; to let it log in again:");
		kadmin_remedy(c, finding, "modprinc +allow_tix -expire never -unlock", principal);
	} else {
		finding_remedy(finding,
			       "write the key that the KDC has of it into the client keytab, or, where it "
			       "has expired, a new one (ktadd without -norandkey):");
		kadmin_remedy(c, finding,
			      case_format(c, "ktadd %s-k %s",
					  step == talk_says(c->init, SAYS_KEY_EXPIRED) ? "" : "-norandkey ",
					  case_kadmin_word(c, path)),
			      principal);
	}
}

static const char *what(const struct diagnose_case *c, const struct model_step *step)
{
	if (step == talk_says(c->init, SAYS_CLIENT_UNKNOWN))
		return "the KDC does not know it";
	if (step == talk_says(c->init, SAYS_CLIENT_REVOKED))
		return "the KDC has locked it";
	if (step == talk_says(c->init, SAYS_KEY_EXPIRED))
		return "its key has expired";
	if (step == talk_says(c->init, SAYS_ETYPE_NOSUPP))
		return "the KDC has no key of its encryption types";
	return "the KDC has another key of it";
}

bool diagnose_client_keytab(struct diagnose_case *c, struct finding *finding)
{
	const struct model_step *step = client_keytab_fails(c);
	const struct probe_keytab *keytab = step ? case_client_keytab(c) : NULL;
	const char *wanted = step ? wanted_client(c, step) : NULL;
	const char *principal = step ? principal_of(keytab, wanted) : NULL;

	if (!step)
		return false;
	if (principal)
		finding_cause(finding, "%s gets its first ticket as %s with the client keytab %s, and %s",
			      case_program(c, c->init), principal, keytab->name, what(c, step));
	else
		finding_cause(finding,
			      "%s asks for credentials of %s, and the client keytab %s has no key of it",
			      case_program(c, c->init), wanted, keytab->name);
	finding_evidence(finding, "%s", keytab_text(c, keytab, principal));
	said_evidence(c, finding, step);
	if (principal) {
		remedy(c, finding, keytab, step, principal);
		return true;
	}
	finding_remedy(finding, "put its key in, or ask for a name that the keytab has:");
	kadmin_remedy(c, finding,
		      case_format(c, "ktadd -norandkey -k %s",
				  case_kadmin_word(c, keytab->file.path ? keytab->file.path : keytab->name)),
		      wanted);
	return true;
}
