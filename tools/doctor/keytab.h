/* SPDX-License-Identifier: MIT */
/*
 * What is in a keytab: whose keys, of which version and encryption type. The keys themselves are forgotten as
 * they are read.
 */
#ifndef TOOLS_DOCTOR_KEYTAB_H
#define TOOLS_DOCTOR_KEYTAB_H

#include "tools/doctor/probe.h"

#include <stddef.h>

struct probe_key {
	char *principal; /* with its realm */
	uint32_t kvno;
	int32_t enctype;
	int64_t time; /* it was put there, seconds since 1970 */
};

struct probe_keytab {
	char *name; /* "FILE:/etc/krb5.keytab" */
	bool is_default;
	enum probe_state state;
	struct probe_file file;
	int32_t code; /* of libkrb5, 0: none, with its message */
	char *text;
	struct probe_key *keys; /* what could be read, even where the rest is malformed */
	size_t count;
};

/* name: NULL: the default (KRB5_KTNAME, default_keytab_name). To be freed whatever the state. */
void probe_keytab_open(struct probe_keytab *keytab, const char *name);
/* The same of a client keytab; the default is of KRB5_CLIENT_KTNAME, default_client_keytab_name. */
void probe_client_keytab_open(struct probe_keytab *keytab, const char *name);
void probe_keytab_free(struct probe_keytab *keytab);

/* Has it keys of this principal; the highest version in *kvno. */
bool probe_keytab_has(const struct probe_keytab *keytab, const char *principal, uint32_t *kvno);
bool probe_keytab_has_kvno(const struct probe_keytab *keytab, const char *principal, uint32_t kvno);
bool probe_keytab_has_key(const struct probe_keytab *keytab, const char *principal, uint32_t kvno,
			  int32_t enctype);

#endif
