/* SPDX-License-Identifier: MIT */
/* See client_keytab.h. What the KDC answers comes out of the call that needs a credential. */
#include "tools/diagnose/client_keytab.h"

#include "tools/diagnose/init_cause.h"

#include <string.h>

/* Behind it is the principal. Of a keytab without it libkrb5 says something else. */
#define LACKS_TYPE "No key table entry found for "

bool client_keytab_named(struct diagnose_case *c)
{
	return c->init && (case_stored(c, c->init, "client_keytab") ||
			   talk_setting(c, c->init, TR_F_KRB5_CLIENT_KTNAME));
}

const char *client_keytab_principal(const struct probe_keytab *keytab, const char *wanted)
{
	for (size_t i = 0; i < keytab->count; i++)
		if (!wanted || names_principal(keytab->keys[i].principal, wanted))
			return keytab->keys[i].principal;
	return NULL;
}

bool login_by_password(const struct model_step *step)
{
	return step->call == TR_gss_acquire_cred_with_password || step->call == TR_gss_add_cred_with_password;
}

const struct model_step *login_refusal(const struct diagnose_case *c)
{
	static const unsigned codes[] = {SAYS_CLIENT_UNKNOWN, SAYS_CLIENT_EXPIRED, SAYS_CLIENT_REVOKED,
					 SAYS_KEY_EXPIRED,    SAYS_PREAUTH_FAILED, SAYS_BAD_INTEGRITY};
	const struct model_step *step = NULL;

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]) && !step; i++)
		step = talk_says(c->init, codes[i]);
	return step;
}

const struct model_step *client_keytab_lacks(const struct diagnose_case *c)
{
	return talk_says_text(c->init, LACKS_TYPE);
}

const struct model_step *client_keytab_fails(struct diagnose_case *c)
{
	const struct probe_keytab *keytab;
	const struct model_step *step, *lacks;
	const char *wanted;

	if (!c->init || case_failed(c) != c->init || case_error_code(c) >= 0 || c->ap_req)
		return NULL;
	step = login_refusal(c);
	if (!step)
		step = client_keytab_lacks(c);
	lacks = step ? NULL : talk_says_text(c->init, "Can't find client principal");
	if (!step && !lacks)
		return NULL;
	keytab = case_client_keytab(c);
	if (!keytab || keytab->state != PROBE_OK)
		return NULL;
	wanted = wanted_client(c, step ? step : lacks);
	if (lacks)
		return wanted && !client_keytab_principal(keytab, wanted) ? lacks : NULL;
	return client_keytab_principal(keytab, wanted) ? step : NULL;
}
