/* SPDX-License-Identifier: MIT */
/* See database.h. Where kdc.conf is by default depends on how libkrb5 was built, and no function of it says
 * where. */
#include "tools/doctor/database.h"

#include "tools/elf/list.h"

#include <krb5.h>
#include <profile.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool probe_database_default(const char *realm)
{
	krb5_context context;
	char *own = NULL;
	bool is = false;

	if (krb5_init_context(&context))
		return false;
	if (!krb5_get_default_realm(context, &own))
		is = !strcmp(own, realm);
	krb5_free_default_realm(context, own);
	krb5_free_context(context);
	return is;
}

static bool names_realm(const char *path, const char *realm)
{
	const char *paths[] = {path, NULL}, *section[] = {"realms", NULL};
	profile_t profile;
	char **realms = NULL;
	bool found = false;

	if (profile_init(paths, &profile))
		return false;
	if (!profile_get_subsection_names(profile, section, &realms)) {
		for (char **at = realms; *at && !found; at++)
			found = !strcmp(*at, realm);
		profile_free_list(realms);
	}
	profile_release(profile);
	return found;
}

bool probe_database_here(const char *realm)
{
	bool own = !realm || probe_database_default(realm);

	static const char places[] = "/etc/krb5kdc/kdc.conf:/var/kerberos/krb5kdc/kdc.conf:"
				     "/var/lib/kerberos/krb5kdc/kdc.conf:/var/krb5kdc/kdc.conf:"
				     "/usr/local/var/krb5kdc/kdc.conf";
	const char *at = getenv("KRB5_KDC_PROFILE");
	bool here = false;

	for (at = at ? at : places; *at && !here; at += *at == ':') {
		size_t length = strcspn(at, ":");
		char *path = elf_format("%.*s", (int)length, at);

		here = !access(path, R_OK) && (own || names_realm(path, realm));
		free(path);
		at += length;
	}
	return here;
}
