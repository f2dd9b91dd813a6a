/* SPDX-License-Identifier: MIT */
/* See database.h. Where kdc.conf is by default depends on how libkrb5 was built, and no function of it says
 * where. */
#include "tools/doctor/database.h"

#include "tools/elf/list.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool probe_database_here(void)
{
	static const char places[] = "/etc/krb5kdc/kdc.conf:/var/kerberos/krb5kdc/kdc.conf:"
				     "/var/lib/kerberos/krb5kdc/kdc.conf:/var/krb5kdc/kdc.conf:"
				     "/usr/local/var/krb5kdc/kdc.conf";
	const char *at = getenv("KRB5_KDC_PROFILE");
	bool here = false;

	for (at = at ? at : places; *at && !here; at += *at == ':') {
		size_t length = strcspn(at, ":");
		char *path = elf_format("%.*s", (int)length, at);

		here = !access(path, R_OK);
		free(path);
		at += length;
	}
	return here;
}
