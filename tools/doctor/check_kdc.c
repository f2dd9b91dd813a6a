/* SPDX-License-Identifier: MIT */
/* Do the KDCs answer, how fast, and is their clock ours? */
#include "tools/doctor/checks.h"

#include "tools/doctor/words.h"
#include "tools/elf/list.h"

#include <errno.h>
#include <krb5.h>
#include <stdlib.h>
#include <string.h>

#define SLOW_US 500000
#define WARN_AHEAD_S 60

static bool answered(const struct probe_kdc *kdc)
{
	const struct probe_answer *answer = probe_kdc_answer(kdc);

	return answer->asked && !answer->error;
}

static bool any_answered(const struct probe_kdcs *kdcs)
{
	for (size_t i = 0; i < kdcs->count; i++)
		if (answered(&kdcs->list[i]) || kdcs->list[i].proxy)
			return true;
	return false;
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
		if (answer->took_us > SLOW_US)
			line_is(lines, LINE_WARN);
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
			    words_config_file(evidence));
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

static void check_one(struct lines *lines, const struct evidence *evidence, const struct probe_kdcs *kdcs,
		      const struct probe_kdc *kdc)
{
	line_begin(lines, "kdc");
	line_text(lines, "realm", kdcs->realm);
	line_text(lines, "named", kdc->named);
	line_text(lines, "address", kdc->shown[0] ? kdc->shown : NULL);
	line_text(lines, "found_in", kdcs->source == PROBE_KDC_CONFIG ? "config" : "dns");
	if (kdc->proxy) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "%s: behind an HTTPS proxy, which is not asked", kdc->named);
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
	line_remedy(lines, "write into [realms] of %s: %s = { kdc = HOST }", words_config_file(evidence),
		    kdcs->realm);
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

		if (!kdcs->count)
			say_none(lines, evidence, kdcs);
		for (size_t i = 0; i < kdcs->count; i++)
			check_one(lines, evidence, kdcs, &kdcs->list[i]);
	}
}

/* The answer of the KDC whose clock is farthest from ours; NULL: none told the time. */
static const struct probe_answer *farthest(const struct evidence *evidence, const struct probe_kdc **kdc)
{
	const struct probe_answer *far = NULL;

	for (size_t r = 0; r < evidence->realms; r++)
		for (size_t i = 0; i < evidence->kdcs[r].count; i++) {
			const struct probe_answer *answer = probe_kdc_answer(&evidence->kdcs[r].list[i]);

			if (!answer->has_code || (far && llabs(answer->ahead_us) <= llabs(far->ahead_us)))
				continue;
			far = answer;
			*kdc = &evidence->kdcs[r].list[i];
		}
	return far;
}

void check_clock(struct lines *lines, const struct evidence *evidence)
{
	const struct probe_kdc *kdc = NULL;
	const struct probe_answer *answer = farthest(evidence, &kdc);
	long long off, limit = evidence->config.clockskew;

	line_begin(lines, "clock");
	if (!answer) {
		line_is(lines, LINE_SKIP);
		line_say(lines, "no KDC tells the time");
		line_end(lines);
		return;
	}
	/* To a second: an MIT KDC counts the microseconds of its errors from anywhere within it. */
	off = (llabs(answer->ahead_us) + 500000) / 1000000;
	line_number(lines, "ahead_of_kdc_seconds", answer->ahead_us > 0 ? -off : off);
	line_number(lines, "allowed_seconds", limit);
	if (off > limit || off > WARN_AHEAD_S) {
		line_is(lines, off > limit ? LINE_FAIL : LINE_WARN);
		line_say(lines, "this clock is %lld s %s that of the KDC at %s; %lld s are allowed", off,
			 answer->ahead_us > 0 ? "behind" : "ahead of", kdc->shown, limit);
		line_remedy(lines, "set the clock that is wrong, and keep it right; here:");
		line_command(lines, "timedatectl set-ntp true");
	} else if (off > 1) {
		line_say(lines, "%lld s off the KDC's; %lld s are allowed", off, limit);
	} else {
		line_say(lines, "the KDC's, to a second; %lld s are allowed", limit);
	}
	line_end(lines);
}
