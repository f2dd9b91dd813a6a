/* SPDX-License-Identifier: MIT */
/* Is the keytab's key the one that the KDC makes tickets with: its version, its encryption type, itself? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"

#include <krb5.h>
#include <stdlib.h>

static void say_write(struct lines *lines, const struct evidence *evidence, const char *principal,
		      const char *what)
{
	line_remedy(lines, "%s:", what);
	words_ktadd(lines, evidence, principal);
}

/* Where the KDC did not say that its key has another version, the one that it refused is in the way. */
static void say_replace(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	uint32_t kvno;

	line_remedy(lines, "write the key of now into it:");
	if (evidence->service.code != KRB5_KT_KVNONOTFOUND && evidence->service.code != KRB5_KT_NOTFOUND &&
	    probe_keytab_has(&evidence->keytab, principal, &kvno))
		words_ktremove(lines, evidence, principal, kvno);
	words_ktadd(lines, evidence, principal);
}

static void compare(struct lines *lines, const struct evidence *evidence, const char *principal)
{
	const struct probe_service *service = &evidence->service;
	const struct probe_keytab *keytab = &evidence->keytab;
	char *enctype = words_enctype(service->ticket_enctype);
	uint32_t newest = 0;

	probe_keytab_has(keytab, principal, &newest);
	line_number(lines, "kdc_kvno", service->kvno);
	line_text(lines, "kdc_enctype", enctype);
	line_number(lines, "keytab_kvno", newest);
	if (probe_keytab_has_key(keytab, principal, service->kvno, service->ticket_enctype)) {
		line_say(lines, "kvno %u and %s are in the keytab", (unsigned)service->kvno, enctype);
	} else if (probe_keytab_has_kvno(keytab, principal, service->kvno)) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "the KDC makes tickets with %s, and the keytab has kvno %u not with that",
			 enctype, (unsigned)service->kvno);
		say_write(lines, evidence, principal, "write all keys of the service into it");
	} else if (newest < service->kvno) {
		line_is(lines, LINE_FAIL);
		line_say(lines,
			 "the keytab is out of date: it has kvno %u, and the KDC makes tickets with kvno %u",
			 (unsigned)newest, (unsigned)service->kvno);
		say_write(lines, evidence, principal, "write the key of now into it");
	} else {
		line_is(lines, LINE_FAIL);
		line_say(lines, "the keytab is ahead: it has kvno %u, and the KDC makes tickets with kvno %u",
			 (unsigned)newest, (unsigned)service->kvno);
		line_remedy(
			lines,
			"wait until all KDCs have the new key, or see whether this one is of the same realm");
	}
	free(enctype);
}

/* The KDC would not take the key: by which errors that shows depends on whether preauthentication is
 * required. */
static void say_login_error(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_service *service = &evidence->service;

	line_number(lines, "code", service->code);
	line_text(lines, "message", service->text);
	switch (service->code) {
	case KRB5KRB_AP_ERR_BAD_INTEGRITY:
	case KRB5KDC_ERR_PREAUTH_FAILED:
	case KRB5_KT_NOTFOUND:
	case KRB5_KT_KVNONOTFOUND:
		line_is(lines, LINE_FAIL);
		line_say(lines, "the KDC has another key of %s than the keytab: %s", evidence->logged_in,
			 service->text);
		say_replace(lines, evidence, evidence->logged_in);
		break;
	case KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN:
		line_is(lines, LINE_SKIP);
		line_say(lines, "not compared: the KDC knows nobody of the keytab");
		break;
	case KRB5KDC_ERR_CLIENT_REVOKED:
	case KRB5KDC_ERR_NAME_EXP:
	case KRB5KDC_ERR_SERVICE_REVOKED:
	case KRB5KDC_ERR_SERVICE_EXP:
		line_is(lines, LINE_FAIL);
		line_say(lines, "the KDC has locked %s, or it has expired: %s", evidence->logged_in,
			 service->text);
		words_kadmin(lines, "getprinc", evidence->logged_in);
		break;
	default:
		line_is(lines, LINE_WARN);
		line_say(lines, "not compared: %s cannot log in: %s", evidence->logged_in, service->text);
	}
}

void check_key(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_service *service = &evidence->service;
	char *principal = evidence_principal(evidence);
	uint32_t kvno;

	line_begin(lines, "key");
	line_text(lines, "principal", principal);
	if (!evidence->asked || service->late) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "not compared: the KDC was not asked for a ticket (see service)");
	} else if (evidence->asked == EVIDENCE_BY_KEY && !service->logged_in) {
		say_login_error(lines, evidence);
	} else if (service->code || evidence->keytab.state != PROBE_OK ||
		   !probe_keytab_has(&evidence->keytab, principal, &kvno)) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "not compared: %s",
			 service->code ? "the KDC gives no ticket (see service)"
				       : "there is no key to compare (see keytab)");
	} else {
		compare(lines, evidence, principal);
	}
	line_end(lines);
	free(principal);
}
