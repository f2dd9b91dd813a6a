/* SPDX-License-Identifier: MIT */
/*
 * Gets a user's ticket from the realm's KDC, as `kinit -k` does: the proof that the realm works.
 *
 * Uses KRB5_CONFIG of this process.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <krb5.h>
#include <stdlib.h>
#include <string.h>

struct exchange {
	krb5_context context;
	krb5_principal client;
	krb5_keytab keytab;
	krb5_ccache ccache;
	krb5_get_init_creds_opt *options;
};

static krb5_error_code prepare(struct exchange *x, const char *name, const char *keytab, const char *ccache)
{
	krb5_error_code error = krb5_parse_name(x->context, name, &x->client);

	if (!error)
		error = krb5_kt_resolve(x->context, keytab, &x->keytab);
	if (!error)
		error = krb5_cc_resolve(x->context, ccache, &x->ccache);
	if (!error)
		error = krb5_get_init_creds_opt_alloc(x->context, &x->options);
	if (!error)
		error = krb5_get_init_creds_opt_set_out_ccache(x->context, x->options, x->ccache);
	return error;
}

static void release(struct exchange *x)
{
	if (x->options)
		krb5_get_init_creds_opt_free(x->context, x->options);
	if (x->ccache)
		krb5_cc_close(x->context, x->ccache);
	if (x->keytab)
		krb5_kt_close(x->context, x->keytab);
	krb5_free_principal(x->context, x->client);
	krb5_free_context(x->context);
}

static enum realm_ticket outcome(krb5_context context, const char *user, krb5_error_code error)
{
	const char *text;

	if (!error)
		return REALM_TICKET_OK;
	if (error == KRB5_KDC_UNREACH || error == KRB5_REALM_CANT_RESOLVE)
		return REALM_TICKET_AGAIN;
	text = krb5_get_error_message(context, error);
	tool_error("the KDC gives %s no ticket: %s", user, text);
	krb5_free_error_message(context, text);
	return REALM_TICKET_FAILED;
}

enum realm_ticket realm_ticket_get(const struct realm *realm, const struct realm_principal *user)
{
	struct exchange x = {0};
	char *keytab = realm_path(realm, "client", user->file),
	     *ccache = realm_path(realm, "ccache", user->file);
	enum realm_ticket result = REALM_TICKET_FAILED;
	krb5_creds creds = {0};
	krb5_error_code error;

	if (krb5_init_context(&x.context)) {
		tool_error("libkrb5 does not take the realm's krb5.conf");
	} else {
		error = prepare(&x, user->name, keytab, ccache);
		if (!error)
			error = krb5_get_init_creds_keytab(x.context, &creds, x.client, x.keytab, 0, NULL,
							   x.options);
		if (!error)
			krb5_free_cred_contents(x.context, &creds);
		result = outcome(x.context, user->name, error);
		release(&x);
	}
	free(keytab);
	free(ccache);
	return result;
}
