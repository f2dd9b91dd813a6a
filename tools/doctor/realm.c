/* SPDX-License-Identifier: MIT */
/* The realm of a host, and a realm's KDCs, as libkrb5's configuration has them; see realm.h. */
#include "tools/doctor/realm.h"

#include "trace/unconst.h"

#include <krb5.h>
#include <profile.h>
#include <stdlib.h>
#include <string.h>

void probe_realm_kdcs(const char *realm, struct list *kdcs)
{
	const char *names[] = {"realms", realm, "kdc", NULL};
	krb5_context context;
	profile_t profile;
	char **values = NULL;

	if (krb5_init_context(&context))
		return;
	if (!krb5_get_profile(context, &profile)) {
		if (!profile_get_values(profile, names, &values)) {
			for (char **value = values; *value; value++)
				list_add(kdcs, *value);
			profile_free_list(values);
		}
		profile_release(profile);
	}
	krb5_free_context(context);
}

/* The first of the list, unless it is empty: "a referral will tell". */
static char *first(krb5_context context, char **realms)
{
	char *realm = realms && realms[0] && realms[0][0] ? must_strdup(realms[0]) : NULL;

	krb5_free_host_realm(context, realms);
	return realm;
}

void probe_host_realm_find(struct probe_host_realm *found, const char *host)
{
	krb5_data name = {.length = (unsigned)strlen(host), .data = TR_UNCONST(host)};
	krb5_context context = NULL;
	char **realms = NULL;

	*found = (struct probe_host_realm){.code = krb5_init_context(&context)};
	if (!found->code)
		found->code = krb5_get_host_realm(context, host, &realms);
	if (!found->code) {
		found->realm = first(context, realms);
		found->mapped = found->realm != NULL;
	}
	if (!found->code && !found->realm) {
		found->code = krb5_get_fallback_host_realm(context, &name, &realms);
		if (!found->code)
			found->realm = first(context, realms);
	}
	if (found->code)
		found->text = probe_message(context, found->code);
	krb5_free_context(context);
}

void probe_host_realm_free(struct probe_host_realm *found)
{
	free(found->realm);
	free(found->text);
	*found = (struct probe_host_realm){0};
}
