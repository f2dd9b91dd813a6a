/* SPDX-License-Identifier: MIT */
/* What the steps of a talk say went wrong, by the numbers of libkrb5's table of errors (krb5_err.et). */
#ifndef TOOLS_DIAGNOSE_SAYS_H
#define TOOLS_DIAGNOSE_SAYS_H

#include "tools/model/talk.h"

/* As in <krb5/krb5.h>, less the table's base. */
enum says {
	SAYS_CLIENT_EXPIRED = 1,
	SAYS_SERVICE_EXPIRED = 2,
	SAYS_CLIENT_UNKNOWN = 6,
	SAYS_SERVER_UNKNOWN = 7,
	SAYS_POLICY = 12,
	SAYS_ETYPE_NOSUPP = 14,
	SAYS_CLIENT_REVOKED = 18,
	SAYS_KEY_EXPIRED = 23,
	SAYS_PREAUTH_FAILED = 24,
	SAYS_USER2USER_ONLY = 27,
	SAYS_BAD_INTEGRITY = 31,
	SAYS_EXPIRED = 32,
	SAYS_NOT_YET_VALID = 33,
	SAYS_REPLAY = 34,
	SAYS_NOT_US = 35,
	SAYS_SKEW = 37,
	SAYS_MODIFIED = 41,
	SAYS_BADKEYVER = 44,
	SAYS_NOKEY = 45,
	SAYS_WRONG_REALM = 68,
	SAYS_CONFIG_CANTOPEN = 135,
	SAYS_CONFIG_BADFORMAT = 136,
	SAYS_CC_NOTFOUND = 141,
	SAYS_REALM_UNKNOWN = 154,
	SAYS_KDC_UNREACH = 156,
	SAYS_CC_IO = 193,
	SAYS_FCC_PERM = 194,
	SAYS_FCC_NOFILE = 195,
	SAYS_CC_FORMAT = 199,
	SAYS_CC_NOT_KTYPE = 200,
	SAYS_CC_BADVNO = 212,
	SAYS_HOST_REALM_UNKNOWN = 217,
	SAYS_REALM_CANT_RESOLVE = 220,
	SAYS_CONFIG_NODEFREALM = 224,
	SAYS_NOPERM_ETYPE = 236,
};

/* The step that failed with an error of that table, number 0 to 255; NULL: none did. By status, and by text
 * where the mechanism glue has mapped it. */
const struct model_step *talk_says(const struct model_talk *talk, unsigned code);
/* A step that failed and whose text has this in it, or NULL. */
const struct model_step *talk_says_text(const struct model_talk *talk, const char *part);

#endif
