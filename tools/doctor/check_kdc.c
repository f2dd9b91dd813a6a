/* SPDX-License-Identifier: MIT */
/* Do the KDCs answer, and how fast? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/base/list.h"

#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_US 500000

static bool answered(const struct probe_kdc *kdc)
{
	const struct probe_answer *answer = probe_kdc_answer(kdc);

	return answer->asked && !answer->error;
}

static bool any_answered(const struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++)
		if (answered(&kdcs->list[i]))
			return true;
	return kdcs->library.asked && !kdcs->library.error;
}

static void say_answer(struct lines *lines, const struct probe_answer *answer, int transport)
{
	static const char *const names[] = {"UDP", "TCP"};
	static const char *const times[] = {"udp_us", "tcp_us"}, *const errors[] = {"udp_error", "tcp_error"};

	if (!answer->asked)
		return;
	if (!answer->error) {
		line_say(lines, "%s %lld.%lld ms", names[transport], (long long)answer->took_us / 1000,
			 (long long)answer->took_us / 100 % 10);
		line_number(lines, times[transport], answer->took_us);
		if (answer->took_us > SLOW_US) {
			line_is(lines, LINE_WARN);
			line_say(lines, "that is slow");
			line_remedy(lines, "look at the KDC's load, and at what is lost on the way to it");
		}
		return;
	}
	line_is(lines, LINE_WARN);
	if (answer->error == ETIMEDOUT)
		line_say(lines, "%s: no answer within 2 s", names[transport]);
	else if (answer->error == EPROTO)
		line_say(lines, "%s: what answers is no KDC", names[transport]);
	else
		line_say(lines, "%s: %s", names[transport], strerror(answer->error));
	line_text(lines, errors[transport], strerrorname_np(answer->error));
}

static void say_remedy(struct lines *lines, const struct evidence *evidence, const struct probe_kdcs *kdcs,
		       const struct probe_kdc *kdc)
{
	const struct probe_answer *answers = kdc->answers;

	if (answered(kdc) && (answers[PROBE_UDP].error || answers[PROBE_TCP].error))
		line_remedy(lines, "let %s through to %s, or start the KDC's listener for it",
			    answers[PROBE_UDP].error ? "UDP" : "TCP", kdc->shown);
	if (answered(kdc))
		return;
	if (kdc->text)
		line_remedy(lines, "put the host into DNS or /etc/hosts, or correct its name");
	else
		line_remedy(lines, "start the KDC at %s, or let UDP and TCP through to it", kdc->shown);
	if (kdcs->source == PROBE_KDC_CONFIG)
		line_remedy(lines, "or correct \"kdc =\" of %s in [realms] of %s", kdcs->realm,
			    words_config_file(&evidence->config));
	else
		line_remedy(lines, "or correct the SRV records _kerberos._udp.%s and _kerberos._tcp.%s",
			    kdcs->realm, kdcs->realm);
}

/* What is wrong with a KDC that serves this realm; 0: nothing. */
static int32_t wrong_realm(const struct probe_kdc *kdc)
{
	const struct probe_answer *answer = probe_kdc_answer(kdc);

	return answer->has_code && answer->code == KRB5KDC_ERR_WRONG_REALM ? answer->code : 0;
}

/* Which of several it was that answered libkrb5 does not tell. */
static void check_proxy(struct lines *lines, const struct probe_kdcs *kdcs, const struct probe_kdc *kdc)
{
	const struct probe_answer *answer = &kdcs->library;

	line_say(lines, "%s is a proxy for %s", kdc->named, kdcs->realm);
	if (!answer->asked) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "not asked, since other KDCs are");
	} else if (answer->error) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "libkrb5 reaches no KDC through it");
		line_remedy(lines, "look at the proxy, and at http_anchors of %s in krb5.conf", kdcs->realm);
	} else {
		line_say(lines, "libkrb5 reaches a KDC in %lld ms", (long long)answer->took_us / 1000);
		line_number(lines, "library_us", answer->took_us);
	}
}

static void check_one(struct lines *lines, const struct evidence *evidence, const struct probe_kdcs *kdcs,
		      const struct probe_kdc *kdc)
{
	line_begin(lines, "kdc");
	line_text(lines, "realm", kdcs->realm);
	line_text(lines, "named", kdc->named);
	line_text(lines, "address", kdc->shown[0] ? kdc->shown : NULL);
	line_text(lines, "found_in", kdcs->source == PROBE_KDC_CONFIG ? "config" : "dns");
	if (kdc->proxy) {
		check_proxy(lines, kdcs, kdc);
		line_end(lines);
		return;
	}
	if (kdc->shown[0] && strcmp(kdc->shown, kdc->named))
		line_say(lines, "%s of %s is %s", kdc->named, kdcs->realm, kdc->shown);
	else
		line_say(lines, "%s of %s", kdc->named, kdcs->realm);
	if (kdc->text)
		line_say(lines, "it has no address: %s", kdc->text);
	for (int i = 0; i < PROBE_TRANSPORTS; i++)
		say_answer(lines, &kdc->answers[i], i);
	if (wrong_realm(kdc)) {
		line_is(lines, LINE_FAIL);
		line_say(lines, "it does not serve this realm");
	}
	if (!answered(kdc))
		line_is(lines, any_answered(kdcs) ? LINE_WARN : LINE_FAIL);
	say_remedy(lines, evidence, kdcs, kdc);
	line_end(lines);
}

/* No address of ours, and yet libkrb5 has one. */
static void say_library(struct lines *lines, const struct probe_kdcs *kdcs)
{
	line_begin(lines, "kdc");
	line_text(lines, "realm", kdcs->realm);
	line_text(lines, "found_in", "libkrb5");
	line_number(lines, "library_us", kdcs->library.took_us);
	line_say(lines, "libkrb5 reaches one of %s in %lld ms, by a URI record or a locator plugin",
		 kdcs->realm, (long long)kdcs->library.took_us / 1000);
	line_end(lines);
}

static void say_none(struct lines *lines, const struct evidence *evidence, const struct probe_kdcs *kdcs)
{
	line_begin(lines, "kdc");
	line_is(lines, LINE_FAIL);
	line_text(lines, "realm", kdcs->realm);
	if (kdcs->late)
		line_say(lines, "name services do not tell in time where the KDCs of %s are", kdcs->realm);
	else if (evidence->config.dns_lookup_kdc)
		line_say(lines, "no KDC of %s: neither [realms] nor DNS (SRV _kerberos._udp.%s) has one",
			 kdcs->realm, kdcs->realm);
	else
		line_say(lines, "no KDC of %s: [realms] has none, and DNS is not asked (dns_lookup_kdc)",
			 kdcs->realm);
	line_remedy(lines, "realms are written in upper case as a rule; is %s the right one?", kdcs->realm);
	line_remedy(lines, "write into [realms] of %s: %s = { kdc = HOST }",
		    words_config_file(&evidence->config), kdcs->realm);
	line_end(lines);
}

void check_kdcs(struct lines *lines, const struct evidence *evidence)
{
	if (!evidence->realms) {
		line_begin(lines, "kdc");
		line_is(lines, LINE_SKIP);
		line_say(lines, "no realm is known to look for its KDCs");
		line_end(lines);
	}
	for (size_t r = 0; r < evidence->realms; r++) {
		const struct probe_kdcs *kdcs = &evidence->kdcs[r];

		if (!kdcs->count && any_answered(kdcs))
			say_library(lines, kdcs);
		else if (!kdcs->count)
			say_none(lines, evidence, kdcs);
		for (size_t i = 0; i < kdcs->count; i++)
			check_one(lines, evidence, kdcs, &kdcs->list[i]);
	}
}
