/* SPDX-License-Identifier: MIT */
/*
 * The database of MIT's KDC, as db2 has it, but for what the KDC says of a logon: a principal whose string
 * attribute "logon_info" (kadmin.local setstr) has hexadecimal digits gets them, as KERB_VALIDATION_INFO of
 * MS-PAC, into the PAC of its tickets, as the KDC of a domain would.
 */
#include <dlfcn.h>
#include <errno.h>
#include <kdb.h>
#include <krb5/krb5.h>
#include <stdlib.h>
#include <string.h>

kdb_vftabl kdb_function_table;

static krb5_error_code add(krb5_context context, krb5_pac pac, const char *digits)
{
	size_t length = strlen(digits) / 2;
	krb5_data data = {.length = (unsigned)length, .data = calloc(length + 1, 1)};
	krb5_error_code error = data.data ? 0 : ENOMEM;

	for (size_t i = 0; !error && i < length; i++)
		data.data[i] = (char)strtoul((char[]){digits[2 * i], digits[2 * i + 1], 0}, NULL, 16);
	if (!error)
		error = krb5_pac_add_buffer(context, pac, KRB5_PAC_LOGON_INFO, &data);
	free(data.data);
	return error;
}

static krb5_error_code issue_pac(krb5_context context, unsigned flags, krb5_db_entry *client,
				 krb5_keyblock *replaced, krb5_db_entry *server, krb5_db_entry *krbtgt,
				 krb5_timestamp authtime, krb5_pac old, krb5_pac new, krb5_data ***indicators)
{
	krb5_data kept;
	char *digits = NULL;
	krb5_error_code error;

	(void)flags, (void)replaced, (void)server, (void)krbtgt, (void)authtime, (void)indicators;
	if (old) {
		if (krb5_pac_get_buffer(context, old, KRB5_PAC_LOGON_INFO, &kept))
			return 0;
		error = krb5_pac_add_buffer(context, new, KRB5_PAC_LOGON_INFO, &kept);
		krb5_free_data_contents(context, &kept);
		return error;
	}
	error = client ? krb5_dbe_get_string(context, client, "logon_info", &digits) : 0;
	if (!error && digits)
		error = add(context, new, digits);
	krb5_dbe_free_string(context, digits);
	return error;
}

static __attribute__((constructor)) void begin(void)
{
	void *library = dlopen(DB2, RTLD_NOW | RTLD_LOCAL);
	const kdb_vftabl *db2 = library ? dlsym(library, "kdb_function_table") : NULL;

	if (!db2)
		abort();
	kdb_function_table = *db2;
	kdb_function_table.issue_pac = issue_pac;
}
