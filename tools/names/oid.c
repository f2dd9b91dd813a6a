/* SPDX-License-Identifier: MIT */
/*
 * Object identifiers: mechanisms, name types and mechanism attributes by name, all others as dotted numbers
 * (X.690 section 8.19).
 */
#include "tools/names/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MIT_KRB5 "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"	   /* 1.2.840.113554.1.2.2 */
#define MIT_GENERIC "\x2a\x86\x48\x86\xf7\x12\x01\x02\x01" /* 1.2.840.113554.1.2.1 */
#define MECH_ATTRIBUTE "\x2b\x06\x01\x05\x05\x0d"	   /* RFC 5587 */
#define SECURITY "\x2b\x06\x01\x05"			   /* 1.3.6.1.5 */

static const struct {
	const char *name;
	const char *der;
	size_t length;
} known[] = {
#define KNOWN(name, der)                                                                                     \
	{                                                                                                    \
		name, der, sizeof(der) - 1                                                                   \
	}
	KNOWN("krb5", MIT_KRB5),
	KNOWN("krb5-old", "\x2b\x05\x01\x05\x02"),
	KNOWN("krb5-wrong", "\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"),
	KNOWN("krb5-u2u", MIT_KRB5 "\x03"),
	KNOWN("iakerb", SECURITY "\x02\x05"),
	KNOWN("pku2u", SECURITY "\x02\x07"),
	KNOWN("spnego", SECURITY "\x05\x02"),
	KNOWN("scram-sha-1", SECURITY "\x05\x0e"),
	KNOWN("ntlmssp", "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"),
	KNOWN("negoex", "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x1e"),
	KNOWN("gssproxy", "\x60\x86\x48\x01\x86\xf8\x42\x03\x08\x0f\x01"),
	KNOWN("GSS_C_NT_USER_NAME", MIT_GENERIC "\x01"),
	KNOWN("GSS_C_NT_MACHINE_UID_NAME", MIT_GENERIC "\x02"),
	KNOWN("GSS_C_NT_STRING_UID_NAME", MIT_GENERIC "\x03"),
	KNOWN("GSS_C_NT_HOSTBASED_SERVICE", MIT_GENERIC "\x04"),
	KNOWN("GSS_C_NT_HOSTBASED_SERVICE_X", SECURITY "\x06\x02"),
	KNOWN("GSS_C_NT_ANONYMOUS", SECURITY "\x06\x03"),
	KNOWN("GSS_C_NT_EXPORT_NAME", SECURITY "\x06\x04"),
	KNOWN("GSS_C_NT_COMPOSITE_EXPORT", SECURITY "\x06\x06"),
	KNOWN("GSS_KRB5_NT_PRINCIPAL_NAME", MIT_KRB5 "\x01"),
	KNOWN("GSS_KRB5_NT_ENTERPRISE_NAME", MIT_KRB5 "\x06"),
	KNOWN("GSS_KRB5_NT_X509_CERT", MIT_KRB5 "\x07"),
	KNOWN("GSS_C_MA_MECH_CONCRETE", MECH_ATTRIBUTE "\x01"),
	KNOWN("GSS_C_MA_MECH_PSEUDO", MECH_ATTRIBUTE "\x02"),
	KNOWN("GSS_C_MA_MECH_COMPOSITE", MECH_ATTRIBUTE "\x03"),
	KNOWN("GSS_C_MA_MECH_NEGO", MECH_ATTRIBUTE "\x04"),
	KNOWN("GSS_C_MA_MECH_GLUE", MECH_ATTRIBUTE "\x05"),
	KNOWN("GSS_C_MA_NOT_MECH", MECH_ATTRIBUTE "\x06"),
	KNOWN("GSS_C_MA_DEPRECATED", MECH_ATTRIBUTE "\x07"),
	KNOWN("GSS_C_MA_NOT_DFLT_MECH", MECH_ATTRIBUTE "\x08"),
	KNOWN("GSS_C_MA_ITOK_FRAMED", MECH_ATTRIBUTE "\x09"),
	KNOWN("GSS_C_MA_AUTH_INIT", MECH_ATTRIBUTE "\x0a"),
	KNOWN("GSS_C_MA_AUTH_TARG", MECH_ATTRIBUTE "\x0b"),
	KNOWN("GSS_C_MA_AUTH_INIT_INIT", MECH_ATTRIBUTE "\x0c"),
	KNOWN("GSS_C_MA_AUTH_TARG_INIT", MECH_ATTRIBUTE "\x0d"),
	KNOWN("GSS_C_MA_AUTH_INIT_ANON", MECH_ATTRIBUTE "\x0e"),
	KNOWN("GSS_C_MA_AUTH_TARG_ANON", MECH_ATTRIBUTE "\x0f"),
	KNOWN("GSS_C_MA_DELEG_CRED", MECH_ATTRIBUTE "\x10"),
	KNOWN("GSS_C_MA_INTEG_PROT", MECH_ATTRIBUTE "\x11"),
	KNOWN("GSS_C_MA_CONF_PROT", MECH_ATTRIBUTE "\x12"),
	KNOWN("GSS_C_MA_MIC", MECH_ATTRIBUTE "\x13"),
	KNOWN("GSS_C_MA_WRAP", MECH_ATTRIBUTE "\x14"),
	KNOWN("GSS_C_MA_PROT_READY", MECH_ATTRIBUTE "\x15"),
	KNOWN("GSS_C_MA_REPLAY_DET", MECH_ATTRIBUTE "\x16"),
	KNOWN("GSS_C_MA_OOS_DET", MECH_ATTRIBUTE "\x17"),
	KNOWN("GSS_C_MA_CBINDINGS", MECH_ATTRIBUTE "\x18"),
	KNOWN("GSS_C_MA_PFS", MECH_ATTRIBUTE "\x19"),
	KNOWN("GSS_C_MA_COMPRESS", MECH_ATTRIBUTE "\x1a"),
	KNOWN("GSS_C_MA_CTX_TRANS", MECH_ATTRIBUTE "\x1b"),
#undef KNOWN
};

const char *name_oid(const uint8_t *der, size_t length)
{
	for (size_t i = 0; i < COUNT(known); i++)
		if (known[i].length == length && !memcmp(known[i].der, der, length))
			return known[i].name;
	return NULL;
}

/* One number of seven bits a byte; returns its bytes, 0 when it does not end or is larger than 64 bits. */
static size_t number_at(const uint8_t *der, size_t length, uint64_t *number)
{
	*number = 0;
	for (size_t i = 0; i < length; i++) {
		if (*number >> 57)
			return 0;
		*number = *number << 7 | (der[i] & 0x7f);
		if (!(der[i] & 0x80))
			return i + 1;
	}
	return 0;
}

bool name_oid_dotted(const uint8_t *der, size_t length, char *text, size_t size)
{
	size_t used = 0, step;
	uint64_t number;

	if (!length)
		return false;
	for (size_t at = 0; at < length; at += step) {
		unsigned root;
		int wrote;

		step = number_at(der + at, length - at, &number);
		if (!step)
			return false;
		root = number < 80 ? (unsigned)(number / 40) : 2;
		if (at) /* only the first holds two numbers */
			wrote = snprintf(text + used, size - used, ".%" PRIu64, number);
		else
			wrote = snprintf(text, size, "%u.%" PRIu64, root, number - 40 * root);
		if (wrote < 0 || (size_t)wrote >= size - used)
			return false;
		used += (size_t)wrote;
	}
	return true;
}
