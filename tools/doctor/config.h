/* SPDX-License-Identifier: MIT */
/*
 * What libkrb5 is configured to do, as libkrb5 itself reads it: files, realm, encryption types and the
 * settings that handshakes fail by.
 */
#ifndef TOOLS_DOCTOR_CONFIG_H
#define TOOLS_DOCTOR_CONFIG_H

#include "tools/doctor/config_file.h"

#include <stddef.h>

enum probe_canonicalize { PROBE_CANONICALIZE_NO, PROBE_CANONICALIZE_YES, PROBE_CANONICALIZE_FALLBACK };

/* A list of encryption types and the setting that makes it. */
struct probe_enctypes {
	int32_t *list; /* the preferred first */
	size_t count;
	const char *setting;
};

struct probe_config {
	enum probe_state state; /* PROBE_MALFORMED, FAILED: nothing below the files is known; PROBE_MISSING:
				   none of them is there, and all is default */
	int32_t code;		/* of libkrb5, 0: none, with its message */
	char *text;
	bool from_environment; /* KRB5_CONFIG names the files */
	struct probe_config_file *files;
	size_t count;

	char *default_realm; /* NULL: none */
	int32_t *permitted;  /* encryption types, the preferred first */
	size_t permitted_count;
	/* What session keys may be of: of tickets that a KDC is asked for, and of the first one. */
	struct probe_enctypes for_tickets, for_login;
	enum probe_canonicalize canonicalize; /* dns_canonicalize_hostname */
	bool rdns, dns_lookup_kdc, dns_lookup_realm, allow_weak_crypto, enforce_ok_as_delegate;
	int clockskew; /* seconds */
	char *default_keytab, *default_ccache;
	char *default_rcache; /* default_rcache_name, or NULL */
};

/* To be freed whatever the state. */
void probe_config_read(struct probe_config *config);
void probe_config_free(struct probe_config *config);

bool probe_config_permits(const struct probe_config *config, int32_t enctype);
/* Is whatever session key a login gets of a type that the ticket is of use with? */
bool probe_config_kinit_suits(const struct probe_config *config);
bool probe_enctypes_have(const struct probe_enctypes *enctypes, int32_t enctype);

#endif
