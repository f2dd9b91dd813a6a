/* SPDX-License-Identifier: MIT */
/*
 * See acceptor_name.h. MIT's libgssapi makes of service@host a principal without a realm whose host may be
 * replaced (kg_acceptor_princ), and libkrb5 matches that (krb5_sname_match, which knows
 * ignore_acceptor_hostname).
 */
#include "tools/doctor/acceptor_name.h"

#include "tools/doctor/probe.h"
#include "tools/base/list.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>

struct comparing {
	char *name, *principal;
	bool excludes;
};

static bool as_service(krb5_context context, const char *name, krb5_principal ticket, bool *matches)
{
	size_t length = strcspn(name, "@");
	const char *host = name[length] ? name + length + 1 : "";
	char *service = must_format("%.*s", (int)length, name);
	krb5_principal principal = NULL;
	krb5_error_code code;

	if (*host)
		code = krb5_sname_to_principal(context, host, service, KRB5_NT_SRV_HST, &principal);
	else
		code = krb5_build_principal(context, &principal, 0, "", service, "", NULL);
	if (!code)
		code = krb5_set_principal_realm(context, principal, "");
	if (!code) {
		principal->type = KRB5_NT_SRV_HST;
		*matches |= krb5_sname_match(context, principal, ticket);
	}
	krb5_free_principal(context, principal);
	free(service);
	return !code;
}

static bool as_principal(krb5_context context, const char *name, krb5_principal ticket, bool *matches)
{
	krb5_principal principal = NULL;
	bool parsed = !krb5_parse_name(context, name, &principal);

	*matches |= parsed && krb5_principal_compare(context, principal, ticket);
	krb5_free_principal(context, principal);
	return parsed;
}

/* Of which type the name was is not known: it is excluded when it is as either. */
static void compare(void *data)
{
	struct comparing *c = data;
	krb5_principal ticket = NULL;
	krb5_context context;
	bool matches = false;

	if (krb5_init_context(&context))
		return;
	if (!krb5_parse_name(context, c->principal, &ticket))
		c->excludes = as_principal(context, c->name, ticket, &matches) &&
			      (strchr(c->name, '/') || as_service(context, c->name, ticket, &matches)) &&
			      !matches;
	krb5_free_principal(context, ticket);
	krb5_free_context(context);
}

bool probe_acceptor_name_excludes(const char *name, const char *principal, int deadline_ms)
{
	struct comparing *c = must_calloc(1, sizeof(*c));
	bool excludes;

	*c = (struct comparing){must_strdup(name), must_strdup(principal), false};
	if (!probe_within(deadline_ms, compare, c))
		return false;
	excludes = c->excludes;
	free(c->name);
	free(c->principal);
	free(c);
	return excludes;
}
