/* SPDX-License-Identifier: MIT */
/*
 * A realm's configuration files and the environment that points to them.
 *
 * Nothing of the machine's own Kerberos set-up may shine through: no DNS, no reverse look-ups, no other
 * keytab, ticket cache or replay cache.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <errno.h>
#include <fcntl.h>
#include <krb5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SEPARATORS ", \t" /* of encryption types in a list */

static FILE *create(const struct realm *realm, const char *leaf)
{
	char *path = realm_path(realm, NULL, leaf);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "w");

	if (!file)
		tool_error("cannot write %s: %m", path);
	free(path);
	return file;
}

static int finish(FILE *file)
{
	int failed = ferror(file);

	if (fclose(file) || failed) {
		tool_error("cannot write a configuration file: %m");
		return -1;
	}
	return 0;
}

/* Does the list name this encryption type, or another? By any of their names. */
static bool lists(const char *enctypes, krb5_enctype one, krb5_enctype other)
{
	char *copy = strdup(enctypes), *rest = copy, *name;
	krb5_enctype enctype;
	bool found = false;

	while (copy && !found && (name = strtok_r(rest, SEPARATORS, &rest)))
		found = !krb5_string_to_enctype(name, &enctype) && (enctype == one || enctype == other);
	free(copy);
	return found;
}

/* The old ones each have a permission of their own (krb5 1.21, and Debian's 1.20). */
static void write_permitted(FILE *file, const char *enctypes)
{
	fprintf(file, "\tpermitted_enctypes = %s\n\tallow_weak_crypto = true\n", enctypes);
	if (lists(enctypes, ENCTYPE_ARCFOUR_HMAC, ENCTYPE_ARCFOUR_HMAC_EXP))
		fputs("\tallow_rc4 = true\n", file);
	if (lists(enctypes, ENCTYPE_DES3_CBC_SHA1, ENCTYPE_DES3_CBC_SHA1))
		fputs("\tallow_des3 = true\n", file);
}

static void write_libdefaults(FILE *file, const struct realm *realm)
{
	fprintf(file,
		"[libdefaults]\n"
		"\tdefault_realm = %s\n"
		"\tdns_lookup_kdc = false\n"
		"\tdns_lookup_realm = false\n"
		"\tdns_canonicalize_hostname = false\n"
		"\tqualify_shortname = \"\"\n"
		"\trdns = false\n"
		"\tforwardable = true\n"
		"\tticket_lifetime = %lds\n"
		"\tdefault_keytab_name = FILE:%s/krb5.keytab\n"
		"\tdefault_client_keytab_name = FILE:%s/client/none\n"
		"\tdefault_ccache_name = FILE:%s/ccache/%s\n",
		realm->name, realm->lifetime, realm->dir, realm->dir, realm->dir, realm->users.list[0].file);
	if (realm->enctypes)
		write_permitted(file, realm->enctypes);
}

static int write_krb5_conf(const struct realm *realm)
{
	FILE *file = create(realm, "krb5.conf");

	if (!file)
		return -1;
	write_libdefaults(file, realm);
	fprintf(file, "\n[realms]\n\t%s = {\n\t\tkdc = 127.0.0.1:%d\n\t}\n", realm->name, realm->port);
	fprintf(file, "\n[domain_realm]\n\tlocalhost = %s\n", realm->name);
	for (size_t i = 0; i < realm->services.count; i++)
		fprintf(file, "\t%s = %s\n", realm->services.list[i].host, realm->name);
	return finish(file);
}

/* supported_enctypes wants a salt type with each. */
static void write_supported(FILE *file, const char *enctypes)
{
	fputs("\t\tsupported_enctypes =", file);
	for (const char *one = enctypes + strspn(enctypes, SEPARATORS); *one;
	     one += strspn(one, SEPARATORS)) {
		size_t len = strcspn(one, SEPARATORS);

		fprintf(file, " %.*s:normal", (int)len, one);
		one += len;
	}
	fputc('\n', file);
}

static int write_kdc_conf(const struct realm *realm)
{
	FILE *file = create(realm, "kdc.conf");

	if (!file)
		return -1;
	fprintf(file, "[kdcdefaults]\n\tkdc_listen = 127.0.0.1:%d\n\tkdc_tcp_listen = 127.0.0.1:%d\n",
		realm->port, realm->port);
	fprintf(file,
		"\n[realms]\n\t%s = {\n"
		"\t\tdatabase_module = db\n"
		"\t\tkey_stash_file = %s/stash\n"
		"\t\tmax_life = %lds\n"
		"\t\tmax_renewable_life = 7d\n",
		realm->name, realm->dir, realm->lifetime);
	if (realm->enctypes)
		write_supported(file, realm->enctypes);
	/* Nothing is written into the database by an exchange: the KDC can be killed at any time. */
	fprintf(file,
		"\t}\n\n[dbmodules]\n\tdb = {\n"
		"\t\tdb_library = db2\n"
		"\t\tdatabase_name = %s/principal\n"
		"\t\tdisable_last_success = true\n"
		"\t\tdisable_lockout = true\n"
		"\t}\n",
		realm->dir);
	fprintf(file, "\n[logging]\n\tkdc = FILE:%s/kdc.log\n\tdefault = FILE:%s/kdc.log\n", realm->dir,
		realm->dir);
	return finish(file);
}

int realm_write_conf(const struct realm *realm)
{
	return write_krb5_conf(realm) || write_kdc_conf(realm) ? -1 : 0;
}

/* Single quotes, for any POSIX shell. */
static void write_export(FILE *file, const char *name, const char *value)
{
	fprintf(file, "export %s='", name);
	for (; *value; value++)
		if (*value == '\'')
			fputs("'\\''", file);
		else
			fputc(*value, file);
	fputs("'\n", file);
}

static void set_path(FILE *file, const char *name, const char *prefix, char *path)
{
	char *value = NULL;

	if (asprintf(&value, "%s%s", prefix, path) >= 0) {
		setenv(name, value, 1);
		write_export(file, name, value);
	}
	free(value);
	free(path);
}

int realm_write_env(const struct realm *realm)
{
	FILE *file = create(realm, "env");

	if (!file)
		return -1;
	set_path(file, "GSSTAP_REALM", "", strdup(realm->dir));
	set_path(file, "KRB5_CONFIG", "", realm_path(realm, NULL, "krb5.conf"));
	set_path(file, "KRB5_KDC_PROFILE", "", realm_path(realm, NULL, "kdc.conf"));
	set_path(file, "KRB5_KTNAME", "FILE:", realm_path(realm, NULL, "krb5.keytab"));
	set_path(file, "KRB5CCNAME", "FILE:", realm_path(realm, "ccache", realm->users.list[0].file));
	/* The default replay cache is one file for everybody on the machine. */
	setenv("KRB5RCACHENAME", "none:", 1);
	write_export(file, "KRB5RCACHENAME", "none:");
	/* The caller's own client keytab would quietly answer for a missing ticket. */
	unsetenv("KRB5_CLIENT_KTNAME");
	fputs("unset KRB5_CLIENT_KTNAME\n", file);
	return finish(file);
}
