/* SPDX-License-Identifier: MIT */
/*
 * The KDC's database, made by kdb5_util and by one run of kadmin.local.
 *
 * kadmin.local ends with 0 whatever its input did, so that what it made is looked at: every keytab has to
 * hold its principal's key.
 */
#include "tools/realm/realm.h"
#include "tools/base/tool.h"

#include <fcntl.h>
#include <krb5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define PASSWORD_SIZE 33 /* 128 bits in hexadecimal, and the NUL */

static int make_password(char password[PASSWORD_SIZE])
{
	unsigned char bytes[(PASSWORD_SIZE - 1) / 2];

	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes)) {
		tool_error("no random numbers to be had: %m");
		return -1;
	}
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(password + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int create_database(const struct realm *realm)
{
	char password[PASSWORD_SIZE], input[2 * PASSWORD_SIZE + 1];
	char *argv[] = {"kdb5_util", "create", "-s", NULL};

	if (make_password(password))
		return -1;
	snprintf(input, sizeof(input), "%s\n%s\n", password, password);
	return realm_tool_run(realm, argv, input, "admin.log");
}

static int keep_password(const struct realm *realm, const struct realm_principal *user, const char *password)
{
	char *path = realm_path(realm, "password", user->file);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int failed = fd < 0 || dprintf(fd, "%s\n", password) < 0;

	if (failed)
		tool_error("cannot write %s: %m", path);
	if (fd >= 0)
		close(fd);
	free(path);
	return failed ? -1 : 0;
}

static int add_user(FILE *script, const struct realm *realm, const struct realm_principal *user)
{
	char password[PASSWORD_SIZE];

	if (make_password(password) || keep_password(realm, user, password))
		return -1;
	fprintf(script, "addprinc -pw %s %s\nktadd -norandkey -k client/%s %s\n", password, user->name,
		user->file, user->name);
	return 0;
}

static int write_script(FILE *script, const struct realm *realm)
{
	for (size_t i = 0; i < realm->users.count; i++)
		if (add_user(script, realm, &realm->users.list[i]))
			return -1;
	for (size_t i = 0; i < realm->services.count; i++) {
		const struct realm_principal *service = &realm->services.list[i];

		fprintf(script, "addprinc -randkey %s\n", service->name);
		fprintf(script, "ktadd -norandkey -k keytab/%s %s\n", service->file, service->name);
		fprintf(script, "ktadd -norandkey -k krb5.keytab %s\n", service->name);
	}
	return 0;
}

static int add_principals(const struct realm *realm)
{
	char *argv[] = {"kadmin.local", "-p", "admin", NULL}, *input = NULL;
	size_t size = 0;
	FILE *script = open_memstream(&input, &size);
	int result = -1;

	if (!script) {
		tool_error("out of memory");
		return -1;
	}
	result = write_script(script, realm);
	if (fclose(script))
		result = -1;
	if (!result)
		result = realm_tool_run(realm, argv, input, "admin.log");
	if (input)
		explicit_bzero(input, size);
	free(input);
	return result;
}

static krb5_error_code look_up(krb5_context context, const char *path, const char *name)
{
	krb5_keytab_entry entry;
	krb5_principal principal;
	krb5_keytab keytab;
	krb5_error_code error = krb5_parse_name(context, name, &principal);

	if (error)
		return error;
	error = krb5_kt_resolve(context, path, &keytab);
	if (!error) {
		error = krb5_kt_get_entry(context, keytab, principal, 0, 0, &entry);
		if (!error)
			krb5_free_keytab_entry_contents(context, &entry);
		krb5_kt_close(context, keytab);
	}
	krb5_free_principal(context, principal);
	return error;
}

static int check_all(krb5_context context, const struct realm *realm,
		     const struct realm_principals *principals, const char *sub)
{
	for (size_t i = 0; i < principals->count; i++) {
		char *path = realm_path(realm, sub, principals->list[i].file);
		krb5_error_code error = look_up(context, path, principals->list[i].name);

		free(path);
		if (error) {
			tool_error("kadmin.local made no key for %s; it said:", principals->list[i].name);
			realm_show_log(realm, "admin.log");
			return -1;
		}
	}
	return 0;
}

int realm_db_make(const struct realm *realm)
{
	krb5_context context;
	int result;

	if (create_database(realm) || add_principals(realm))
		return -1;
	if (krb5_init_context(&context)) {
		tool_error("libkrb5 does not take the realm's krb5.conf");
		return -1;
	}
	result = check_all(context, realm, &realm->users, "client") ||
				 check_all(context, realm, &realm->services, "keytab")
			 ? -1
			 : 0;
	krb5_free_context(context);
	return result;
}
