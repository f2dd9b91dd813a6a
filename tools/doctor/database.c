/* SPDX-License-Identifier: MIT */
/* See database.h. Where kdc.conf is by default depends on how libkrb5 was built, and no function of it says
 * where. */
#include "tools/doctor/database.h"

#include "tools/base/list.h"

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

/* Of kdc.conf, and where that says nothing of krb5.conf, as kadmin.local reads them. NULL: it is in neither.
 */
static char *value(const profile_t *profiles, const char *section, const char *of, const char *name)
{
	char *found = NULL;

	for (int i = 0; i < 2 && !found; i++)
		if (profiles[i] && profile_get_string(profiles[i], section, of, name, NULL, &found))
			found = NULL;
	return found;
}

static bool is_there(const char *path)
{
	char *lmdb = must_format("%s.mdb", path);
	bool there = !access(path, R_OK) || !access(lmdb, R_OK);

	free(lmdb);
	return there;
}

/* Where libkadm5 looks when it is told nothing depends on how it was built, too. */
static bool default_is_there(void)
{
	return is_there("/var/lib/krb5kdc/principal") || is_there("/var/kerberos/krb5kdc/principal") ||
	       is_there("/var/lib/kerberos/krb5kdc/principal") || is_there("/var/krb5kdc/principal") ||
	       is_there("/usr/local/var/krb5kdc/principal");
}

/* One in LDAP may be anywhere: that it is named has to do. */
static bool has_database(const profile_t *profiles, const char *realm)
{
	char *module = value(profiles, "realms", realm, "database_module");
	const char *of = module ? module : realm;
	char *library = value(profiles, "dbmodules", of, "db_library"),
	     *path = value(profiles, "dbmodules", of, "database_name");
	bool there;

	if (!path)
		path = value(profiles, "realms", realm, "database_name");
	there = library && !strcmp(library, "kldap") ? true : path ? is_there(path) : default_is_there();
	profile_release_string(path);
	profile_release_string(library);
	profile_release_string(module);
	return there;
}

static bool names_realm(profile_t profile, const char *realm)
{
	const char *section[] = {"realms", NULL};
	char **realms = NULL;
	bool found = false;

	if (profile_get_subsection_names(profile, section, &realms))
		return false;
	for (char **at = realms; *at && !found; at++)
		found = !strcmp(*at, realm);
	profile_free_list(realms);
	return found;
}

static bool is_here(krb5_context context, const char *path, const char *realm, bool own)
{
	const char *paths[] = {path, NULL};
	profile_t profiles[2] = {NULL, NULL};
	bool here;

	if (access(path, R_OK) || profile_init(paths, &profiles[0]))
		return false;
	if (krb5_get_profile(context, &profiles[1]))
		profiles[1] = NULL;
	here = (own || names_realm(profiles[0], realm)) && has_database(profiles, realm);
	if (profiles[1])
		profile_release(profiles[1]);
	profile_release(profiles[0]);
	return here;
}

bool probe_database_here(const char *realm)
{
	static const char places[] = "/etc/krb5kdc/kdc.conf:/var/kerberos/krb5kdc/kdc.conf:"
				     "/var/lib/kerberos/krb5kdc/kdc.conf:/var/krb5kdc/kdc.conf:"
				     "/usr/local/var/krb5kdc/kdc.conf";
	const char *at = getenv("KRB5_KDC_PROFILE");
	krb5_context context;
	char *own = NULL;
	bool here = false;

	if (krb5_init_context(&context))
		return false;
	if (krb5_get_default_realm(context, &own))
		own = NULL;
	realm = realm ? realm : own;
	for (at = at ? at : places; realm && *at && !here; at += *at == ':') {
		size_t length = strcspn(at, ":");
		char *path = must_format("%.*s", (int)length, at);

		here = is_here(context, path, realm, own && !strcmp(own, realm));
		free(path);
		at += length;
	}
	krb5_free_default_realm(context, own);
	krb5_free_context(context);
	return here;
}
